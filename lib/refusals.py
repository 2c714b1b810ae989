class Refusal(Exception):
    """What a verb says no with: nothing was changed. The sentence is for whoever asked, on a page or by a program."""

    said = ""

    def __str__(self):
        return self.said
