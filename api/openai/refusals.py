"""What a request is refused with, in OpenAI's words. `path` leads to what is wrong: items[0].content[1].text."""

from api.problem import Problem

TYPES = {dict: "an object", list: "an array", str: "a string", (str, list): "a string or an array"}


def missing(path):
    return Problem(400, "missing_required_parameter", f"Missing required parameter: '{path}'.", field=path)


def check_type(value, kind, path):
    """Raises Problem unless `value` is a `kind`, one of TYPES."""
    if not isinstance(value, kind):
        raise wrong_type(path, TYPES[kind])


def wrong_type(path, expected):
    return Problem(400, "invalid_type", f"Invalid '{path}': expected {expected}.", field=path)


def wrong_value(path, said, code="invalid_value"):
    """`said` is what is wrong, or what there is instead."""
    return Problem(400, code, f"Invalid '{path}': {said}", field=path)


def not_one_of(path, value, choices):
    """Long values are cut: a refusal does not send back a megabyte."""
    said = f"'{str(value)[:100]}'. Supported values are: {', '.join(map(repr, choices))}."
    return Problem(400, "invalid_value", f"Invalid value: {said}", field=path)


def too_long(path, what, maximum, length):
    """`what`: string or array."""
    message = (
        f"Invalid '{path}': {what} too long. Expected {'an' if what == 'array' else 'a'} {what}"
        f" with maximum length {maximum}, but got one with length {length} instead."
    )
    return Problem(400, f"{what}_above_max_length", message, field=path)


def check_length(text, maximum, path):
    if len(text) > maximum:
        raise too_long(path, "string", maximum, len(text))


def too_many(path, maximum, count):
    message = (
        f"Invalid '{path}': too many properties. Expected an object with at most {maximum} properties,"
        f" but got one with {count} instead."
    )
    return Problem(400, "object_above_max_properties", message, field=path)
