import re

from django.db import models, transaction
from django.utils import timezone

from conversations import limits
from conversations.refusals import BranchProtected
from conversations.tree import Tree
from lib.models import Row

# As Conversation._backup_name makes them.
_OLD_MAIN = re.compile(r"MAIN_\d{14}(-\d+)?")


class Branch(Row):
    """A name for a leaf: the path from the first message to `tip_position`. Branches share messages."""

    PREFIX = "branch"
    MAIN = "MAIN"

    conversation = models.ForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="branches", db_index=False
    )
    name = models.CharField(max_length=limits.BRANCH_NAME)
    description = models.TextField(blank=True)
    tip_position = models.IntegerField(null=True)
    parent_name = models.CharField(max_length=limits.BRANCH_NAME, blank=True)
    forked_from_position = models.IntegerField(null=True)
    forked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "branches"
        constraints = [models.UniqueConstraint(fields=["conversation", "name"], name="branch_name_once")]

    def __str__(self):
        return self.name

    def can_be_deleted_by(self, user):
        """With the messages that only it reaches."""
        return self.conversation.can_be_deleted_by(user)

    @transaction.atomic
    def rename(self, name):
        """Raises BranchExists, or BranchProtected for MAIN."""
        conversation, branch = self._locked()
        if branch.is_main:
            raise BranchProtected
        conversation.refuse_taken(name, but=branch)
        conversation.branches.filter(parent_name=branch.name).update(parent_name=name)
        branch.name = self.name = name
        branch.save(update_fields=["name"])

    @transaction.atomic
    def remove(self):
        """Takes the name away, and with it the messages that no other branch reaches. Returns how many those were.

        Raises BranchProtected for MAIN and for the active branch.
        """
        conversation, branch = self._locked()
        branch.conversation = conversation
        if branch.is_protected:
            raise BranchProtected
        lost = branch.own_positions()
        branch.delete()
        conversation.branch_count -= 1
        conversation.save(update_fields=["branch_count"])
        if lost:
            conversation.remove_messages(lost)
        return len(lost)

    def own_positions(self):
        """Where the messages stand that no other branch reaches."""
        tree = Tree(self.conversation_id)
        others = self.conversation.branches.exclude(pk=self.pk).values_list("tip_position", flat=True)
        return tree.below(set(tree.path(self.tip_position)) - tree.reached_from(others))

    @property
    def is_protected(self):
        return self.is_main or self.pk == self.conversation.active_branch_id

    @property
    def is_main(self):
        return self.name == self.MAIN

    @property
    def is_old_main(self):
        """It was MAIN until the conversation forked."""
        return bool(_OLD_MAIN.fullmatch(self.name))

    def _locked(self):
        """The conversation under its lock, and this row as it is now."""
        conversation = self.conversation.locked()
        return conversation, conversation.branches.get(pk=self.pk)
