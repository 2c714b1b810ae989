from functools import partial

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse

from accounts.models import AuditEvent
from api import specification as spec
from api.queries import flag_of, id_of, limit_of, moment_of, text_of, texts_of
from api.v1.dialect import V1, digest_of
from api.v1.serializers.conversations import (
    BulkDeletedSerializer,
    BulkDeleteInput,
    ConversationChange,
    ConversationInput,
    ConversationSerializer,
    ConversationWithItemsSerializer,
    EverythingDeletedSerializer,
    spell,
    spell_one,
    spell_shown,
)
from api.v1.serializers.people import spell_named
from api.v1.serializers.search import HERE, NONE
from api.v1.views.items import CONTENT, path_page, written
from conversations import listing
from conversations.listing import COLUMNS
from conversations.models import Conversation, Tag, Tagging, Tombstone
from conversations.selection import Selection
from lib.walks import Walk
from projects.models import Project
from projects.people import Role

ITEMS = 1_000  # inside a conversation's answer
NARROWED = (
    spec.text(
        "project_id",
        f"proj_…, or {NONE} for what is in no project.",
        pattern=f"{spec.id_pattern(Project.PREFIX)}|^{NONE}$",
    ),
    spec.text("source", f"The format it was imported from, or {HERE}."),
    *(spec.text(name) for name in ("referrer", "model", "external_id")),
    spec.flag("archived", "Only archived ones, or only the others."),
    spec.flag("pinned", "Only those that the caller pinned, or only the others."),
    spec.text("tag", "A tag’s id or name; given several times, all of them."),
    *(spec.moment(f"{name}_{bound}") for name in ("created", "updated") for bound in ("after", "before")),
)
FILTERS = frozenset(parameter.name for parameter in NARROWED)
WALK = (
    *spec.walked(Conversation.PREFIX),
    spec.choice("order", "desc", "asc"),
    spec.choice("sort", "updated_at", "created_at", description="By created_at no row comes twice or not at all."),
    *NARROWED,
)


def etag_of(conversation, user):
    """Changes with whatever the answer shows: its branches, and what `user` may do, are no revision of it."""
    return _etag(conversation, conversation.role_of(user))


def _etag(conversation, role):
    return digest_of([conversation.revision, conversation.branch_count, conversation.active_branch.name, role])


def filtered(conversations, query, user):
    """The part of `conversations` that a list's query asks for; tags and pins are `user`'s."""
    if "project_id" in query:
        project = None if query["project_id"] == NONE else id_of(query, "project_id", Project.PREFIX)
        conversations = conversations.filter(project=project)
    for name in ("referrer", "source", "model", "external_id"):
        if value := text_of(query, name):
            conversations = conversations.filter(**{name: "" if (name, value) == ("source", HERE) else value})
    if (archived := flag_of(query, "archived")) is not None:
        conversations = conversations.filter(archived_at__isnull=not archived)
    if (pinned := flag_of(query, "pinned")) is not None:
        pins = Q(pk__in=user.pins.values("conversation"))
        conversations = conversations.filter(pins if pinned else ~pins)
    for name in texts_of(query, "tag"):
        tag = Tag.objects.visible_to(user).named(name)
        conversations = conversations.filter(pk__in=Tagging.objects.filter(tag=tag).values("conversation"))
    for name in ("created", "updated"):
        if since := moment_of(query, f"{name}_after"):
            conversations = conversations.filter(**{f"{name}_at__gte": since})
        if until := moment_of(query, f"{name}_before"):
            conversations = conversations.filter(**{f"{name}_at__lt": until})
    return conversations


class ConversationView(V1):
    """What the resources of conversations share."""

    def one(self, conversation, status=200, **more):
        user = self.request.user
        role = conversation.role_of(user)
        return self.answer(spell_one(conversation, role, user) | more, status, etag=_etag(conversation, role))

    def listed(self, conversations):
        """A page of what the query asks for of these, others' among them."""
        user = self.request.user
        found = listing.with_standing(filtered(conversations, self.request.GET, user), user)
        return self.walked(found, partial(spell_shown, user=user))

    def walked(self, rows, spell):
        """A tombstone knows where a conversation deleted since stood."""
        user = self.request.user
        places = [Conversation.objects.visible_to(user), Tombstone.objects.of(Conversation, owner_id=user.pk)]
        return self.walk(Walk(rows, places).page, Conversation.PREFIX, spell)


class Conversations(ConversationView):
    @spec.described(
        answers={200: spec.listed(ConversationSerializer)},
        query=(*WALK, spec.flag("shared", "true: those of others that the caller was let into.")),
    )
    def get(self, request):
        """What the caller owns, newest change first; with `shared`, what others have let the caller into."""
        user, query = request.user, request.GET
        if flag_of(query, "shared"):
            return self.listed(Conversation.objects.shared_with(user))
        spell_own = partial(spell, owner=spell_named(user.pk, user.name), role=Role.OWNER)
        if FILTERS.isdisjoint(query):
            return self.walk(partial(listing.page, user), Conversation.PREFIX, spell_own)
        own = filtered(Conversation.objects.visible_to(user, own=True), query, user)
        return self.walked(own.values_list(*COLUMNS), spell_own)

    @spec.described(takes=ConversationInput, answers={201: ConversationSerializer})
    def post(self, request):
        """A new conversation, with its first items where they are sent along."""
        fields = self.payload(ConversationInput)
        with transaction.atomic():
            conversation = Conversation.objects.start(
                request.user,
                title=fields.get("title") or None,
                project=fields.get("project_id"),
                metadata=fields.get("metadata", {}),
                referrer=fields.get("referrer", ""),
            )
            if items := fields.get("items"):
                conversation.append_all(written(conversation, items))
                conversation.refresh_from_db()
        return self.one(conversation, status=201)

    @spec.described(answers={200: EverythingDeletedSerializer})
    def delete(self, request):
        """Everything the caller owns, for good."""
        with transaction.atomic():
            counts = Conversation.objects.visible_to(request.user, own=True).delete()
            record(request, **counts)
        return self.answer(
            {"object": "conversations.deleted", "deleted": True, "deleted_count": counts["conversations"]}
        )


class OneConversation(ConversationView):
    @spec.described(
        answers={200: ConversationWithItemsSerializer},
        query=(
            spec.whole("items_limit", "0 leaves the items away.", default=ITEMS, lowest=0),
            spec.text("items_after", "The id of the last item already seen."),
            spec.flag("include_items"),
            spec.text("branch", "A branch’s name; the active one by default."),
            CONTENT,
        ),
    )
    def get(self, request, conversation):
        """A conversation. With the items of a branch, oldest first."""
        conversation = self.conversation(conversation)
        query = request.GET
        limit = limit_of(query, default=ITEMS, maximum=ITEMS, lowest=0, name="items_limit")
        if not limit or flag_of(query, "include_items") is False:
            return self.one(conversation)
        items, page = path_page(conversation, query, limit=limit, after=text_of(query, "items_after"), full=False)
        more = {"items": items, "items_has_more": page.has_more}
        more["items_next_after"] = items[-1]["id"] if page.has_more else None
        return self.one(conversation, **more)

    @spec.described(takes=ConversationChange, answers={200: ConversationSerializer}, if_match=True)
    def patch(self, request, conversation):
        """Changes what is named; null clears."""
        fields = self.payload(ConversationChange)
        found = self.conversation(conversation, write=True)
        if "project_id" in fields:
            self.check_owner(found)  # whose members would see it
            fields["project"] = fields.pop("project_id")
        if "title" in fields:
            fields["title"] = fields["title"] or None
        with transaction.atomic():
            locked = found.locked()
            self.check_unchanged(etag_of(locked, request.user))
            locked.change(**fields)
        return self.one(locked)

    @spec.described(takes=ConversationChange, answers={200: ConversationSerializer}, if_match=True)
    def post(self, request, conversation):
        """The same as PATCH."""
        return self.patch(request, conversation)

    @spec.described(answers={204: None}, if_match=True)
    def delete(self, request, conversation):
        """With everything in it, for good; its shares answer 410 from then on."""
        found = self.conversation(conversation)
        self.check_may_delete(found)
        with transaction.atomic():
            self.check_unchanged(etag_of(found.locked(), request.user))
            self.erase(found)
        return HttpResponse(status=204)


class BulkDelete(V1):
    @spec.described(takes=BulkDeleteInput, answers={200: BulkDeletedSerializer})
    def post(self, request):
        """Up to 100 at once, in one transaction; what is not the caller's is named, and hinders nothing."""
        selection = Selection(request.user, self.payload(BulkDeleteInput)["conversation_ids"])
        with transaction.atomic():
            failed = selection.missing
            counts = selection.conversations.delete()
            record(request, **counts)
        return self.answer(
            {"deleted_count": counts["conversations"], "failed_count": len(failed), "failed_ids": failed}
        )


def record(request, **counts):
    AuditEvent.record("conversations.delete", actor=request.user, target=request.user, request=request, **counts)
