"""What is wrong with a request, as R2R's framework words it: a list, with an entry for everything that is."""

from api.problem import Problem


class Invalid(Problem):
    """422. `faults`: entries made by the functions below."""

    def __init__(self, faults):
        super().__init__(422, "invalid_request", faults[0]["msg"])
        self.faults = faults


def fault(kind, place, message, value=None, **context):
    told = {"type": kind, "loc": list(place), "msg": message, "input": value}
    return told | ({"ctx": context} if context else {})


def missing(place):
    return fault("missing", place, "Field required")


def no_string(place, value):
    return fault("string_type", place, "Input should be a valid string", value)


def no_object(place, value):
    return fault("dict_type", place, "Input should be a valid dictionary", value)


def no_uuid(place, value):
    if not isinstance(value, str):
        return fault("uuid_type", place, "UUID input should be a string, bytes or UUID object", value)
    why = f"invalid length: expected length 32 for simple format, found {len(value)}"
    if any(character not in "0123456789abcdefABCDEF-" for character in value):
        why = "invalid character: expected hexadecimal digits and hyphens"
    return fault("uuid_parsing", place, f"Input should be a valid UUID, {why}", value, error=why)


def no_number(place, value):
    message = "Input should be a valid integer, unable to parse string as an integer"
    return fault("int_parsing", place, message, value)


def too_low(place, value, least):
    return fault("greater_than_equal", place, f"Input should be greater than or equal to {least}", value, ge=least)


def too_high(place, value, most):
    return fault("less_than_equal", place, f"Input should be less than or equal to {most}", value, le=most)


def too_long(place, value, most):
    message = f"String should have at most {most} characters"
    return fault("string_too_long", place, message, value[:most], max_length=most)


def no_json(problem):
    """For what api.bodies refuses: JSON that is none, or a value that nothing here could keep."""
    if problem.position is None:
        return bad_value(["body"], problem.message)
    else:
        place = ["body", problem.position]
        return fault("json_invalid", place, "JSON decode error", {}, error=problem.message)


def bad_value(place, message, value=None):
    return fault("value_error", place, f"Value error, {message}", value, error=message)
