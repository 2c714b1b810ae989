def tell(story):
    story.begin("Namibia, some day", days=72, at="21:30", model="lantern-2-large", project="Travel", tags=["dark sky"])
    story.ask("If we save for one great sky: why does everybody say Namibia, and when?")
    story.answer(
        """
        Because of three things that rarely come together: a plateau at 1,000 to 1,800 m, almost no cloud for half
        the year, and hardly any people, hence hardly any lamps.【1†source】 At 23° south the Magellanic Clouds are
        up on spring evenings there, and the centre of the Milky Way passes straight overhead.

        **When:** in the dry season, May to September, in the two weeks around new moon. Nights then last eleven to
        thirteen hours and can fall below freezing on the farms.

        **What feels strange:** the Moon stands on its head, the Sun crosses the sky in the north, and Orion stands on
        his as well.
        """,
        parts=[
            {
                "type": "citation",
                "mark": "【1†source】",
                "title": "Cloud cover over southern Africa, month by month",
                "url": "https://clear-nights.example/namibia",
            },
            {
                "type": "quote",
                "title": "Notes for guests of an astronomy farm",
                "url": "https://farm-of-stars.example/notes",
                "text": "Bring a warm hat. Guests never believe us, and then they buy ours.",
            },
        ],
    )
    story.ask("A hat it is. Remind me of the one thing I should see with no telescope at all.")
    story.answer(
        """
        Omega Centauri. To the eye a fuzzy star of magnitude 3.9; in truth several million suns. Binoculars begin
        to show why. From your garden, at 51.5° north, it never rises: it is at 47.5° south, and you see nothing
        south of 38.5°.
        """
    )
