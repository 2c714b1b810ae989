"""JSON as fast as orjson writes it, and with integers of any size, which it refuses beyond 64 bits."""

import orjson

written = orjson.Fragment  # what is JSON already, to stand in a value for dumps()
_LARGEST = 2**64 - 1
_SMALLEST = -(2**63)


def dumps(value):
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        return orjson.dumps(_spelled(value))


def _spelled(value):
    """The same with each large integer written out already."""
    if isinstance(value, dict):
        return {key: _spelled(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_spelled(item) for item in value]
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        return written(str(value))
    return value
