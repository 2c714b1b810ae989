"""What a model is told of a conversation: the path to a message, cut from its oldest turn until it fits.

The turn of the system stays whatever is cut, and a tool's result is never told without the call that asked for it.
"""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import takewhile

from conversations import paths
from conversations.models import Message
from conversations.refusals import ContextTooSmall
from conversations.tree import Tree
from conversations.utterances import Utterance, utterances
from projects.models import Project

SYSTEM = (Message.Role.SYSTEM, Message.Role.DEVELOPER)
OPENING = 20  # messages at the beginning of a path, among which the turn of the system is looked for
BATCH = 50  # messages read first, from the end of the path; then twice as many, and so on


@dataclass(frozen=True)
class Context:
    """`messages` as chat models take them, about `tokens` long. Of the path's messages `told` are in it, `older` did
    not fit, and `untold` are nothing that a model is told: reasoning, errors, calls that nothing came of."""

    messages: list[dict]
    tokens: int
    told: int
    older: int
    untold: int

    def as_text(self):
        """The same, to be pasted somewhere."""
        return "\n\n".join(map(_as_text, self.messages))


def context(conversation, tip, *, tokens, reader):
    """The Context of the path to the position `tip`, for `reader`, in at most so many tokens. Raises ContextTooSmall
    where the turn of the system takes more."""
    path = Tree(conversation.pk).path(tip)
    lead = list(takewhile(lambda item: item.role in SYSTEM, paths.items_at(conversation, path[:OPENING])))
    system = [*_instruction(conversation, reader), *utterances(lead)]
    left = tokens - _size(system)
    if left < 0:
        raise ContextTooSmall(_size(system))
    path = path[len(lead) :]
    kept = _fitting(_newest(conversation, path, left), left)
    first = bisect_left(path, kept[0].items[0].position) if kept else len(path)
    told = sum(len(utterance.items) for utterance in kept)
    return Context(
        messages=[message for utterance in (*system, *kept) for message in utterance.messages],
        tokens=_size(system) + _size(kept),
        told=len(lead) + told,
        older=first,
        untold=len(path) - first - told,
    )


def _instruction(conversation, reader):
    """The project's, for those who see the project: it is no part of the conversation, which others may see too."""
    project = Project.objects.visible_to(reader).filter(pk=conversation.project_id).first()
    told = project and project.instruction.strip()
    return [Utterance([], {"role": "system", "content": project.instruction})] if told else []


def _newest(conversation, path, tokens):
    """Utterances from the end of the path, more than fit into `tokens` or all of them."""
    items, batch = [], BATCH
    while True:
        start = max(0, len(path) - len(items) - batch)
        items = paths.items_at(conversation, path[start : len(path) - len(items)]) + items
        found = utterances(items)
        if not start or _size(found) > tokens:
            return found
        batch *= 2


def _fitting(found, tokens):
    """The newest that fit, from where a turn begins; from inside the turn where not all of the newest one does."""
    start = len(found)
    while start and found[start - 1].tokens <= tokens:
        start -= 1
        tokens -= found[start].tokens
    fitting = found[start:]
    turns = [number for number, utterance in enumerate(fitting) if utterance.begins_a_turn]
    return fitting[turns[0] :] if turns else fitting


def _size(utterances):
    return sum(utterance.tokens for utterance in utterances)


def _as_text(message):
    said = [message["content"] or ""]
    for call in message.get("tool_calls", []):
        said.append(f"[{call['function']['name']}: {call['function']['arguments']}]")
    return f"{message['role'].capitalize()}: " + "\n".join(filter(None, said))
