"""A conversation as Orq shows it. Nothing is null: one null is more than the vendor's client for Node can read."""

from datetime import UTC, datetime, timedelta

from accounts.models import User
from api.fields import Input, Object, Text, wrong
from conversations import limits
from conversations.models import Conversation
from lib.typeid import encode
from projects.models import Project

UNTITLED = "Untitled"
NAME = 100
LABEL = 256
# What is shown of metadata, and of which type it has to be. One of another type is more than any client can read.
SHOWN = {"generatingTitle": bool, "entityId": str, "model": str}
COLUMNS = ("id", "owner_id", "title", "metadata", "created_at", "updated_at")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = {bool: "true or false", str: "a string"}


class ConversationChange(Input):
    displayName = Text(required=False, allow_blank=True, max_length=NAME)  # noqa: N815
    metadata = Object(required=False, limit=limits.METADATA_BYTES)

    def validate_metadata(self, metadata):
        for name, kind in SHOWN.items():
            if metadata.get(name) is not None and not isinstance(metadata[name], kind):
                raise wrong(name, f"must be {_KINDS[kind]}.")
        return metadata

    def validate(self, fields):
        """With a `title` where there is a name: the clients say the word that stands for none themselves."""
        if "displayName" in fields:
            name = fields.pop("displayName")
            fields["title"] = None if name == UNTITLED else name
        return fields


class ConversationInput(ConversationChange):
    projectId = Text(required=False, allow_blank=True, max_length=LABEL)  # noqa: N815

    def validate(self, fields):
        """With a `project` where it is one of the caller's. Any other is somebody's name for one of theirs at the
        vendor's, which the clients demand: it is kept among the metadata."""
        fields = super().validate(fields)
        label = fields.pop("projectId", "")
        metadata = {name: value for name, value in fields.get("metadata", {}).items() if value is not None}
        fields["project"] = Project.objects.visible_to(self.context["user"], own=True).named(label)
        if label and not fields["project"]:
            metadata = self.fields["metadata"].run_validation(metadata | {"projectId": label})
        fields["metadata"] = metadata
        return fields


class NameInput(Input):
    context = Text(max_length=limits.TEXT)


def spell(row):
    """`row`: a Conversation, or COLUMNS of one by name."""
    metadata = {name: row.metadata[name] for name, kind in SHOWN.items() if isinstance(row.metadata.get(name), kind)}
    return {
        "_id": encode(Conversation.PREFIX, row.id),
        "kind": "conversation",
        "displayName": UNTITLED if row.title is None else row.title,
        "createdAt": millis(row.created_at),
        "updatedAt": millis(row.updated_at),
        "createdById": encode(User.PREFIX, row.owner_id),
        "entityId": metadata.get("entityId", ""),
        "metadata": metadata,
    }


def millis(moment):
    return (moment - _EPOCH) // timedelta(milliseconds=1)
