def tell(story):
    story.begin(
        "A name for the observatory", days=4, at="21:10", model="quill-local-8b", project="Observatory", tags=["fun"]
    )
    story.ask("It needs a name for the sign over the door. Small, wooden, one person, a walnut tree. No puns on stars.")
    first = story.answer("**The Walnut Observatory.** It says where it is, and nothing it cannot keep.")
    story.answer(
        "**Dunkelkammer.** A darkroom: a place kept dark on purpose, so that something may appear.", instead_of=first
    )
    story.answer(
        "**The Lid.** What everybody in the house calls the roof already, when it has to be closed.", instead_of=first
    )
    story.ask("The third. We really do call it that.", after=3)
    story.answer("Then paint it on. A name that people already use needs no explaining at the door.")
