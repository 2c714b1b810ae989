class Problem(Exception):
    """What a request is refused with. Each dialect says it in its own words.

    `code` is a stable snake_case word, `field` the path of what is wrong in the request (items[0].role), `message` one
    sentence for a person. `headers` go with the answer. `position`: at which character a body ceases to be JSON.
    """

    def __init__(self, status, code, message, *, field="", headers=None, position=None):
        super().__init__(message)
        self.status, self.code, self.message, self.field, self.headers = status, code, message, field, headers or {}
        self.position = position


def invalid(field, message, code="invalid_request"):
    """400 for one field; `message` goes on from its name: "must be a string."."""
    return Problem(400, code, f"{field} {message}", field=field)


def not_found(noun):
    """The one answer to an id that is unknown, malformed, deleted or somebody else's."""
    return Problem(404, f"{noun}_not_found", f"{noun.capitalize()} not found.")
