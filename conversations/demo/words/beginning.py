def tell(story):
    story.begin(
        "Is it silly to build an observatory in a garden?", days=545, at="22:10", model="heron-2", project="Observatory"
    )
    first = story.ask(
        "I have binoculars, a walnut tree and a lamp post. Is it silly to want an observatory? Be honest with me."
    )
    story.answer(
        """
        It is not silly, but it is not about the telescope. People who stop observing rarely stop for lack of
        aperture. They stop because it takes forty minutes to carry everything out, and at ten in the evening forty
        minutes win.

        An observatory removes the forty minutes. That is all it does, and it is enough.

        Before you build anything, go out on ten clear evenings with the binoculars and write down one thing you
        saw. If you miss the eleventh because of rain and mind it, build.
        """
    )
    story.bookmark(first)
    story.wait(days=23)
    story.ask("It rained on the eleventh. I minded.", after=0)
    story.answer("Then we had better find out what the ground under your lawn is like.")
