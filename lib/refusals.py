class Refusal(Exception):
    """What a verb says no with: nothing was changed. The sentence is for whoever asked, on a page or by a program."""

    said = ""
    retry_after = None  # seconds, where the same may work later

    def __str__(self):
        return self.said
