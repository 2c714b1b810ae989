def tell(story):
    story.begin(
        "Two nights under the dark sky of the Rhön",
        days=1,
        at="18:40",
        model="lantern-2-large",
        project="Travel",
        tags=["dark sky"],
    )
    story.ask(
        """
        Jonas and I have a free weekend around new moon and want to be somewhere properly dark with the 80 mm refractor,
        by train, without a car. Not further than half a day from Göttingen. Where, and what do we pack?
        """
    )
    plan = story.answer(
        """
        Go to the Rhön. It is a biosphere reserve that is recognised as a dark-sky reserve, its high meadows have a
        free horizon, and from Fulda a branch line goes up to Gersfeld, with a bus on towards the
        Wasserkuppe.【1†source】

        | | Garden in Göttingen | High Rhön |
        |:--|--:|--:|
        | sky brightness, mag/arcsec² | 19.4 | 21.5 |
        | faintest star by eye | 5.3 | 6.4 |
        | Milky Way | a suspicion | structured, down to the horizon |
        | wind | sheltered | always |

        **Friday.** Arrive before dusk and look at the ground while you can still see it. Pick a place out of the wind
        rather than on the summit; a few metres of height gain nothing, a hedge gains a steady image.

        **Saturday.** Sleep late. If cloud comes in from the west, walk: the reserve keeps its darkness because the
        villages shield their lamps, and you can see how at dusk.【2†source】

        Pack for a night ten degrees colder than the forecast for Fulda:

        - [x] Refractor, tripod, the small altazimuth head
        - [x] Red lamp with fresh batteries, and a spare that is *not* in the same pocket
        - [ ] Dew heater and the power bank, charged
        - [ ] Two flasks, one of them soup
        - [ ] Paper chart: the telephone’s screen ruins twenty minutes of dark adaptation
        - [ ] Foam mat to stand on; cold comes from below

        Check the last bus down before you unpack the telescope. On foot it is two hours, in the dark, with a tripod.
        """,
        after=2,
        parts=[
            {
                "type": "citation",
                "mark": "【1†source】",
                "title": "Getting to the high Rhön without a car",
                "url": "https://rhoen-by-rail.example/timetable",
                "quote": "The last bus leaves the summit before sunset.",
            },
            {
                "type": "citation",
                "mark": "【2†source】",
                "title": "How villages light their streets and keep the night",
                "url": "https://dark-villages.example/lamps",
            },
        ],
    )
    story.bookmark(plan)
    story.ask("What is worth looking at with 80 mm that we never manage at home?", after=9)
    story.answer(
        """
        Whatever is large and faint, since that is what the town takes away. Four that never set at your latitude,
        so the month does not matter, only the hour:

        1. **M81 and M82** in Ursa Major. Two galaxies in one field at low power: an oval glow and a thin streak.
           At home you see that they are there; out there you see that they are different.
        2. **The double cluster** in Perseus. It needs no darkness to be found and every bit of it to be beautiful.
        3. **M101** in Ursa Major. The test of the night: if you see it without searching, the sky is good.
        4. **NGC 7789** in Cassiopeia. A haze in the finder, and with patience hundreds of points in the telescope.

        Start with the lowest power you have. With 80 mm the exit pupil should stay above 4 mm for the galaxies; beyond
        that you only magnify the dimness.
        """
    )
    story.ask("Soup decided. Thank you.", after=3)
    story.answer("Clear skies. If it clouds over, the soup is still right.")
