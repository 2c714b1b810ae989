def tell(story):
    story.begin(
        "Why does it drip inside when it is dry outside?",
        days=38,
        at="07:30",
        model="heron-3",
        project="Observatory",
        tags=["building"],
    )
    story.ask(
        "After every clear night the inside of the roof is wet and it drips on the mount. Outside it is dry. Why?"
    )
    story.answer(
        """
        A metal roof under a clear sky radiates its heat away and grows colder than the air, by three to five
        degrees. The air inside touches it and gives up its water there. So the question is where the water comes
        from, and there are two candidates: the air that came in at dusk, and the ground under your floor.
        """
    )
    turning = story.ask("The floor is boards on joists over bare soil, with insulation between.", after=6)
    found = story.answer(
        """
        Then it is the ground. Bare soil gives off a good half litre of water per square metre in a day, every day, and
        your boards let it through. Lay a **vapour barrier**: a polyethylene sheet of 0.2 mm straight on the soil,
        lapped by 30 cm, taken 10 cm up the walls and weighed down with gravel. Leave the air gap between sheet and
        joists open to the outside on two opposite sides.

        With nine square metres that is some four litres a day that never reach the roof. It costs less than one
        lens cloth, and nothing else you do will help much before it is done.
        """
    )
    story.note(found, "This was the answer. Sheet laid, dry since.")
    story.ask("The floor is boards. Which heater should I buy?", instead_of=turning)
    story.answer(
        """
        A tube heater of 60 to 80 W, under the mount, switched by a hygrostat at 75 %. It keeps the metal a degree
        or two above the dew point.
        """
    )
    story.ask("And what does it cost to run?", after=3)
    story.answer(
        """
        At 80 W and ten hours a night that is 0.8 kWh. Over a winter of 150 nights, 120 kWh. It treats the symptom: if
        the water comes from below, the heater will run every night for ever.
        """
    )
