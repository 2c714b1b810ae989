from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from rest_framework import serializers

from api.fields import Anything, Flag, Input, Many, Moment, Text, Whole, wrong
from api.problem import Problem
from api.v1.serializers.items import FIELDS, PartSerializer, spell_parts
from conversations import limits as conversation_limits
from conversations.models import Conversation, Message
from lib.times import iso
from lib.typeid import encode
from sharing import limits, spelling
from sharing.models import ShareLink
from sharing.models.daily_views import today_in_utc

VERSION = 1  # of the form of a snapshot
SCOPES = {
    ShareLink.Scope.BRANCH: "conversation",
    ShareLink.Scope.RANGE: "range",
    ShareLink.Scope.MESSAGE: "item",
}
UNTITLED = "Untitled Conversation"
PASSWORD = {
    "required": False,
    "allow_blank": True,
    "max_length": limits.PASSWORD,
    "pattern": rf"^([\s\S]{{{limits.PASSWORD_LEAST},}})?\Z",
    "said": f"must be at least {limits.PASSWORD_LEAST} characters long.",
    "help_text": f"Asked of whoever opens it; at least {limits.PASSWORD_LEAST} characters. It is never told again.",
}


class Options(Input):
    """What a link is beside what it shows, and what is left out of that."""

    example = {"expires_in": 604_800}
    title = Text(required=False, allow_blank=True, max_length=conversation_limits.TITLE)
    expires_in = Whole(required=False, min_value=1, max_value=limits.LIFE, help_text="Seconds; never, where absent.")
    password = Text(**PASSWORD)
    read_only = Flag(required=False, help_text="false: readers are offered to go on in a copy of their own.")
    include_images = Flag(required=False, help_text="Otherwise by their names.")
    include_files = Flag(required=False, help_text="Other files; otherwise by their names.")
    include_context = Flag(required=False, help_text="Of an item: the question before it, too.")
    include_context_messages = Flag(required=False, help_text="The same as include_context.")
    include_reasoning = Flag(required=False)
    include_tools = Flag(required=False, help_text="Tool calls and their output.")
    include_system = Flag(required=False, help_text="What system and developer said.")
    include_names = Flag(required=False, help_text="Who speaks and who shared it, by name.")

    def validate(self, asked):
        """What ShareLink.change takes."""
        if "expires_in" in asked:
            seconds = asked.pop("expires_in")
            asked["expires_at"] = timezone.now() + timedelta(seconds=seconds) if seconds else None
        context = [asked.pop(name) for name in ("include_context", "include_context_messages") if name in asked]
        if context:
            asked["include_context"] = any(context)
        return asked


class ShareChange(Options):
    """Only what is given changes: null takes an end, a title or a password away."""

    null_is_absent = False
    title = Text(required=False, allow_blank=True, allow_null=True, max_length=conversation_limits.TITLE)
    expires_in = Whole(
        required=False, allow_null=True, min_value=1, max_value=limits.LIFE, help_text="Seconds from now; null: never."
    )
    password = Text(**PASSWORD, allow_null=True)

    def validate(self, asked):
        asked |= {name: "" for name in ("title", "password") if name in asked and asked[name] is None}
        return super().validate(asked)


class ItemShareInput(Options):
    pass


class ShareInput(Options):
    also = {
        "if": {"required": ["scope"], "properties": {"scope": {"enum": ["range", "item"]}}},
        "then": {
            "required": ["item_id"],
            "properties": {"item_id": {"type": "string"}, "live": {"enum": [False, None]}},
        },
    }
    scope = serializers.ChoiceField(
        list(SCOPES.values()),
        default="conversation",
        error_messages={"invalid_choice": "must be conversation, range or item."},
    )
    item_id = Text(required=False, help_text="The one, or the last of a range.")
    first_item_id = Text(required=False, help_text="The first of a range; by default the branch’s first.")
    branch = Text(required=False, allow_blank=True, help_text="A branch’s name; the active one by default.")
    live = Flag(required=False, default=False, help_text="Of a conversation: whatever is written later is shown too.")

    def validate(self, asked):
        """What ShareLinkQuerySet.share takes; `branch`, `scope` and the items still as they were sent."""
        if asked["scope"] != "conversation" and "item_id" not in asked:
            raise wrong("item_id", "is missing.")
        if asked["scope"] != "conversation" and asked["live"]:
            raise wrong("live", "is for whole conversations.")
        asked["is_live"] = asked.pop("live")
        return super().validate(asked)


class OptionsSerializer(serializers.Serializer):
    include_images = serializers.BooleanField()
    include_files = serializers.BooleanField()
    include_context_messages = serializers.BooleanField()
    include_reasoning = serializers.BooleanField()
    include_tools = serializers.BooleanField()
    include_system = serializers.BooleanField()
    include_names = serializers.BooleanField()


class ShareSerializer(serializers.Serializer):
    """A link, as its owner sees it."""

    id = serializers.CharField()
    share_id = serializers.CharField(required=False, help_text="The same as `id`. Whoever knows it can read.")
    object = serializers.ChoiceField(["share"])
    slug = serializers.CharField(required=False, help_text="The same secret in 22 characters.")
    url = serializers.CharField(required=False, help_text="A page for people.")
    share_url = serializers.CharField(required=False, help_text="The same for programs.")
    conversation_id = serializers.CharField()
    scope = serializers.ChoiceField(list(SCOPES.values()))
    item_id = serializers.CharField(required=False, help_text="The one, or the last of a range.")
    live = serializers.BooleanField()
    title = serializers.CharField()
    has_password = serializers.BooleanField()
    read_only = serializers.BooleanField()
    visibility = serializers.ChoiceField(["unlisted"])
    view_count = serializers.IntegerField()
    last_viewed_at = Moment(required=False)
    snapshot_version = serializers.IntegerField()
    share_options = OptionsSerializer()
    expires_at = Moment(allow_null=True)
    revoked_at = Moment(required=False)
    created_at = Moment()
    updated_at = Moment()


class ChangesSerializer(serializers.Serializer):
    """What an update changes, counted in items."""

    object = serializers.ChoiceField(["share.changes"])
    added = serializers.IntegerField()
    edited = serializers.IntegerField()
    removed = serializers.IntegerField(help_text="Still in the conversation, and not on its branch any more.")


class UpdatedShareSerializer(ShareSerializer):
    changes = ChangesSerializer()


class RevokeInput(Input):
    """Some, or all."""

    also = {
        "anyOf": [
            {
                "required": ["share_ids"],
                "properties": {
                    "share_ids": {"type": "array", "items": {}, "minItems": 1},
                    "all": {"not": {"const": True}},
                },
            },
            {"required": ["all"], "properties": {"all": {"const": True}, "share_ids": {"maxItems": 0}}},
        ]
    }
    share_ids = Many(child=Text(), required=False, default=list, help_text="share_…, slugs or link_…")
    all = Flag(required=False, default=False)

    def validate_share_ids(self, ids):
        if len(ids) > limits.SELECTION:
            raise Problem(400, "too_many_ids", f"share_ids must be at most {limits.SELECTION} at once.")
        return ids

    def validate(self, asked):
        if asked["all"] == bool(asked["share_ids"]):
            raise wrong("share_ids", "is missing." if not asked["all"] else "must not stand beside all.")
        return asked


class RevokedSharesSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["shares.revoked"])
    revoked_count = serializers.IntegerField()
    ended_before_count = serializers.IntegerField()
    failed_count = serializers.IntegerField()
    failed_ids = serializers.ListField(child=serializers.CharField(), help_text="None of the caller’s.")


class DayOfViewsSerializer(serializers.Serializer):
    day = serializers.DateField()
    count = serializers.IntegerField()


class ViewsSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["share.views"])
    share_id = serializers.CharField()
    total = serializers.IntegerField(help_text="Since it was made.")
    last_viewed_at = Moment(allow_null=True)
    data = DayOfViewsSerializer(many=True)


class PublicItemSerializer(serializers.Serializer):
    id = serializers.CharField()
    type = serializers.CharField()
    role = serializers.CharField()
    content = PartSerializer(many=True)
    name = serializers.CharField(required=False, help_text="A tool’s.")
    call_id = serializers.CharField(required=False)
    arguments = Anything(required=False)
    output = Anything(required=False)
    error = Anything(required=False)
    created_at = Moment()


class SnapshotSerializer(serializers.Serializer):
    title = serializers.CharField()
    model_name = serializers.CharField(required=False)
    created_at = Moment()
    items = PublicItemSerializer(many=True)


class PublicShareSerializer(serializers.Serializer):
    """A link, as whoever has it sees it. Nothing in it tells whose it is."""

    object = serializers.ChoiceField(["public_share"])
    share_id = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    scope = serializers.ChoiceField(list(SCOPES.values()))
    read_only = serializers.BooleanField()
    expires_at = Moment(allow_null=True)
    created_at = Moment()
    snapshot = SnapshotSerializer()


class WarningSerializer(serializers.Serializer):
    kind = serializers.CharField(help_text="What it looks like, in words.")
    excerpt = serializers.CharField(help_text="How it begins.")
    item_id = serializers.CharField(required=False, help_text="The first that shows it; absent where it is the title.")
    items = serializers.IntegerField(help_text="How many show it.")


class SharePreviewSerializer(serializers.Serializer):
    """What a link would show, before there is one."""

    object = serializers.ChoiceField(["share.preview"])
    snapshot = SnapshotSerializer()
    warnings = WarningSerializer(many=True)
    more_warnings = serializers.IntegerField(help_text="Found, and not told one by one.")


def spell_share(link):
    spelled = {
        "id": id_of(link),
        **_addresses(link),
        "object": "share",
        "conversation_id": encode(Conversation.PREFIX, link.conversation_id),
        "scope": SCOPES[link.scope],
        "item_id": _item_id(link),
        "live": link.is_live,
        "title": link.title or UNTITLED,
        "has_password": bool(link.password),
        "read_only": link.read_only,
        "visibility": "unlisted",
        "view_count": link.view_count,
        "last_viewed_at": link.last_viewed_at and iso(link.last_viewed_at),
        "snapshot_version": VERSION,
        "share_options": {
            "include_images": link.include_images,
            "include_files": link.include_files,
            "include_context_messages": link.include_context,
            "include_reasoning": link.include_reasoning,
            "include_tools": link.include_tools,
            "include_system": link.include_system,
            "include_names": link.include_names,
        },
        "revoked_at": link.revoked_at and iso(link.revoked_at),
        "created_at": iso(link.created_at),
        "updated_at": iso(link.updated_at),
    }
    found = {name: value for name, value in spelled.items() if value is not None}
    return found | {"expires_at": link.expires_at and iso(link.expires_at)}


def id_of(link):
    return spelling.share_id(link.secret) if link.secret else link.typeid


def _item_id(link):
    """As its client knows it; ours, where it is gone."""
    try:
        message = link.message
    except Message.DoesNotExist:
        message = None
    return message.shown_id if message else link.message_id and encode(Message.PREFIX, link.message_id)


def _addresses(link):
    """None for a link whose secret can be shown no more."""
    if not link.secret:
        return {}
    slug = spelling.slug(link.secret)
    return {
        "share_id": spelling.share_id(link.secret),
        "slug": slug,
        "url": link.address,
        "share_url": settings.PUBLIC_ORIGIN + reverse("v1_public_share", args=[slug]),
    }


def spell_changes(changes):
    return {"object": "share.changes", **changes._asdict()}


def spell_views(link, counts):
    """`counts`: by day, today last."""
    today = today_in_utc()
    days = [today - timedelta(days=ago) for ago in range(len(counts) - 1, -1, -1)]
    return {
        "object": "share.views",
        "share_id": id_of(link),
        "total": link.view_count,
        "last_viewed_at": link.last_viewed_at and iso(link.last_viewed_at),
        "data": [{"day": day.isoformat(), "count": count} for day, count in zip(days, counts, strict=True)],
    }


def spell_preview(link, messages, findings):
    return {
        "object": "share.preview",
        "snapshot": _spell_snapshot(link, messages),
        "warnings": [_spell_finding(finding) for finding in findings],
        "more_warnings": findings.more,
    }


def _spell_finding(finding):
    where = {"item_id": finding.message_id} if finding.message_id else {}
    return {"kind": finding.kind, "excerpt": finding.excerpt, **where, "items": finding.messages}


def spell_public(link, messages):
    return {
        "object": "public_share",
        "share_id": spelling.share_id(link.secret),
        "slug": spelling.slug(link.secret),
        "title": link.title or UNTITLED,
        "scope": SCOPES[link.scope],
        "read_only": link.read_only,
        "expires_at": link.expires_at and iso(link.expires_at),
        "created_at": iso(link.created_at),
        "snapshot": _spell_snapshot(link, messages),
    }


def _spell_snapshot(link, messages):
    model = next((message.model for message in reversed(messages) if message.model), None)
    return {
        "title": link.title or UNTITLED,
        **({"model_name": model} if model else {}),
        "created_at": iso(link.created_at),
        "items": [_spell_item(link, message) for message in messages],
    }


def _spell_item(link, message):
    """`message`: as ShareLink.messages gives it, with nothing in it that the link does not show."""
    parts = [_with_address(link, part) for part in message.parts or []]
    told = {name: part[name] for part in parts if part["type"] == "fields" for name in FIELDS if name in part}
    if told or message.role == Message.Role.TOOL:
        told |= {name: value for name in ("name", "call_id") if (value := getattr(message, name))}
    return {
        "id": message.typeid,
        "type": message.type,
        "role": message.role,
        "content": spell_parts(message.text, parts, message.role),
        **told,
        "created_at": iso(message.created_at),
    }


def _with_address(link, part):
    """A file of ours lies below the link's own address."""
    part = dict(part)
    if attachment := part.pop("attachment_id", None):
        part["image"] = {"url": f"{settings.PUBLIC_ORIGIN}{link.files_path}{attachment}/"}
    return part
