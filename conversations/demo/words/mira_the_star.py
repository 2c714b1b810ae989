def tell(story):
    story.begin("Why is my name a star?", days=484, at="19:10", model="heron-2", tags=["history", "variable stars"])
    story.ask("My grandmother says I am called after a star. Is there one called Mira?")
    story.answer(
        """
        There is: omicron Ceti, in the Whale. *Mira* is Latin, “the wonderful”, and it earned the name by disappearing.

        It is a red giant that swells and shrinks with a period of about 332 days. At its brightest it is usually
        of third magnitude or so, easy to see; at its faintest, of ninth, and only a telescope finds it. Between
        the two lies a factor of some $10^{0.4 \\times 6} \\approx 250$ in light.

        It was the first star found to vary in this way, around 1600, and for a while people thought they were
        seeing new stars come and go in the same place.
        """
    )
    story.ask("So it is only visible some of the time, and it is red. I will tell her.", after=2)
    story.answer(
        "Tell her also that thousands of stars have been named after it since. The whole class is called Miras."
    )
