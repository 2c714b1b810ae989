from rest_framework import serializers

from api.fields import Input, Many, Moment, Object, Text, without_empty
from api.problem import Problem, not_found
from api.v1.serializers.items import ItemInput, ItemSerializer, check_count
from api.v1.serializers.people import NamedSerializer, spell_named
from conversations import limits
from conversations.listing import COLUMNS
from conversations.models import Branch, Conversation
from lib.times import iso
from lib.typeid import encode
from projects.models import Project
from projects.people import Role, highest


class ConversationInput(Input):
    example = {"title": "Choosing a telescope", "items": [ItemInput.example]}
    title = Text(required=False, allow_blank=True, max_length=limits.TITLE)
    project_id = Text(required=False, allow_blank=True)
    metadata = Object(required=False, limit=limits.METADATA_BYTES)
    referrer = Text(required=False, min_length=1, max_length=64)
    items = ItemInput(many=True, required=False)

    def validate_project_id(self, spelled):
        return project_named(spelled, self.context["user"]) if spelled else None

    validate_items = staticmethod(check_count)


class BulkDeleteInput(Input):
    conversation_ids = Many(child=Text())

    def validate_conversation_ids(self, ids):
        if len(ids) > limits.SELECTION:
            raise Problem(400, "too_many_ids", f"conversation_ids must be at most {limits.SELECTION} at once.")
        return ids


class ConversationChange(Input):
    """What may be changed. null clears; what is absent stays as it is."""

    null_is_absent = False
    example = {"title": "Binoculars first"}
    title = Text(required=False, allow_blank=True, allow_null=True, max_length=limits.TITLE)
    project_id = Text(required=False, allow_blank=True, allow_null=True)
    metadata = Object(required=False, allow_null=True, limit=limits.METADATA_BYTES)
    referrer = Text(required=False, allow_blank=True, allow_null=True, max_length=64)

    def validate_project_id(self, spelled):
        return project_named(spelled, self.context["user"]) if spelled else None

    def validate_metadata(self, metadata):
        return metadata or {}

    def validate_referrer(self, referrer):
        return referrer or ""


def project_named(spelled, user):
    """The project that a conversation may be put into: the caller's own. Raises Problem (404)."""
    found = Project.objects.visible_to(user, own=True).named(spelled)
    if found is None:
        raise not_found("project")
    return found


class ConversationSerializer(serializers.Serializer):
    """A conversation as /v1 shows it. The fields are the promise; `spell` keeps it, without DRF's cost for each row."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["conversation"])
    title = serializers.CharField(allow_blank=True, help_text="Empty where it was never named.")
    owner = NamedSerializer(help_text="Whose it is.")
    role = serializers.ChoiceField(Role.values, help_text="What the caller may do in it.")
    project_id = serializers.CharField(required=False)
    metadata = serializers.DictField()
    referrer = serializers.CharField(required=False)
    model = serializers.CharField(required=False)
    source = serializers.CharField(required=False, help_text="The program it was imported from.")
    preview = serializers.CharField(required=False)
    item_count = serializers.IntegerField(help_text="Items on the active branch.")
    message_count = serializers.IntegerField(help_text="Items of all branches.")
    branch_count = serializers.IntegerField()
    active_branch = serializers.CharField()
    archived_at = Moment(required=False)
    created_at = Moment()
    updated_at = Moment(help_text="Grows with every change of title, metadata, project or any item.")
    last_message_at = Moment()


class ConversationWithItemsSerializer(ConversationSerializer):
    items = ItemSerializer(many=True, required=False)
    items_has_more = serializers.BooleanField(required=False)
    items_next_after = serializers.CharField(required=False, allow_null=True)


class EverythingDeletedSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["conversations.deleted"])
    deleted = serializers.BooleanField()
    deleted_count = serializers.IntegerField()


class BulkDeletedSerializer(serializers.Serializer):
    deleted_count = serializers.IntegerField()
    failed_count = serializers.IntegerField()
    failed_ids = serializers.ListField(child=serializers.CharField())


def spell(row, owner, role):
    """`row`: values of COLUMNS. `owner`: spelled. `role`: the caller's."""
    (pk, title, project_id, metadata, referrer, model, source, preview, length, message_count,
     branch_count, branch, archived_at, created_at, updated_at, last_message_at) = row  # fmt: skip
    spelled = {
        "id": encode(Conversation.PREFIX, pk),
        "object": "conversation",
        "title": title or "",
        "owner": owner,
        "role": role,
        "project_id": project_id and encode(Project.PREFIX, project_id),
        "metadata": metadata,
        "referrer": referrer,
        "model": model,
        "source": source,
        "preview": preview,
        "item_count": length,
        "message_count": message_count,
        "branch_count": branch_count,
        "active_branch": branch or Branch.MAIN,
        "archived_at": archived_at and iso(archived_at),
        "created_at": iso(created_at),
        "updated_at": iso(updated_at),
        "last_message_at": iso(last_message_at),
    }
    return without_empty(spelled, "project_id", "referrer", "model", "source", "preview", "archived_at")


def spell_shown(row, user):
    """`row`: of listing.with_standing."""
    *values, owner, name, roles = row
    return spell(values, spell_named(owner, name), Role.OWNER if owner == user.pk else highest(roles))


def spell_one(conversation, role, user):
    """`role`: that of `user`, who asks."""
    owner = user if role == Role.OWNER else conversation.owner
    return spell([_value(conversation, name) for name in COLUMNS], spell_named(owner.pk, owner.name), role)


def _value(conversation, path):
    for name in path.split("__"):
        conversation = getattr(conversation, name)
    return conversation
