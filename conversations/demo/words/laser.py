def tell(story):
    story.begin(
        "Collimating with a laser that is not straight",
        days=121,
        at="19:45",
        model="heron-3",
        project="Observatory",
        tags=["optics"],
    )
    story.ask("When I turn the laser in the focuser, the spot on the primary draws a circle. What does that mean?")
    refusal = "The model did not answer: the server was busy. The question was kept."
    failed = story.answer(refusal, parts=[{"type": "error", "text": refusal}], status="failed")
    story.answer(
        """
        The laser is not parallel to its own barrel. The centre of the circle is where a true one would point, so
        you can still use it tonight: aim the *middle* of the circle at the mark on the primary.

        To cure it, lay the laser into two nails on a board as a V, shine it on a wall ten metres away, turn it,
        and adjust its three screws until the spot stands still. A circle of 20 mm on the wall means an error of
        10 mm in 10 m, which is one milliradian, or 3.4 arcminutes.
        """,
        instead_of=failed,
        after=4,
    )
