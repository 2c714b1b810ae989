"""How a conversation grows, forks and loses messages."""

from itertools import count, groupby

from django.db import connection, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Left
from django.utils import timezone

from conversations import deletion, limits, pruning
from conversations.models.appending import TURN_ROLES, add, add_all, add_by_key, add_to_own
from conversations.models.branch import Branch
from conversations.parts import UNSAID_PATH, pointed, retold
from conversations.refusals import BranchExists, ConversationFull, Stale
from conversations.tree import Tree
from lib.text import first_line


class Branching:
    """The verbs of a Conversation that change its tree: messages that answer each other, and the branches that name its
    leaves. Each of them leaves the row's counters as the tree has them."""

    @property
    def is_straight(self):
        """All messages are on one path, the active branch."""
        return self.length == self.message_count

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
            type(self).objects.only("pk").get(pk=self.pk)
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
            type(self).objects.only("pk").get(pk=self.pk)
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
        type(self).objects.filter(pk=self.pk).update(attachment_count=F("attachment_count") + len(files))
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
        type(self).objects.filter(pk=self.pk).update(branch_count=F("branch_count") + 1)
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
