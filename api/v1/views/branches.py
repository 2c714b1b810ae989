from django.db import transaction

from api import specification as spec
from api.problem import not_found
from api.v1.dialect import V1, digest_of
from api.v1.serializers.branches import (
    ActivatedSerializer,
    BranchChange,
    BranchDeletedSerializer,
    BranchesSerializer,
    BranchInput,
    BranchSerializer,
    spell_branch,
    spell_branches,
)
from api.v1.views.items import branch_named, message_named
from conversations.models import Message


class BranchView(V1):
    """What the resources of branches share."""

    def branch(self, conversation, name, *, write=False):
        """(the conversation, its branch of that name). Raises Problem (404, 403)."""
        found = self.conversation(conversation, write=write)
        return found, existing(found, name)

    def shown(self, conversation, branch, status=200):
        spelled = spell_branch(conversation, branch)
        return self.answer(spelled, status, etag=digest_of(spelled))

    def check_branch(self, conversation, branch):
        """If-Match, under the lock of the caller's transaction."""
        current = conversation.locked()
        self.check_unchanged(digest_of(spell_branch(current, current.branches.get(pk=branch.pk))))


class Branches(BranchView):
    @spec.described(answers={200: BranchesSerializer})
    def get(self, request, conversation):
        """All of them, oldest first."""
        found = self.conversation(conversation)
        rows = spell_branches(found, found.branches.order_by("created_at", "id"))
        return self.answer({"object": "list", "data": rows, "active_branch": found.active_branch.name})

    @spec.described(takes=BranchInput, answers={201: BranchSerializer})
    def post(self, request, conversation):
        """A name for an item of another branch, by default for that branch's last one."""
        fields = self.payload(BranchInput)
        found = self.conversation(conversation, write=True)
        parent = existing(found, name) if (name := fields.get("parent_branch")) else None
        position = message_named(found, item).position if (item := fields.get("fork_from_item_id")) else None
        try:
            branch = found.create_branch(
                fields["name"], parent=parent, position=position, description=fields.get("description", "")
            )
        except Message.DoesNotExist:
            raise not_found("item") from None
        return self.shown(found, branch, 201)


class OneBranch(BranchView):
    @spec.described(answers={200: BranchSerializer})
    def get(self, request, conversation, branch):
        """One branch."""
        return self.shown(*self.branch(conversation, branch))

    @spec.described(takes=BranchChange, answers={200: BranchSerializer}, if_match=True)
    def patch(self, request, conversation, branch):
        """Another name; MAIN keeps its own."""
        name = self.payload(BranchChange)["name"]
        found, branch = self.branch(conversation, branch, write=True)
        with transaction.atomic():
            self.check_branch(found, branch)
            branch.rename(name)
        return self.shown(found, branch)

    @spec.described(answers={200: BranchDeletedSerializer}, if_match=True)
    def delete(self, request, conversation, branch):
        """With the items that no other branch reaches. The conversation's owner's alone."""
        found, branch = self.branch(conversation, branch)
        self.check_may_delete(branch)
        with transaction.atomic():
            self.check_branch(found, branch)
            removed = branch.remove()
        return self.answer({"name": branch.name, "object": "branch.deleted", "deleted": True, "deleted_items": removed})


class Activate(BranchView):
    @spec.described(answers={200: ActivatedSerializer})
    def post(self, request, conversation, branch):
        """Makes it the one that is shown and written on."""
        found, branch = self.branch(conversation, branch, write=True)
        found.activate(branch)
        return self.answer({"active_branch": branch.name, "message": "Branch activated successfully"})


def existing(conversation, name):
    branch = branch_named(conversation, name)
    if branch is None:
        raise not_found("branch")
    return branch
