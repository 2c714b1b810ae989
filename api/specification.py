"""What the API promises, in OpenAPI 3.1: a view says what it takes and answers, the rest is the same everywhere."""

import functools
import re

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from jsonschema import Draft202012Validator
from rest_framework import serializers

from api.auth import USER_HEADER
from lib.typeid import ALPHABET

OBJECT = OpenApiTypes.OBJECT  # any JSON object
LIST = {"type": "array", "items": {"type": "object"}}  # of any JSON objects
BYTES = OpenApiTypes.BINARY
# A form with one file.
FILE = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary", "minLength": 1}},
        "required": ["file"],
    }
}
# The resources, each a module of api/v1/views, in the order in which somebody new would read of them.
RESOURCES = {
    "conversations": "Create, list, change, delete.",
    "items": "The messages: add, read, edit, delete, versions, results of calls, another answer.",
    "branches": "The paths through a conversation.",
    "context": "What to tell a model, in so many tokens.",
    "search": "Every word, with filters, and counts of what they would leave.",
    "projects": "What conversations belong to.",
    "people": "Letting others into a conversation or a project, and handing it over.",
    "shares": "Links for whoever has them: make, list, read, go on from, end.",
    "metadata": "What your program keeps with a conversation.",
    "tags": "Words that hang on conversations.",
    "pins": "Conversations that you keep at hand.",
    "archives": "Conversations that are out of the way.",
    "bookmarks": "Items that you keep at hand.",
    "notes": "What people write beside conversations and items.",
    "attachments": "Files of conversations and items.",
    "exports": "One conversation as a file.",
    "imports": "Exports of other programs: bring one in, watch it, undo it.",
    "models": "Which may be asked.",
    "me": "Whose key this is, and what it may do.",
    "settings": "What your programs remember of your choices.",
    "users": "The users of your workspace, and those of your program.",
    "audit": "What was done to your account, conversations and links.",
}
_TIME = {"type": "string", "format": "date-time"}


def described(*, answers, takes=None, query=(), headers=(), if_match=False):
    """What a handler promises. Its docstring is the description, the first sentence the summary.

    `answers`: {status: serializer, or None for no body}. `takes`: the body's serializer. `query` and `headers`:
    parameters, made by the functions below. `if_match`: a request may say which version of the thing it means.
    """
    told = [*query, *headers]
    if if_match:
        told.append(header("If-Match", "The ETag of what you read: 412 where somebody else has changed it since."))
    return extend_schema(request=takes, responses=answers, parameters=told)


def text(name, description="", *, pattern=None, maximum=None):
    schema = (
        {"type": "string"} | ({"pattern": pattern} if pattern else {}) | ({"maxLength": maximum} if maximum else {})
    )
    return _parameter(name, schema, description)


def header(name, description, *, pattern=None):
    schema = {"type": "string"} | ({"pattern": pattern} if pattern else {})
    return OpenApiParameter(name, schema, OpenApiParameter.HEADER, description=description)


def whole(name, description="", *, default, lowest=1, highest=None):
    """`highest`: more is refused. Where more is cut instead, only the description tells how many there are."""
    bounds = {"minimum": lowest} | ({"maximum": highest} if highest else {})
    return _parameter(name, {"type": "integer", **bounds, "default": default}, description)


def choice(name, *choices, description=""):
    """The first is what counts where nothing is said; "" is nothing."""
    default = {"default": choices[0]} if choices[0] else {}
    return _parameter(name, one_of(*filter(None, choices)) | default, description)


def one_of(*choices):
    return {"type": "string", "enum": list(choices)}


def several(name, schema, description=""):
    """A parameter that may come several times."""
    return _parameter(name, {"type": "array", "items": schema}, description)


def flag(name, description=""):
    return _parameter(name, {"type": "string", "enum": ["true", "false"]}, description)


def moment(name, description=""):
    return _parameter(name, _TIME, description)


def typeid(name, prefix, description=""):
    return _parameter(name, {"type": "string", "pattern": id_pattern(prefix)}, description)


def id_pattern(prefix):
    return f"^{prefix}_[0-7][{ALPHABET}]{{25}}$"


def walked(prefix, *, default=20, maximum=100):
    """The two parameters of every list."""
    return (
        whole("limit", f"How many rows; more than {maximum} is {maximum}.", default=default),
        text("after", f"The id ({prefix}_…) of the last row already seen; `next_after` of the page before."),
    )


@functools.cache
def listed(Row):  # noqa: N803  a serializer class
    """The serializer of a list of `Row`."""
    name = Row.__name__.removesuffix("Serializer")
    fields = {
        "object": serializers.ChoiceField(["list"]),
        "data": Row(many=True),
        "next_after": serializers.CharField(allow_null=True, help_text="`after` of the next page; null on the last."),
        "first_id": serializers.CharField(allow_blank=True),
        "last_id": serializers.CharField(allow_blank=True),
        "has_more": serializers.BooleanField(),
        "total": serializers.IntegerField(help_text="Of the whole list."),
    }
    return type(f"{name}ListSerializer", (serializers.Serializer,), fields)


@functools.cache
def whole_list(Row):  # noqa: N803
    """The serializer of a list that is never cut."""
    name = Row.__name__.removesuffix("Serializer")
    fields = {"object": serializers.ChoiceField(["list"]), "data": Row(many=True)}
    return type(f"All{name}Serializer", (serializers.Serializer,), fields)


def either(name, *kinds):
    """One of several serializers, by its shape."""
    return PolymorphicProxySerializer(
        component_name=name, serializers=list(kinds), resource_type_field_name=None, many=False
    )


@functools.cache
def deleted(kind, **fields):
    """The serializer of an answer that something is gone."""
    told = {
        "id": serializers.CharField(),
        "object": serializers.ChoiceField([kind]),
        "deleted": serializers.BooleanField(),
    }
    return type("Deleted" + re.sub(r"\W", "", kind.title()) + "Serializer", (serializers.Serializer,), told | fields)


class ErrorSerializer(serializers.Serializer):
    """Every refusal, whatever refused."""

    code = serializers.CharField(help_text="A stable word to act on.")
    error = serializers.CharField(help_text="The same sentence as `message`.")
    message = serializers.CharField(help_text="One sentence for a person.")
    request_id = serializers.CharField(help_text="The same as the header X-Request-Id.")


class Specification(AutoSchema):
    """How drf-spectacular reads the views: names from the classes, and on every operation what holds for all."""

    def get_operation_id(self):
        return f"{self.method.lower()}{type(self.view).__name__}"

    def get_summary(self):
        return self._told().split(". ")[0].split(":")[0].strip(". \n").replace("`", "") or None  # it is no Markdown

    def get_description(self):
        return self._told()

    def _told(self):
        handler = getattr(self.view, self.method.lower())
        return " ".join((handler.__doc__ or "").split())

    def get_tags(self):
        return [type(self.view).__module__.rpartition(".")[2]]  # one resource, one module

    def _get_response_bodies(self, direction="response"):
        refused = self._get_response_for_code(ErrorSerializer, "400", direction=direction)
        return super()._get_response_bodies(direction) | {"4XX": refused, "5XX": refused}

    def _get_request_body(self, direction="request"):
        body = super()._get_request_body(direction)
        taken = self.get_request_serializer()
        if body and (
            "multipart/form-data" in body["content"]
            or isinstance(taken, PolymorphicProxySerializer)
            or not Draft202012Validator(getattr(taken, "also", {})).is_valid({})
        ):
            body["required"] = True  # no single field is, which is all that the library looks at
        return body

    def _map_basic_serializer(self, serializer, direction):
        schema = super()._map_basic_serializer(serializer, direction)
        if vars(type(serializer))["__doc__"] is None:
            schema.pop("description", None)  # its parent's, which says nothing of it
        if example := getattr(serializer, "example", None):
            schema["examples"] = [example]  # to begin with: all fields, each with anything, would be refused
        if getattr(serializer, "null_is_absent", False):
            required = schema.get("required", ())
            schema |= getattr(serializer, "also", {})  # what no field can say by itself
            for name, told in schema["properties"].items():
                if name not in required and "format" in told:  # which says nothing beside two types
                    schema["properties"][name] = {"anyOf": [told, {"type": "null"}]}
                elif name not in required and isinstance(told.get("type"), str):
                    told["type"] = [told["type"], "null"]
                    if "enum" in told:
                        told["enum"] = [*told["enum"], None]
        return schema

    def get_override_parameters(self):
        found = list(super().get_override_parameters())
        if self.method == "POST":
            description = "Makes the request safe to repeat: the same key and body get the first answer again."
            found.append(header("Idempotency-Key", description, pattern="^[ -~]{1,255}$"))
        return found

    def _resolve_path_parameters(self, variables):
        return [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} | _PATH.get(name, {})
            for name in variables
        ]

    def map_renderers(self, attribute):
        return ["application/json"]

    def map_parsers(self):
        return ["application/json"]


_PATH = {
    "conversation": {"description": "conv_…"},
    "item": {"description": "msg_…, or the id that the client gave it."},
    "branch": {"description": "A branch’s name."},
    "tag": {"description": "tag_…, or the tag’s name where no slash is in it."},
    "note": {"description": "note_…"},
    "attachment": {"description": "att_…"},
    "batch": {"description": "imp_…"},
    "call_id": {"description": "The call’s id."},
    "project": {"description": "proj_…"},
    "user": {"description": "usr_…, an e-mail address or an external id."},
    "share": {"description": "share_…, or the slug of 22 characters."},
}


class KeyScheme(OpenApiAuthenticationExtension):
    target_class = "api.auth.KeyAuthentication"
    name = ["key", "user"]

    def get_security_definition(self, auto_schema):
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "An API key, rk_live_… (Account → API keys). `X-API-Key: rk_live_…` does as well.",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": USER_HEADER,
                "description": "For whom a workspace’s key acts, or one with `users:write`: usr_… or an external id.",
            },
        ]

    def get_security_requirement(self, auto_schema):
        return [{"key": []}, {"key": [], "user": []}]


def with_resources(result, **_):
    return result | {"tags": [{"name": name, "description": told} for name, told in RESOURCES.items()]}


def without_marks(result, **_):
    """What the generator notes for itself is nobody else's."""
    if isinstance(result, dict):
        return {key: without_marks(value) for key, value in result.items() if key != "x-spec-enum-id"}
    elif isinstance(result, list):
        return [without_marks(value) for value in result]
    else:
        return result


def _parameter(name, schema, description):
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=description)
