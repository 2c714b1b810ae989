"""What a request says, read field by field. What is wrong is collected, so that all of it is told at once."""

import json
import re
from uuid import UUID

from api.fields import moment_in
from api.problem import Problem
from api.r2r import faults
from api.r2r.faults import Invalid
from conversations import limits

_UUID = re.compile(r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}")
_WHOLE = re.compile(r"-?[0-9]{1,18}")
_UNSET = object()


class Asked:
    """The methods give clean values, or None where there is none; `check` refuses what was wrong with any of them."""

    def __init__(self, view):
        self.faults, self.view, self.query = [], view, view.request.GET
        self._body = _UNSET

    def check(self):
        if self.faults:
            raise Invalid(self.faults)

    def refuse(self, fault):
        self.faults.append(fault)

    # --- the address and its query ---

    def path_id(self, name, spelled):
        return self._uuid(["path", name], spelled)

    def whole(self, name, *, default, least=0, most=None):
        """A whole number of the query; what is out of bounds is refused, not cut, so that offsets never skip a row."""
        text, place = self.query.get(name), ["query", name]
        if text is None:
            return default
        if not _WHOLE.fullmatch(text):
            self.refuse(faults.no_number(place, text))
        elif int(text) < least:
            self.refuse(faults.too_low(place, text, least))
        elif most is not None and int(text) > most:
            self.refuse(faults.too_high(place, text, most))
        else:
            return int(text)
        return default

    def ids(self, name):
        """All values of a parameter that may come several times; None where it never does."""
        given = self.query.getlist(name)
        return [self._uuid(["query", name, n], text) for n, text in enumerate(given)] if given else None

    def word(self, name):
        value = self.query.get(name)
        if value and "\x00" in value:
            self.refuse(faults.bad_value(["query", name], "A text must not hold the character U+0000.", value))
        return value

    def choice(self, name, *choices):
        value = self.query.get(name, choices[0])
        if value not in choices:
            self.refuse(faults.bad_value(["query", name], f"must be one of {', '.join(choices)}", value))
        return value

    def moment(self, name):
        return self.moment_in(self.query.get(name), ["query", name])

    def moment_in(self, value, place):
        found = moment_in(zoned(value))
        if value is not None and found is None:
            self.refuse(faults.bad_value(place, "must be a time like 2026-11-20T10:15:00Z", value))
        return found

    # --- the body ---

    @property
    def body(self):
        """Its fields; none where there is no body."""
        if self._body is _UNSET:
            self._body = self.json({}, object_only=True)
        return self._body

    def json(self, default, *, object_only=False):
        """The body's value, whatever it is; `default` where it is wrong."""
        try:
            value = self.view.body()
        except Problem as problem:
            if problem.code != "invalid_json":
                raise
            self.refuse(faults.no_json(problem))
            return default
        if object_only and not isinstance(value, dict):
            self.refuse(faults.no_object(["body"], value))
            return default
        return value

    def text(self, name, *, required=False, most=limits.TEXT):
        value = self._given(name, required)
        if value is None:
            return None
        place = ["body", name]
        if not isinstance(value, str):
            self.refuse(faults.no_string(place, value))
        elif len(value) > most:
            self.refuse(faults.too_long(place, value, most))
        else:
            return value
        return None

    def id(self, name):
        value = self.body.get(name)
        return None if value is None else self._uuid(["body", name], value)

    def flag(self, name):
        value = self.body.get(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(faults.fault("bool_type", ["body", name], "Input should be a valid boolean", value))
        return value

    def number(self, name, *, default, least, most):
        value = self.body.get(name)
        if value is None:
            return default
        place = ["body", name]
        if not isinstance(value, int) or isinstance(value, bool):
            self.refuse(faults.fault("int_type", place, "Input should be a valid integer", value))
        elif value < least:
            self.refuse(faults.too_low(place, value, least))
        elif value > most:
            self.refuse(faults.too_high(place, value, most))
        else:
            return value
        return default

    def object(self, name, *, strings=False):
        """An object; with `strings`, one that holds nothing else."""
        value = self.body.get(name)
        if value is None:
            return None
        place = ["body", name]
        if not isinstance(value, dict):
            self.refuse(faults.no_object(place, value))
            return None
        if len(json.dumps(value)) > limits.METADATA_BYTES:
            self.refuse(faults.bad_value(place, f"must be at most {limits.METADATA_BYTES:,} bytes of JSON"))
        if strings:
            for key, item in value.items():
                if not isinstance(item, str):
                    self.refuse(faults.no_string([*place, key], item))
        return value

    def _given(self, name, required):
        value = self.body.get(name)
        if required and name not in self.body:
            self.refuse(faults.missing(["body", name]))
        elif required and value is None:
            self.refuse(faults.no_string(["body", name], None))
        return value

    def _uuid(self, place, value):
        found = uuid_in(value)
        if found is None:
            self.refuse(faults.no_uuid(place, value))
        return found


def uuid_in(value):
    """The UUID that a stranger's value spells, or None."""
    return UUID(value) if isinstance(value, str) and _UUID.fullmatch(value) else None


def zoned(text):
    """A time without a zone, or a day alone, is UTC: R2R's clients write datetime.isoformat() of either kind."""
    if not isinstance(text, str):
        return None
    if text and re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return f"{text}T00:00:00Z"
    return f"{text}Z" if text and re.fullmatch(r"\d{4}-\d\d-\d\d[T ][\d:.]+", text) else text
