def tell(story):
    story.begin(
        "Roll-off roof or dome?",
        days=221,
        at="20:20",
        model="heron-3",
        project="Observatory",
        tags=["building"],
        pinned=True,
    )
    story.ask("One person, one telescope of 15 cm, three by three metres of lawn, wind from the west. Roof or dome?")
    story.answer(
        """
        | | Roll-off roof | Dome |
        |:--|:--|:--|
        | sky | all of it at once | a slit |
        | wind | comes over the wall | almost none |
        | stray light | the neighbour’s lamp is in the room | shut out |
        | cooling | ten minutes | half an hour or more |
        | building it yourself | carpentry | curves, and patience |
        | permission | a shed with a trick | people will ask |

        For looking around with your own eyes, the roof: one evening under an open sky decides it. Your two
        problems with it are the west wind and the lamp, and both come from known directions. Build the **west wall
        40 cm higher** than the mount needs and hang a hinged flap on the lamp’s side.

        I would choose a dome only for a robot that works while you sleep.
        """,
        parts=[
            {
                "type": "reasoning",
                "text": "She observes by eye and the site has two directional nuisances. A dome solves wind and light "
                "generally, a wall solves them where they are. Cost and permission also favour the roof.",
                "seconds": 74,
            }
        ],
    )
    story.ask("The roof. Jonas is relieved: he can do carpentry, not curves.", after=240)
    story.answer("Let the rails run out over the lawn to the east, then the open roof does not stand in your meridian.")
