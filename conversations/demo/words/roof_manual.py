def tell(story):
    story.begin(
        "A manual for the roof motor",
        days=152,
        at="17:25",
        model="quill-local-8b",
        project="Observatory",
        tags=["building"],
    )
    story.ask("Write the page that hangs beside the switch, for somebody who has never opened the roof.")
    story.answer(
        """
        # Opening the roof

        1. Park the telescope **horizontal, pointing south**. Upright it is 12 cm too tall, and the roof will not
           stop for it.
        2. Unhook both storm latches, the one behind the door as well.
        3. Turn the key to I, hold the green button. It opens only as long as you hold it.
        4. Let go when the yellow mark reaches the post.

        # When it stops half way

        Wait one minute; the motor protects itself. Then hold the red button to close it by a hand’s breadth, look along
        both rails for twigs, and
        """,
        status="incomplete",
        after=2,
    )
    story.ask("It stops in the middle of a sentence, like the roof.", after=2)
    story.answer(
        """
        …and try again. If it stops twice at the same place, leave it, turn the key to 0 and use the hand crank: it
        hangs on the left wall, forty turns for the whole way.
        """
    )
