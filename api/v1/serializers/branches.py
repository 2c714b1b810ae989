from rest_framework import serializers

from api.fields import Input, Moment, Text, without_empty
from api.problem import Problem
from conversations import paths
from conversations.models import Branch
from lib.times import iso


class BranchChange(Input):
    example = {"name": "second-thought"}
    name = Text(pattern=r"^[A-Za-z0-9_.-]{1,50}\Z", said="must be 1 to 50 of A–Z a–z 0–9 _ - .")

    def validate_name(self, name):
        if name.upper() == Branch.MAIN:
            raise Problem(400, "branch_protected", "MAIN is there already, and stays.", field="name")
        return name


class BranchInput(BranchChange):
    parent_branch = Text(required=False)
    fork_from_item_id = Text(required=False)
    description = Text(required=False, allow_blank=True, max_length=1_000)


class BranchSerializer(serializers.Serializer):
    name = serializers.CharField()
    description = serializers.CharField(required=False)
    parent_branch = serializers.CharField(required=False)
    forked_at = Moment(required=False)
    forked_from_item_id = serializers.CharField(required=False)
    item_count = serializers.IntegerField()
    created_at = Moment()
    updated_at = Moment()
    is_active = serializers.BooleanField()


class BranchesSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data = BranchSerializer(many=True)
    active_branch = serializers.CharField()


class BranchDeletedSerializer(serializers.Serializer):
    name = serializers.CharField()
    object = serializers.ChoiceField(["branch.deleted"])
    deleted = serializers.BooleanField()
    deleted_items = serializers.IntegerField(help_text="Items that no other branch reached.")


class ActivatedSerializer(serializers.Serializer):
    active_branch = serializers.CharField()
    message = serializers.CharField()


def spell_branches(conversation, branches):
    """All of them with one reading of the tree and one of the items they forked from."""
    lengths = paths.lengths(conversation, [branch.tip_position for branch in branches])
    forks = [branch.forked_from_position for branch in branches if branch.forked_from_position]
    items = {item.position: item.shown_id for item in paths.items_at(conversation, forks)}
    return [_spell(conversation, branch, lengths[branch.tip_position], items) for branch in branches]


def spell_branch(conversation, branch):
    return spell_branches(conversation, [branch])[0]


def _spell(conversation, branch, length, items):
    spelled = {
        "name": branch.name,
        "description": branch.description,
        "parent_branch": branch.parent_name,
        "forked_at": branch.forked_at and iso(branch.forked_at),
        "forked_from_item_id": items.get(branch.forked_from_position),
        "item_count": length,
        "created_at": iso(branch.created_at),
        "updated_at": iso(branch.updated_at),
        "is_active": branch.pk == conversation.active_branch_id,
    }
    return without_empty(spelled, "description", "parent_branch", "forked_at", "forked_from_item_id")
