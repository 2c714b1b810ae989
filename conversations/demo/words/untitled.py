def tell(story):
    story.begin(None, days=6, at="13:05", model="lantern-2-small")
    story.ask("How many arcseconds does one pixel of 3.76 µm see at 714 mm focal length?")
    story.answer(
        r"About 1.09 arcseconds: $206.265 \times 3.76 / 714$. Under ordinary seeing of 2 to 3 arcseconds that is "
        "two to three pixels across a star, which is what you want."
    )
