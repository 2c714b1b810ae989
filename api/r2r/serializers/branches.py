import json

from api.r2r.serializers.messages import LEGACY_KEYS, spell_words
from conversations import paths
from conversations.tree import Tree
from lib.times import iso


def spell_branch(conversation, branch, item):
    """`item`: the one where it parted, or None."""
    return {
        "branch_id": str(branch.pk),
        "branch_point_id": item and str(item.id),
        "content": item and json.dumps(spell_words(item), ensure_ascii=False),
        "created_at": iso(branch.forked_at or branch.created_at),
        "user_id": str(conversation.owner_id),
        "name": branch.name,
    }


def spell_old_branch(branch, item):
    """As the older client knows it: a time is a number, and the original has none."""
    words = item and {name: value for name, value in spell_words(item).items() if name in LEGACY_KEYS}
    return {
        "branch_id": str(branch.pk),
        "branch_point_id": item and str(item.id),
        "content": words and json.dumps(words, ensure_ascii=False),
        "created_at": item and (branch.forked_at or branch.created_at).timestamp(),
    }


def with_partings(conversation, branches):
    """[(branch, Item or None)]: the message that the branch's first own one replaced, else the one it answers."""
    branches, tree = list(branches), Tree(conversation.pk)
    places = dict(
        conversation.messages.filter(replaces_position__isnull=False).values_list("position", "replaces_position")
    )
    parted = [_parting(branch, tree, places) for branch in branches]
    items = {item.position: item for item in paths.items_at(conversation, sorted(set(filter(None, parted))))}
    return [(branch, items.get(place)) for branch, place in zip(branches, parted, strict=True)]


def _parting(branch, tree, replaced):
    if branch.forked_at is None:
        return None
    path = tree.path(branch.tip_position)
    place = path.before((branch.forked_from_position or 0) + 1)
    own = path[place] if place < len(path) else None
    return replaced.get(own, branch.forked_from_position)
