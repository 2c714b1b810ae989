"""Wire types that dialects share: strict where DRF's own would quietly turn one thing into another."""

from datetime import UTC, datetime
from functools import cached_property

from django.core.validators import RegexValidator
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.problem import invalid
from lib import json

# At the ends of the calendar no local time exists: what lies beyond these is before, or after, everything all the same.
EARLIEST, LATEST = datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)


class Several(serializers.ListSerializer):
    default_error_messages = {"not_a_list": "must be a list."}


class Input(serializers.Serializer):
    """The fields of a request's body. Unknown keys are ignored: clients are older or newer than the server."""

    null_is_absent = True  # on create; where a change may clear a field, null says so

    default_error_messages = {"invalid": "must be an object."}

    class Meta:
        list_serializer_class = Several

    def clean(self, value, *, user):
        """The clean values, for `user`. Raises Problem (400), which names the first field that is wrong."""
        self._context = {"user": user}
        try:
            return self.run_validation(value)
        except serializers.ValidationError as error:
            raise invalid(*_first(error.detail)) from None

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            self.fail("invalid")
        if self.null_is_absent:
            data = {name: given for name, given in data.items() if given is not None}
        self.given = data.keys()
        return super().to_internal_value(data)

    def run_validators(self, value):
        """There are none but validate(); DRF would first look for defaults of fields that are only read."""

    @property
    def _writable_fields(self):
        """Those that have something to say: asking a dozen others why they were left out took half of the time."""
        return [field for field, always in self._asked if always or field.field_name in self.given]

    @cached_property
    def _asked(self):
        """[(field, whether it has something to say where it was left out)]"""
        return [
            (field, field.required or field.default is not serializers.empty)
            for field in self.fields.values()
            if not field.read_only
        ]


def wrong(field, message):
    """What a serializer's own check raises: it knows the field, and whoever reads it knows where the object stood."""
    return serializers.ValidationError({field: [message]})


# REST framework's own are whole sentences.
_WORDS = {"required": "is missing.", "null": "must not be null."}


def _first(detail, path=""):
    """(the path of the first wrong field, what is wrong with it): items[0].role."""
    if isinstance(detail, dict):
        name, below = next(iter(detail.items()))
        if isinstance(name, int):
            path += f"[{name}]"
        elif name != "non_field_errors":
            path += f".{name}" if path else name
        return _first(below, path)
    if isinstance(detail, list):
        return _first(detail[0], path)
    return path or "The body", _WORDS.get(detail.code, str(detail))


class Text(serializers.CharField):
    """A string kept byte for byte: not trimmed, and no number or list taken for one."""

    default_error_messages = {
        "invalid": "must be a string.",
        "blank": "must not be empty.",
        "max_length": "must be at most {max_length:,} characters long.",
    }

    def __init__(self, *, pattern=None, said="", **options):
        """With a `pattern` to match, `said` is what is wrong with a text that does not."""
        if not options.get("allow_blank"):
            options.setdefault("min_length", 1)  # for the specification; `blank` is what is said
        super().__init__(trim_whitespace=False, **options)
        if pattern:
            self.validators.append(RegexValidator(pattern, said))

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    default_error_messages = {"invalid": "must be true or false."}

    def to_internal_value(self, data):
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Whole(serializers.IntegerField):
    """A whole number, also spelled 5.0, as JSON makes no difference: no string, no true."""

    default_error_messages = {
        "invalid": "must be a whole number.",
        "min_value": "must be at least {min_value:,}.",
        "max_value": "must be at most {max_value:,}.",
    }

    def to_internal_value(self, data):
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if not isinstance(data, int) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Number(serializers.FloatField):
    """Any number: no string, no true."""

    default_error_messages = {
        "invalid": "must be a number.",
        "min_value": "must be at least {min_value}.",
        "max_value": "must be at most {max_value}.",
    }

    def to_internal_value(self, data):
        if not isinstance(data, int | float) or isinstance(data, bool):
            self.fail("invalid")
        return data


class Many(serializers.ListField):
    """A list of at least one."""

    default_error_messages = {"not_a_list": "must be a list.", "empty": "must not be empty."}

    def __init__(self, **options):
        super().__init__(allow_empty=False, min_length=1, **options)


@extend_schema_field({"type": ["string", "number", "boolean", "object", "array", "null"], "items": {}})
class Anything(serializers.JSONField):
    """Any JSON value."""


class Object(serializers.DictField):
    """Any JSON object, at most `limit` bytes of it."""

    default_error_messages = {
        "not_a_dict": "must be an object.",
        "too_large": "must be at most {limit} bytes of JSON.",
    }

    def __init__(self, *, limit=None, **options):
        self.limit = limit
        super().__init__(**options)

    def to_internal_value(self, data):
        if not isinstance(data, dict):
            self.fail("not_a_dict")
        if self.limit and len(json.dumps(data)) > self.limit:
            self.fail("too_large", limit=f"{self.limit:,}")
        return data


class Moment(serializers.DateTimeField):
    """ISO 8601 with its zone. Written in UTC with six digits and a Z."""

    default_error_messages = {"invalid": "must be a time like 2026-11-20T10:15:00Z."}

    def to_internal_value(self, data):
        found = moment_in(data)
        if found is None:
            self.fail("invalid")
        return found


def moment_in(text):
    """The time that a stranger's string names, or None."""
    try:
        found = parse_datetime(text) if isinstance(text, str) and text.isascii() else None
        moment = found.astimezone(UTC) if found and found.tzinfo else None
    except ValueError:
        return None
    except OverflowError:
        moment = EARLIEST if found.year == 1 else LATEST
    return moment and min(max(moment, EARLIEST), LATEST)


def without_empty(spelled, *names):
    """`spelled` without those of its fields that hold nothing: where a dialect leaves out what is not set."""
    for name in names:
        if not spelled[name]:
            del spelled[name]
    return spelled
