def tell(story):
    story.begin("Voice memo after the first clear night", days=301, at="01:20", model="lantern-2-small", tags=["fun"])
    story.ask(
        "Please turn this into one paragraph for the diary.",
        parts=[
            {
                "type": "audio",
                "external_id": "memo-0001",
                "name": "memo-0001.m4a",
                "transcript": "So. It is twenty past one and I cannot feel my feet. The double cluster, I had it, by "
                "accident, I was looking for something else. And I said oh, aloud, in the garden, to nobody.",
            }
        ],
    )
    story.answer(
        """
        Twenty past one, feet gone. I was looking for something else and the double cluster swam into the field by
        accident: two handfuls of stars thrown on the same spot. I said “oh”, aloud, in the garden, to nobody.
        """,
        parts=[
            {
                "type": "unknown",
                "content_type": "mood_ring",
                "raw": {"mood": "quietly delighted", "confidence": 0.93},
            }
        ],
    )
