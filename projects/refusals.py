from lib.refusals import Refusal


class ProjectExists(Refusal):
    """The owner has a project of that name; `existing` is it."""

    said = "There is a project of that name already."

    def __init__(self, existing):
        super().__init__()
        self.existing = existing


class OwnerIsIn(Refusal):
    said = "It is theirs: nobody has to let them in."


class NotTheOwner(Refusal):
    said = "It is no longer yours."
