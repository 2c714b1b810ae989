TITLE = (
    "Everything I want to ask the man from the shop about the second-hand mount before I drive two hours to look at "
    "it, in the order in which I would forget it: bearings, backlash, belts, the missing counterweight, the dent, the "
    "price, and if it ever fell"
)


def tell(story):
    story.begin(TITLE, days=186, at="12:30", model="lantern-2-small", tags=["mount"])
    story.ask("See the title. Make it a list that fits on my hand.")
    story.answer(
        """
        - [ ] Turn both axes with the clutches open: smooth all round, no gritty place
        - [ ] Hold the bar, rock it: backlash is what you *hear*
        - [ ] Belts: cracks on the inside, where one does not look
        - [ ] Counterweight: what thread does the shaft have, M12 or its own
        - [ ] Dent: is the tube bent, or only ashamed
        - [ ] Ask what they paid
        - [ ] Ask last whether it fell, and watch their face
        """
    )
