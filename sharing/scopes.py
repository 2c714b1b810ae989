"""Which messages of a conversation a link is about. What a stranger may see of them, sharing.publishing decides."""

from django.db.models import TextChoices

from conversations.models import Branch, Message
from conversations.tree import Tree


class Scope(TextChoices):
    BRANCH = "branch"
    RANGE = "range"
    MESSAGE = "message"


def tip_of(link, conversation):
    """The position where the branch ends now that the link follows; None where that branch is gone or empty."""
    if link.branch_id:
        return Branch.objects.filter(pk=link.branch_id).values_list("tip_position", flat=True).first()
    else:
        return conversation.tip_position


def positions_of(link, conversation):
    """Ascending, of messages that are there."""
    tree = Tree(conversation.pk)
    if link.scope == Scope.MESSAGE:
        return _with_question(link, conversation, tree)
    path = tree.path(_end(link, conversation, tree))
    return [position for position in path if position >= (link.first_position or 0)]


def _end(link, conversation, tree):
    if link.is_live:
        return tip_of(link, conversation)
    elif tree.has(link.last_position):
        return link.last_position
    else:  # deleted since: the last that is left
        return next((position for position in reversed(link.positions) if position in tree.parents), None)


def _with_question(link, conversation, tree):
    """One message alone, or behind the question that it answers."""
    positions = [link.last_position] if tree.has(link.last_position) else []
    if link.include_context and positions:
        leading = conversation.messages.on(tree.path(link.last_position)).filter(position__lt=link.last_position)
        asked = leading.filter(role=Message.Role.USER, hidden=False)
        positions += asked.order_by("-position").values_list("position", flat=True)[:1]
    return sorted(positions)
