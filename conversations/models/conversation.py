import json
from datetime import timedelta
from itertools import count, groupby

from django.db import connection, models, transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, Greatest, Left, Now
from django.utils import timezone
from django.utils.functional import cached_property

from accounts.models import User, Workspace
from conversations import deletion, limits, pruning, signals
from conversations.models.appending import TURN_ROLES, add, add_all, add_by_key, add_to_own
from conversations.models.branch import Branch
from conversations.models.grant import Grant
from conversations.parts import UNSAID_PATH, pointed, retold
from conversations.refusals import (
    BranchExists,
    ConversationFull,
    MetadataTooLarge,
    Stale,
    TooManyTags,
)
from conversations.shared_with_me import REACHED
from conversations.tree import Tree
from lib.asking import Prepared, fetch_along
from lib.http import address
from lib.metadata import merged
from lib.models import Row
from lib.text import first_line
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


class Conversation(Row):
    """One chat: a tree of messages, and branches that name its leaves.

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
        anybody but its owner sees it too: `has_others`."""
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

    @property
    def is_straight(self):
        """All messages are on one path, the active branch."""
        return self.length == self.message_count

    def message_named(self, text, *, read=message_id):
        """The message that a program means by the id it gave it, or by ours, which `read` makes of the text or raises
        ValueError; None for neither."""
        try:
            pk = read(text)
        except ValueError:
            pk = None
        found = self.messages.filter(Q(external_id=text) | Q(pk=pk))
        return found.order_by(F("external_id").asc(nulls_last=True)).first()

    def append(self, role, text, **fields):
        """Adds a message at the tip of the active branch and returns its id.

        `fields`: any of FIELDS. Raises ConversationFull beyond limits.MESSAGES, DuplicateMessage for an external_id
        that is taken here, DoesNotExist where the conversation is no longer there.
        """
        return self.add(role, text, **fields).id

    def reply(self, position, role, text, **fields):
        """Answers the message at `position`, makes that path the active one, and returns the new message's id.

        At a branch's tip the branch goes on. Anywhere else the conversation forks, as git would: the row called MAIN is
        renamed MAIN_<UTC stamp> and keeps its id and tip, and a new MAIN begins at `position`.

        `on`: the id of a branch whose end stood at `position` when it was read. Where that has been written on since,
        what is said now comes behind it: two who write at once follow each other.

        Raises Message.DoesNotExist where the message is no longer there, and what append does.
        """
        return self.add(role, text, after=position, **fields).id

    def add(self, role, text, *, after=None, on=None, **fields):
        """What append does, or with `after`, a position, what reply does, and returns an Added."""
        added = add(self.pk, role, text, after=after, **fields)
        if added is None and after is not None:
            added = self._branch(after, role, text, on=on, **fields)
        elif added is None:
            Conversation.objects.only("pk").get(pk=self.pk)
            raise ConversationFull
        return added

    @staticmethod
    def add_to_own(pk, user, role, text, **fields):
        """What add does at the tip of the conversation that `user` owns, without reading it first: an Added, or None
        where they own none of that id, or it is full."""
        return add_to_own(user, pk, role, text, **fields)

    @staticmethod
    def add_by_key(pk, key, scope, role, text, **fields):
        """The same for whom an ApiKey acts. Whether it may is found out by the statement itself: None also where it was
        revoked or has expired, or has no such scope."""
        return add_by_key(key, scope, pk, role, text, **fields)

    @transaction.atomic
    def append_all(self, messages):
        """Adds several messages, or none of them, and returns their ids.

        Each is a dict of role, text and any of FIELDS; with `after`, a position, it answers that message as reply()
        does, else the message before it. Those that stand in a row without it are one statement.
        """
        added = []
        for is_reply, run in groupby(messages, key=lambda message: "after" in message):
            run = list(run)
            added += [self.add(**message).id for message in run] if is_reply else self._append_run(run)
        return added

    def _append_run(self, messages):
        added = add_all(self.pk, messages)
        if added is None:
            Conversation.objects.only("pk").get(pk=self.pk)
            raise ConversationFull
        return added

    @transaction.atomic
    def _branch(self, position, role, text, *, on=None, **fields):
        locked = self.locked()
        if position != locked.tip_position:
            locked.messages.only("pk").get(position=position)  # else what is deleted by now would be answered
            ending_there = locked.branches.filter(tip_position=position).order_by("-updated_at")
            branch = locked._gone_on(on, position) or ending_there.first() or locked._fork(position)
            if branch.pk != locked.active_branch_id:
                locked._activate(branch)
        return locked.add(role, text, **fields)

    def _gone_on(self, branch, position):
        """The branch of that id, where the message at `position` is still on it; or None."""
        found = self.branches.filter(pk=branch).first() if branch else None
        return found if found and position in Tree(self.pk).path(found.tip_position) else None

    @transaction.atomic
    def edit_as_branch(self, message, text, *, expected_version=None, **fields):
        """Another wording of `message` beside it, where the conversation forks; returns the new message's id.

        Always a fork, unlike `reply`: the old wording and all that follows it stay on the branch they are on. Its files
        come along, unless `parts` say otherwise; other `fields` as for `append`. Raises Stale.
        """
        locked = self.locked()
        old = locked.messages.get(pk=message.pk)
        if expected_version not in (None, old.version):
            raise Stale
        files = {} if "parts" in fields else {file.typeid: file.copy() for file in old.attachments.all()}
        same = {"type": old.type, "name": old.name, "parts": pointed(retold(old.parts, old.text, text), files)}
        locked._activate(locked._fork(old.parent_position))
        message_id = locked.append(old.role, text, replaces_position=old.position, **same | fields)
        for file in files.values():
            file.message_id = message_id
            file.save(force_insert=True)
        Conversation.objects.filter(pk=self.pk).update(attachment_count=F("attachment_count") + len(files))
        return message_id

    @transaction.atomic
    def answer_again(self, message, text, **fields):
        """Another answer beside `message`, or to it where it is the user's; returns the new message's id.

        A fork, as above: the old answer and all that follows it stay on the branch they are on. Only what nobody has
        answered yet is answered where it is. Raises DoesNotExist.
        """
        locked = self.locked()
        old = locked.messages.get(pk=message.pk)
        answers = locked.messages.filter(parent_position=old.answered_position)
        if not answers.exists():
            return locked.reply(old.position, "assistant", text, **fields)
        replaced = old if old.role == "assistant" else answers.filter(role="assistant").order_by("position").last()
        locked._activate(locked._fork(old.answered_position))
        return locked.append("assistant", text, replaces_position=replaced and replaced.position, **fields)

    def _fork(self, position):
        """Caller holds the row's lock."""
        now = timezone.now()
        old_main = self.branches.get(name=Branch.MAIN)
        old_main.name = self._backup_name(now)
        old_main.save(update_fields=["name"])
        return self._add_branch(Branch.MAIN, position, parent_name=old_main.name)

    def _backup_name(self, now):
        """MAIN_20261120101500, with -2, -3 … when that second is taken: two edits in one second must both work."""
        stamp = f"{Branch.MAIN}_{now:%Y%m%d%H%M%S}"
        taken = set(self.branches.filter(name__startswith=stamp).values_list("name", flat=True))
        return next(name for n in count(1) if (name := stamp if n == 1 else f"{stamp}-{n}") not in taken)

    @transaction.atomic
    def create_branch(self, name, *, parent=None, position=None, description=""):
        """A new branch, not made active, that ends at `position`; by default where `parent` ends, or the active branch.

        Given both, the message has to be on that branch: else Message.DoesNotExist. Raises BranchExists.
        """
        locked = self.locked()
        locked.refuse_taken(name)
        branch = locked._branch_with(position, parent)
        position = branch.tip_position if position is None else position
        return locked._add_branch(name, position, parent_name=branch.name, description=description)

    def _branch_with(self, position, parent):
        """`parent`, or the first branch that has the message at `position`: the active one, if it does."""
        if parent:
            branches = [self.branches.get(pk=parent.pk)]
        else:
            branches = sorted(self.branches.order_by("created_at", "id"), key=lambda b: b.pk != self.active_branch_id)
        tree = Tree(self.pk) if position is not None else None
        for branch in branches:
            if tree is None or position in tree.path(branch.tip_position):
                return branch
        raise self.messages.model.DoesNotExist

    def refuse_taken(self, name, *, but=None):
        """Caller holds the row's lock."""
        if self.branches.filter(name=name).exclude(pk=but and but.pk).exists():
            raise BranchExists

    def _add_branch(self, name, position, **fields):
        Conversation.objects.filter(pk=self.pk).update(branch_count=F("branch_count") + 1)
        return self.branches.create(
            name=name, tip_position=position, forked_from_position=position, forked_at=timezone.now(), **fields
        )

    @transaction.atomic
    def activate(self, branch):
        """Makes `branch`, one of this conversation's, the one that is shown and written on."""
        locked = self.locked()
        # Read again under the lock: somebody may have moved its tip since.
        locked._activate(locked.branches.get(pk=branch.pk))

    def _activate(self, branch):
        """Caller holds the row's lock."""
        self.active_branch, self.tip_position = branch, branch.tip_position
        self.measure()
        self.save(update_fields=["active_branch", *MEASURED])

    def retell(self):
        """A message was edited: the preview may say something else now. Caller holds the row's lock."""
        self.measure()
        self.revise(*MEASURED)

    def measure(self):
        """What the row repeats of its active path, read along it: length, turns, preview."""
        with connection.cursor() as cursor:
            cursor.execute(
                _MEASURE,
                {
                    "conversation": self.pk,
                    "tip": self.tip_position,
                    "roles": list(TURN_ROLES),
                    "unsaid": UNSAID_PATH,
                },
            )
            self.length, self.turns, newest = cursor.fetchone()
        said = self.messages.filter(position=newest).values_list(Left("text", 4 * limits.PREVIEW), flat=True).first()
        self.preview = first_line(said or "", limits.PREVIEW)

    def remove_messages(self, positions, *, prune=False):
        """Deletes messages for good, with what hangs on them: what followed one is joined to what came before it, and a
        branch that ended at one ends before it. With `prune` those that have nothing of their own then go as well, and
        another one may become active. Caller holds the row's lock, and this is that row.
        """
        tree, gone = Tree(self.pk), set(positions)
        pruned = pruning.prune(self, tree, gone) if prune else []
        joined = {
            child: tree.above(parent, gone)
            for child, parent in tree.parents.items()
            if parent in gone and child not in gone
        }
        for branch in self.branches.filter(Q(tip_position__in=gone) | Q(forked_from_position__in=gone)):
            branch.tip_position = tree.above(branch.tip_position, gone)
            branch.forked_from_position = tree.above(branch.forked_from_position, gone)
            branch.save(update_fields=["tip_position", "forked_from_position"])
        self.messages.filter(replaces_position__in=gone).update(replaces_position=None)
        with connection.cursor() as cursor:
            cursor.execute(_JOIN, {"conversation": self.pk, "children": list(joined), "parents": list(joined.values())})
            counts = deletion.delete_messages(cursor, self.pk, list(gone))
        for branch, heir in pruned:
            self._leave(branch, heir)
        self.tip_position = tree.above(self.tip_position, gone)
        self.message_count -= counts["messages"]
        self.attachment_count -= counts["attachments"]
        self.last_message_at = self.messages.aggregate(last=Max("created_at"))["last"] or self.created_at
        self.measure()
        self.revise(*MEASURED, "active_branch", "branch_count", "message_count", "attachment_count", "last_message_at")

    def _leave(self, branch, heir):
        """MAIN, which every conversation has, only where the old MAIN takes its name back."""
        if branch.pk == self.active_branch_id:
            self.active_branch, self.tip_position = heir, heir.tip_position
        if not branch.is_main or heir.is_old_main:
            branch.delete()
            self.branch_count -= 1
            if branch.is_main:
                heir.rename(Branch.MAIN)

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
    return rows.filter(pk=pk).annotate(has_others=_others_see())


_ASKED = Prepared(_visible)
_VISIBLE = Prepared(lambda pk, user, workspace: _visible(pk, user, workspace).select_related("active_branch"))

_ROLES = """
SELECT role FROM conversations_grant WHERE conversation_id = %(conversation)s AND user_id = %(user)s
UNION ALL SELECT role FROM projects_projectmember WHERE project_id = %(project)s AND user_id = %(user)s
UNION ALL SELECT 'editor' FROM projects_project WHERE id = %(project)s AND owner_id = %(user)s
"""

MEASURED = ("tip_position", "length", "turns", "preview")

# Along the path to a tip: how many messages and turns there are, and the last turn that has words.
_TOLD = """
    m.position, m.parent_position, m.text <> '' AS has_words,
    m.role = ANY(%(roles)s) AND NOT m.hidden AND (
        m.parts IS NULL OR NOT jsonb_path_exists(m.parts, %(unsaid)s::jsonpath, jsonb_build_object('text', m.text))
    ) AS is_turn
"""
_MEASURE = f"""
WITH RECURSIVE path AS (
    SELECT {_TOLD} FROM conversations_message AS m WHERE m.conversation_id = %(conversation)s AND m.position = %(tip)s
    UNION ALL
    SELECT {_TOLD} FROM path JOIN conversations_message AS m
    ON m.conversation_id = %(conversation)s AND m.position = path.parent_position
)
SELECT count(*), count(*) FILTER (WHERE is_turn), max(position) FILTER (WHERE is_turn AND has_words) FROM path
"""  # noqa: S608  our own words

_JOIN = """
UPDATE conversations_message AS m SET parent_position = joined.parent
FROM unnest(%(children)s::int[], %(parents)s::int[]) AS joined (position, parent)
WHERE m.conversation_id = %(conversation)s AND m.position = joined.position
"""
