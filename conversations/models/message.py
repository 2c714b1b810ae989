from django.db import models, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.models import User, Workspace
from conversations import pruning, search, signals
from conversations.models.conversation import Conversation, refuse_large
from conversations.models.rendering import Rendering
from conversations.parts import retold, shows, with_fields
from conversations.refusals import Stale
from conversations.tree import Tree
from lib.metadata import merged
from lib.models import Row


class MessageQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(conversation__in=Conversation.objects.visible_to(user))

    def on(self, path):
        """Those on a Path (conversations.tree)."""
        return self.filter(RawSQL("position <@ %s::int4multirange", [path.multirange], models.BooleanField()))

    def search(self, text, user, **options):
        """A page of Results: what `user` may see of these that says what `text` asks for. All of it: search.search."""
        return search.search(self, text, user, **options)

    def facets(self, text, user, **filters):
        """The same, counted by what it could be narrowed to; see search.facets."""
        return search.facets(self, text, user, **filters)

    def search_in(self, conversation, text):
        """Every match in one conversation that the caller may see, as Matches."""
        return search.search_in(self, text, conversation)


class Message(Row):
    """One message: what was said (`text`, Markdown), and what it answers (`parent_position`).

    `position` is its name inside the conversation: it only grows and is never used again, so parents, branch tips and
    what a message replaces are positions, and no foreign key cascades down a chain of 10,000 parents.

    `parts` keeps structured content as it came (images, tool calls and results, reasoning, citations, unknown types);
    null where the text says everything. A list of objects, each with a `type`.
    """

    PREFIX = "msg"

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"
        SYSTEM = "system"
        DEVELOPER = "developer"
        TOOL = "tool"
        CRITIC = "critic"
        DISCRIMINATOR = "discriminator"
        UNKNOWN = "unknown"
        OTHER = "other"  # an export's role that is none of these; the raw word is in metadata

    # Fixed-width columns first: PostgreSQL then needs no padding between them.
    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="messages", db_index=False)
    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # Who put it there, where that was not the owner. It outlives them, so that nobody is taken for somebody else.
    author = models.ForeignKey(
        User, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    updated_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    import_batch = models.ForeignKey(
        "conversations.ImportBatch", models.SET_NULL, null=True, related_name="+", db_index=False, db_constraint=False
    )
    position = models.IntegerField()
    parent_position = models.IntegerField(null=True)
    replaces_position = models.IntegerField(null=True)  # the sibling this is another try at
    version = models.IntegerField(default=1)
    hidden = models.BooleanField(default=False)  # not part of what the reader is shown first; reachable on request
    searchable = models.BooleanField(default=True)  # false: bulk such as fetched web pages, kept but not indexed

    role = models.CharField(max_length=16, choices=Role.choices)
    type = models.CharField(max_length=64, default="message")
    status = models.CharField(max_length=16, default="completed")
    model = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=200, blank=True)  # the tool or the person speaking
    call_id = models.CharField(max_length=128, blank=True)
    external_id = models.CharField(max_length=128, null=True, blank=True)  # noqa: DJ001  the client's own id for it
    source_id = models.CharField(max_length=200, blank=True)  # the id it had in the export it came from
    text = models.TextField(blank=True)
    parts = models.JSONField(null=True, blank=True)
    metadata = models.JSONField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also the covering index that a path is read from: PostgreSQL answers from the index alone.
            models.UniqueConstraint(
                fields=["conversation", "position"], include=["parent_position"], name="message_position_once"
            ),
            models.UniqueConstraint(
                fields=["conversation", "external_id"],
                condition=Q(external_id__isnull=False),
                name="message_external_id_once",
            ),
            models.CheckConstraint(
                condition=Q(parent_position__isnull=True) | Q(parent_position__lt=models.F("position")),
                name="message_answers_an_earlier_one",
            ),
        ]
        indexes = [
            # Position is in it and no key of it: of two indexes that know positions, a plan made for all conversations
            # took this one, and read a whole conversation for one window of it.
            models.Index(fields=["conversation", "parent_position"], include=["position"], name="message_answers"),
            # Where runs begin (conversations.tree).
            models.Index(
                fields=["conversation", "position"],
                include=["parent_position"],
                condition=Q(parent_position__isnull=True) | Q(parent_position__lt=models.F("position") - 1),
                name="message_runs",
            ),
            models.Index("conversation", "call_id", condition=~Q(call_id=""), name="message_by_call"),
        ]

    def __str__(self):
        return f"{self.role} at {self.position}"

    @property
    def shown_id(self):
        """The id that programs know it by: the one they gave it, or ours."""
        return self.external_id or self.typeid

    @property
    def answered_position(self):
        """What another answer in this one's place would answer: what this one does, or the user's words themselves."""
        return self.position if self.role == self.Role.USER else self.parent_position

    def can_be_deleted_by(self, user):
        return self.conversation.can_be_deleted_by(user)

    @transaction.atomic
    def edit(self, text, *, by, parts=None, expected_version=None):
        """Other words in the same place: what it said becomes a Revision. `parts` replace the old ones; without them
        those that carried the old words carry the new. Raises Stale, or DoesNotExist where it is gone.
        """
        conversation = self.locked(expected_version)
        parts = retold(self.parts, self.text, text) if parts is None else parts
        if (text, parts) == (self.text, self.parts):
            return
        conversation.revisions.create(
            message=self,
            version=self.version,
            conversation_revision=conversation.revision + 1,
            text=self.text,
            parts=self.parts,
            metadata=self.metadata,
            edited_by=by,
        )
        self.text, self.parts, self.edited_at, self.updated_by = text, parts, timezone.now(), by
        self.version += 1
        self.save(update_fields=["text", "parts", "edited_at", "updated_by", "version"])
        conversation.retell()
        signals.message_edited.send(None, message=self)

    @transaction.atomic
    def set_metadata(self, metadata, *, by, merge=False, expected_version=None):
        """Replaces it, or with `merge` changes the keys that are given and takes away those given as None. Not an edit:
        the words stay what they were."""
        conversation = self.locked(expected_version)
        self.metadata = merged(self.metadata, metadata) if merge else metadata
        refuse_large(self.metadata)
        self.updated_by = by
        self.save(update_fields=["metadata", "updated_by"])
        conversation.revise()

    @transaction.atomic
    def settle(self, *, status, name=None, fields):
        """What came of a call: its status, and `fields` (arguments, output, error …) beside what it has of them."""
        conversation = self.locked()
        self.status = status
        self.name = self.name if name is None else name
        self.parts = with_fields(self.parts, fields)
        if status in ("completed", "failed"):
            self.completed_at = timezone.now()
        self.save(update_fields=["status", "name", "parts", "completed_at"])
        Rendering.objects.filter(message=self).delete()  # its HTML shows the old ones; it is no new version
        conversation.revise()

    @transaction.atomic
    def bookmark(self, user):
        conversation = self.locked()
        return self.bookmarks.get_or_create(user=user, defaults={"conversation": conversation})[0]

    def remove_bookmark(self, user):
        self.bookmarks.filter(user=user).delete()

    @transaction.atomic
    def add_note(self, user, text, *, shared=False):
        return self.notes.create(conversation=self.locked(), user=user, text=text, shared=shared)

    def show(self, attachment):
        """A file beside the words, which stay: it is no new version. Caller holds the conversation's lock."""
        part = {"type": attachment.kind, "name": attachment.name, "attachment_id": attachment.typeid}
        self._set_parts([*(self.parts or []), part])

    def hide(self, attachment):
        """No longer. Caller holds the conversation's lock."""
        self._set_parts([part for part in self.parts or [] if not shows(part, attachment)] or None)

    def _set_parts(self, parts):
        self.parts = parts
        self.save(update_fields=["parts"])
        Rendering.objects.filter(message=self).delete()

    @transaction.atomic
    def remove(self, *, expected_version=None, prune=False):
        """Deletes this one message for good: what answered it answers its parent now, and a branch that ended at it
        ends before it. With `prune` a branch goes too that has nothing else of its own: see Conversation.
        """
        self.locked(expected_version).remove_messages([self.position], prune=prune)

    def pruned_without(self):
        """The branches that removing it with `prune` leaves with nothing of their own, each with its heir."""
        return pruning.prune(self.conversation, Tree(self.conversation_id), {self.position})

    def locked(self, expected_version=None):
        """Reads this row again under the lock of its conversation's, which is returned. DoesNotExist, Stale."""
        conversation = self.conversation.locked()
        self.refresh_from_db(from_queryset=conversation.messages.all())
        if expected_version not in (None, self.version):
            raise Stale
        return conversation
