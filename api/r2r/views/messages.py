from itertools import chain

from django.db import transaction
from django.http import StreamingHttpResponse
from django.utils import timezone

from api.problem import Problem
from api.r2r.dialect import R2R, unknown
from api.r2r.edits import edits_of
from api.r2r.serializers.messages import SERVERS, is_edited, spell_message
from conversations import paths
from conversations.tree import Tree
from lib.json import dumps

ROLES = ("user", "assistant", "system")


class Messages(R2R):
    def post(self, request, conversation):
        """At the end of the active branch, or in answer to `parent_id`; where that has an answer, on a new branch."""
        asked = self.asked()
        pk = asked.path_id("id", conversation)
        text, role = asked.text("content", required=True), asked.text("role", required=True)
        parent = asked.id("parent_id") or asked.id("parentID")  # as its JavaScript client calls it
        metadata = own(asked.object("metadata", strings=True))
        asked.check()
        check_words(role, text, ROLES)
        found = self.conversation(pk, write=True)
        fields = {"role": role, "text": text, "metadata": metadata or None, "created_at": timezone.now()}
        added = found.add(**fields, after=place_of(found, parent), author=request.user.pk)
        return self.result(spell_message(found.pk, paths.item_of(added, fields)))


class OneMessage(R2R):
    def post(self, request, conversation, message):
        """Other words in the same place, other metadata, or both."""
        asked = self.asked()
        pk, message_pk = asked.path_id("id", conversation), asked.path_id("message_id", message)
        text = asked.text("content")
        metadata = own(asked.object("metadata", strings=True))
        asked.check()
        found = self.conversation(pk, write=True)
        change(self.message(found, message_pk), text, metadata, by=request.user)
        rows = spelled(found, paths.items_named(found, [message_pk]))
        if not rows:  # deleted by somebody else just now
            raise unknown("Message", message_pk)
        return self.result(rows[0])

    def delete(self, request, conversation, message):
        """Only this one: what followed it follows what came before it."""
        asked = self.asked()
        pk, message_pk = asked.path_id("id", conversation), asked.path_id("message_id", message)
        asked.check()
        found = self.conversation(pk, own=True)
        message = self.message(found, message_pk)
        with transaction.atomic():
            message.remove()
            self.record("message.delete", found, position=message.position)
        return self.result({"success": True})


def own(metadata):
    """What is the client's to say."""
    return {key: value for key, value in (metadata or {}).items() if key not in SERVERS}


def check_words(role, text, roles):
    if text == "":
        raise Problem(400, "empty_content", "Content cannot be empty")
    if role not in roles:
        raise Problem(400, "invalid_role", "Invalid role")


def place_of(conversation, pk):
    """The position of the message that is answered; None for none. Raises Problem (404)."""
    if pk is None:
        return None
    place = conversation.messages.filter(pk=pk).values_list("position", flat=True).first()
    if place is None:
        raise Problem(404, "message_not_found", f"Parent message {pk} not found in conversation {conversation.pk}.")
    return place


@transaction.atomic
def change(message, text, metadata, *, by):
    """Edits a message in its place. `edited` is stored only where no version says it, of an edit to the same words."""
    if text is not None and message.type != "message":
        raise Problem(400, "not_editable", "Only messages can be edited.")
    message.locked()
    stored = (message.metadata or {}) | metadata
    if text is None:
        stored.setdefault("edited", False)
    elif text == message.text:
        stored["edited"] = True
    else:
        message.edit(text, by=by)
    message.set_metadata(stored, by=by)


def listed(view, conversation, *, view_name, branch, offset=None, limit=None, spell=None):
    """The answer that lists messages: at once where it is short, else as it is read, in the memory of a portion."""
    places = list(_places(conversation, view_name, view.branch(conversation, branch) if branch else None))
    total = None if offset is None and limit is None else len(places)
    depths = dict(places[offset or 0 :][:limit])
    portions = _portions(conversation, depths, spell or spelled)
    first = next(portions, [])
    if len(first) == len(depths):
        return view.result(first) if total is None else view.results(first, total)
    return StreamingHttpResponse(_as_json(chain([first], portions), total), content_type="application/json")


def _places(conversation, view_name, branch):
    """(position, depth or None) of what is listed, in order."""
    tree = Tree(conversation.pk)
    if branch or view_name == "active":
        path = tree.path(branch.tip_position if branch else conversation.tip_position)
        return ((place, None) for place in path)
    elif view_name == "threaded":
        active = set(tree.path(conversation.tip_position))
        return ((place, depth) for place, depth, _ in tree.in_reading_order(active))
    else:
        return ((place, None) for place in tree.parents)


def _portions(conversation, depths, spell):
    for items in paths.portions(conversation, list(depths)):
        rows = spell(conversation, items)
        for item, row in zip(items, rows, strict=True):
            if depths[item.position] is not None:
                row["depth"] = depths[item.position]
        yield rows


def _as_json(portions, total):
    yield b'{"results":['
    before = b""
    for rows in portions:
        yield before + b",".join(map(dumps, rows))
        before = b","
    yield b"]}" if total is None else b'],"total_entries":%d}' % total


def spelled(conversation, items):
    """Rows of these items. What was edited comes with what it said before."""
    edits = edits_of(conversation, [item for item in items if is_edited(item)])
    return [spell_message(conversation.pk, item, edits.get(item.id, ())) for item in items]
