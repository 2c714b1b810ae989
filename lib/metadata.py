"""JSON objects that people hang on things."""


def merged(old, changes):
    """`old` with the keys of `changes`, without those that are None there."""
    return {key: value for key, value in ((old or {}) | changes).items() if value is not None}
