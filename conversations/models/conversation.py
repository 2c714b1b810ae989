import json
from datetime import timedelta

from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User, Workspace
from conversations import deletion, limits, signals
from conversations.models.branch import Branch
from conversations.models.branching import Branching
from conversations.models.grant import Grant
from conversations.models.pin import Pin
from conversations.refusals import MetadataTooLarge, Stale, TooManyTags
from conversations.shared_with_me import REACHED
from lib.asking import Prepared, fetch_along
from lib.http import address
from lib.metadata import merged
from lib.models import Row
from lib.typeid import decode
from projects.models import Project, ProjectMember
from projects.people import WRITERS, People, Role, highest


def message_id(text):
    """The UUID that msg_… spells. Raises ValueError."""
    return decode("msg", text)


class ConversationQuerySet(models.QuerySet):
    def visible_to(self, user, *, own=False):
        """The one door: every page, export, search and dialect starts here. Superusers get no wider one.

        `own` narrows to what the user owns, so that a list can walk the index (owner, time, id).
        """
        if not user.is_authenticated:
            return self.none()
        if own:
            return self.filter(owner=user, workspace=user.workspace_id)
        return self.filter(
            Q(owner=user)
            | Q(pk__in=Grant.objects.filter(user=user).values("conversation"))
            | Q(project__in=Project.objects.visible_to(user).values("pk")),
            workspace=user.workspace_id,
        )

    def reached_by(self, user):
        """What visible_to finds, and for a superuser the whole workspace: the wider door of R2R's dialect, whose
        contract has superusers. Whoever goes through it to what is not theirs writes that into the audit trail.
        """
        if user.is_authenticated and user.is_superuser:
            return self.filter(workspace=user.workspace_id)
        return self.visible_to(user)

    def of_workspace(self, workspace):
        """What everybody there has: the door of a workspace's own keys, in the one dialect whose keys are that."""
        return self.filter(workspace=workspace)

    def listed_to(self, user):
        """The same, for a page of a list: who was let in nowhere walks the index of their own, not the workspace."""
        grants = Grant.objects.filter(user=user).values("pk")
        members = ProjectMember.objects.filter(user=user).values("pk")
        projects = Project.objects.filter(owner=user).values("pk")
        if user.is_superuser or grants.union(members, projects).exists():
            return self.reached_by(user)
        return self.visible_to(user, own=True)

    def shared_with(self, user):
        """What others have let `user` into: found from what lets them in, or the whole workspace would be read."""
        reached = RawSQL(REACHED, [user.pk] * 3)  # noqa: S611  our own words
        return self.visible_to(user).exclude(owner=user).filter(pk__in=reached)

    def seen_by_others(self):
        """Those that somebody else than their owner sees too."""
        return self.filter(_others_see())

    def newest_first(self):
        return self.order_by("-last_message_at", "-id")

    def start(self, owner, *, title=None, project=None, created_at=None, **fields):
        """A new, empty conversation with its MAIN branch."""
        now = created_at or timezone.now()
        conversation = self.model(
            owner=owner,
            workspace_id=owner.workspace_id,
            title=title,
            project=project,
            created_at=now,
            updated_at=now,
            last_message_at=now,
            **fields,
        )
        with transaction.atomic():
            branch = Branch(conversation=conversation, name=Branch.MAIN, created_at=now, updated_at=now)
            conversation.active_branch = branch
            conversation.save(force_insert=True)
            branch.save(force_insert=True)
        return conversation

    def archive(self):
        """Takes them out of the history; how many were in it."""
        return self.filter(archived_at=None)._change(archived_at=timezone.now())

    def unarchive(self):
        """Puts them back into it; how many were not in it."""
        return self.exclude(archived_at=None)._change(archived_at=None)

    def move_to(self, project):
        """Into `project`, or with None out of any; how many were not there."""
        return self.exclude(project=project)._change(project=project)

    def _change(self, **fields):
        with transaction.atomic():
            # In one order, as deleting does: two who change some of the same wait, and do not block each other.
            pks = list(self.order_by("pk").select_for_update().values_list("pk", flat=True))
            later = Greatest(Now(), F("updated_at") + timedelta(microseconds=1))
            return self.model.objects.filter(pk__in=pks).update(**fields, revision=F("revision") + 1, updated_at=later)

    def delete(self):
        """For good, with everything in them, all or nothing. Returns {word: rows}, to tell whoever asked."""
        with transaction.atomic(), connection.cursor() as cursor:
            return deletion.delete_conversations(cursor, list(self.values_list("pk", flat=True)))

    delete.alters_data = True
    delete.queryset_only = True


class Conversation(Branching, Row):
    """One chat: a tree of messages, and branches that name its leaves; the verbs that change the tree are Branching's.

    The row is narrow and complete, so that a list reads nothing else: title, counts, preview and last time are kept
    by the statements that change messages. Order inside is by `position`, which only grows and is never used twice.
    """

    PREFIX = "conv"

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="conversations", db_index=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="conversations", db_index=False)
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="conversations")
    # NULL is "never named", "" is "named nothing": dialects tell them apart.
    title = models.CharField(max_length=limits.TITLE, null=True, blank=True)  # noqa: DJ001
    description = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    referrer = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=120, blank=True)

    # Where it came from: the format's name and the id it had there. Both empty for what was written here.
    source = models.CharField(max_length=32, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    import_batch = models.ForeignKey(
        "conversations.ImportBatch", models.SET_NULL, null=True, blank=True, related_name="conversations"
    )

    # No constraint on these two: a branch points back here, and both rows are written in one statement.
    active_branch = models.ForeignKey(
        "conversations.Branch", models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+"
    )
    tip_position = models.IntegerField(null=True, editable=False)  # the active branch's tip, read under the row's lock
    next_position = models.IntegerField(default=1, editable=False)
    revision = models.IntegerField(default=0, editable=False)

    message_count = models.IntegerField(default=0, editable=False)  # every message of every branch
    length = models.IntegerField(default=0, editable=False)  # messages on the active branch
    turns = models.IntegerField(default=0, editable=False)  # of those, what user and assistant said
    branch_count = models.IntegerField(default=1, editable=False)
    attachment_count = models.IntegerField(default=0, editable=False)
    preview = models.CharField(max_length=limits.PREVIEW, blank=True, editable=False)

    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    last_message_at = models.DateTimeField(default=timezone.now)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index("owner", models.F("last_message_at").desc(), models.F("id").desc(), name="history"),
            models.Index("owner", models.F("updated_at").desc(), models.F("id").desc(), name="by_update"),
            models.Index("owner", models.F("created_at").desc(), models.F("id").desc(), name="by_creation"),
            models.Index("workspace", "created_at", name="by_workspace"),
            # A project's page, when it was used last, and how many it holds.
            models.Index(
                "project",
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                condition=Q(project__isnull=False, archived_at=None),
                name="project_history",
            ),
            # Few are archived: in the history one would look for them among all the others.
            models.Index(
                "owner",
                models.F("last_message_at").desc(),
                models.F("id").desc(),
                condition=Q(archived_at__isnull=False),
                name="archived_history",
            ),
        ]
        constraints = [
            # Idempotent imports stand on this: the same chat of the same program is one row per owner.
            models.UniqueConstraint(
                fields=["owner", "source", "external_id"],
                condition=~Q(external_id=""),
                name="conversation_once_per_source",
            ),
        ]

    def __str__(self):
        return self.title or "Untitled"

    @cached_property
    def typeid(self):
        """Its page says it ten times."""
        return super().typeid

    def get_absolute_url(self):
        return f"{address('conversations:index')}{self.typeid}/"

    @classmethod
    def visible(cls, pk, user):
        """The one at `pk`, with its active branch, where visible_to(user) finds it; else DoesNotExist. It knows whether
        anybody but its owner sees it too, and whether `user` pinned it: `has_others`, `is_pinned`."""
        found = _VISIBLE.first(pk, user.pk, user.workspace_id) if user.is_authenticated else None
        if found is None:
            raise cls.DoesNotExist
        return found

    @staticmethod
    def asked(pk, reader):
        """The Answer that has what visible() finds, or None, for somebody signed in; of its active branch the id."""
        return _ASKED.ask(pk, reader.pk, reader.workspace_id)

    def role_of(self, user):
        """What `user` may do here: the most of what a grant and its project let them; None for strangers. Whoever owns
        the project edits what others have in it."""
        if self.owner_id == user.pk:
            return Role.OWNER
        place = {"conversation": self.pk, "project": self.project_id, "user": user.pk}
        return highest(role for (role,) in fetch_along(_ROLES, place))

    def can_be_edited_by(self, user):
        return self.role_of(user) in WRITERS

    def can_be_commented_by(self, user):
        """With notes that everybody in it reads. For themselves whoever reads writes notes."""
        return self.role_of(user) not in (None, Role.VIEWER)

    def can_be_deleted_by(self, user):
        """It, or any piece of it. What cannot be undone is the owner's alone; what editors change keeps what it was."""
        return self.owner_id == user.pk

    @property
    def people(self):
        return People(self, self.grants, "grant")

    @transaction.atomic
    def hand_over(self, user, *, by, request=None):
        """Makes it `user`'s, with its share links. It leaves a project that is not theirs, since whoever owns a
        conversation says who reads it; and an import that brought it can no longer take it back. What people keep for
        themselves stays theirs: pins, tags, bookmarks, notes. Raises NotTheOwner, OwnerIsIn.
        """
        locked = self.locked()
        locked.people.change_owner(user, by=by, request=request)
        project = Project.objects.filter(pk=locked.project_id, owner=user).first()
        # Whose words they are was plain as long as the owner wrote them, and is plain now of the new one's.
        author = Case(When(author=user, then=None), default=Coalesce("author", Value(by.pk)))
        locked.messages.update(author=author, owner=user, import_batch=None)
        for rows in (locked.revisions, locked.attachments, locked.sources):
            rows.update(import_batch=None)
        signals.conversation_handed_over.send(None, conversation=locked)
        locked.change(owner=user, project=project, import_batch=None, external_id="")

    def message_named(self, text, *, read=message_id):
        """The message that a program means by the id it gave it, or by ours, which `read` makes of the text or raises
        ValueError; None for neither."""
        try:
            pk = read(text)
        except ValueError:
            pk = None
        found = self.messages.filter(Q(external_id=text) | Q(pk=pk))
        return found.order_by(F("external_id").asc(nulls_last=True)).first()

    @transaction.atomic
    def pin(self, user):
        """Keeps it at the top of what `user` sees; the Pin."""
        return self.locked().pins.get_or_create(user=user)[0]

    def unpin(self, user):
        self.pins.filter(user=user).delete()

    @transaction.atomic
    def put_tag(self, tag):
        """Hangs one of somebody's tags on it. Raises TooManyTags beyond limits.TAGS of theirs."""
        locked = self.locked()
        if not locked.taggings.filter(tag=tag).exists():
            if locked.taggings.filter(tag__owner=tag.owner_id).count() >= limits.TAGS:
                raise TooManyTags
            locked.taggings.create(tag=tag)

    def remove_tag(self, tag):
        self.taggings.filter(tag=tag).delete()

    @transaction.atomic
    def add_note(self, user, text, *, shared=False):
        return self.locked().notes.create(user=user, text=text, shared=shared)

    @transaction.atomic
    def archive(self):
        """Takes it out of the history; search still finds it."""
        locked = self.locked()
        if locked.archived_at is None:
            self._set("archived_at", timezone.now(), locked)

    @transaction.atomic
    def unarchive(self):
        locked = self.locked()
        if locked.archived_at is not None:
            self._set("archived_at", None, locked)

    @transaction.atomic
    def rename(self, title, *, expected_revision=None):
        self._set("title", title, self.locked(expected_revision))

    @transaction.atomic
    def set_metadata(self, metadata, *, merge=False, expected_revision=None):
        """Replaces it, or with `merge` changes the keys that are given and takes away those given as None."""
        locked = self.locked(expected_revision)
        metadata = merged(locked.metadata, metadata) if merge else metadata
        refuse_large(metadata)
        self._set("metadata", metadata, locked)

    def change(self, **fields):
        """Sets what a client may set: title, description, metadata, project, referrer, archived_at. Caller holds the
        row's lock, and this is that row."""
        for name, value in fields.items():
            setattr(self, name, value)
        if fields:
            self.revise(*fields)

    def _set(self, name, value, locked):
        """On the row that is locked, and on this older copy of it, which the caller goes on with."""
        setattr(locked, name, value)
        locked.revise(name)
        for field in (name, "revision", "updated_at"):
            setattr(self, field, getattr(locked, field))

    def revise(self, *changed):
        """Saves what was changed as a new revision. Caller holds the row's lock, and this is that row."""
        self.revision += 1
        self.touch()
        self.save(update_fields=[*changed, "revision", "updated_at"])

    def locked(self, expected_revision=None):
        """The row as it is now, for the caller's transaction: whoever else would write waits. DoesNotExist, Stale."""
        row = Conversation.objects.select_for_update().get(pk=self.pk)
        if expected_revision not in (None, row.revision):
            raise Stale
        return row

    def touch(self):
        """`updated_at` always grows, whatever the clock does, so that whoever counts in milliseconds sees it: cursors
        and ETags stand on it."""
        self.updated_at = max(timezone.now(), self.updated_at + timedelta(milliseconds=1))

    def delete(self, *args, **kwargs):
        return Conversation.objects.filter(pk=self.pk).delete()


def refuse_large(metadata):
    if len(json.dumps(metadata, ensure_ascii=False).encode()) > limits.METADATA_BYTES:
        raise MetadataTooLarge


def _others_see():
    """By name, through its project, because the project is theirs."""
    return (
        Exists(Grant.objects.filter(conversation=OuterRef("pk")))
        | Exists(ProjectMember.objects.filter(project=OuterRef("project")))
        | Exists(Project.objects.filter(pk=OuterRef("project")).exclude(owner=OuterRef("owner")))
    )


def _visible(pk, user, workspace):
    rows = Conversation.objects.visible_to(User(pk=user, workspace_id=workspace))
    is_pinned = Exists(Pin.objects.filter(conversation=OuterRef("pk"), user=user))
    return rows.filter(pk=pk).annotate(has_others=_others_see(), is_pinned=is_pinned)


_ASKED = Prepared(_visible)
_VISIBLE = Prepared(lambda pk, user, workspace: _visible(pk, user, workspace).select_related("active_branch"))

_ROLES = """
SELECT role FROM conversations_grant WHERE conversation_id = %(conversation)s AND user_id = %(user)s
UNION ALL SELECT role FROM projects_projectmember WHERE project_id = %(project)s AND user_id = %(user)s
UNION ALL SELECT 'editor' FROM projects_project WHERE id = %(project)s AND owner_id = %(user)s
"""
