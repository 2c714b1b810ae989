from django.db import transaction
from django.utils import timezone

from api import specification as spec
from api.dialect import AsksModel
from api.problem import Problem, invalid, not_found
from api.queries import choice_of, limit_of, text_of
from api.v1.dialect import V1, digest_of
from api.v1.serializers.branches import spell_branch
from api.v1.serializers.items import (
    CallChange,
    EditedSerializer,
    EditInput,
    ItemDeletedSerializer,
    ItemInput,
    ItemSerializer,
    ItemsInput,
    RegeneratedSerializer,
    RegenerateInput,
    VersionSerializer,
    spell_item,
    spell_version,
)
from conversations import paths
from conversations.answering import as_message, question_again
from conversations.models import Branch, Conversation, Message

CONTENT = spec.choice(
    "content", "text", "parts", description="The form of the items; each address has its own default."
)


class ItemView(V1):
    """What the resources of items share."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        full_of(request.GET, False)  # a form that there is not is refused before anything is written

    def message(self, conversation, spelled, *, write=False):
        """(the conversation, its message that the id means). Raises Problem (404, 403)."""
        found = self.conversation(conversation, write=write)
        return found, message_named(found, spelled)

    def one(self, conversation, message_id, *, full):
        """How its call went, its files and its number on a branch change without its version: the ETag goes on with
        all that is answered."""
        spelled = self.spelled(conversation, message_id, full=full)
        return self.answer(spelled, etag=f"{self.etag[:-1]}.{digest_of(spelled)[1:]}")

    def spelled(self, conversation, message_id, *, full):
        """One item as it is now, with its number on the active branch, or on another that holds it; its ETag is in
        `etag` then. Raises Problem (404)."""
        found = self.spelled_all(conversation, [message_id], full=full)
        if not found:  # deleted since it was looked up
            raise not_found("item")
        [(row, spelled)] = found
        self.etag = etag_of(row)
        return spelled

    def spelled_all(self, conversation, ids, *, full):
        """[(Item, what is answered of it)], with one reading of the tree however many there are."""
        conversation.refresh_from_db()
        full = full_of(self.request.GET, full)
        rows = paths.items_named(conversation, ids)
        places = paths.places_of(conversation, [row.position for row in rows])
        return [
            (row, spell_item(row, branch=branch.name, number=number, full=full))
            for row, (branch, number) in ((row, places[row.position]) for row in rows)
        ]

    def check_version(self, message):
        """If-Match, under the lock of the caller's transaction."""
        message.locked()
        self.check_unchanged(etag_of(message))

    def list_of(self, conversation, ids, status=200):
        items = [spelled for _, spelled in self.spelled_all(conversation, list(ids), full=True)]
        return self.page(items, has_more=False, total=len(items), status=status)


class Items(ItemView):
    proves = ("POST",)

    @spec.described(
        answers={200: spec.listed(ItemSerializer)},
        query=(
            *spec.walked(Message.PREFIX),
            spec.choice("order", "desc", "asc"),
            spec.text("branch", "A branch’s name; the active one by default."),
            spec.text("call_id"),
            CONTENT,
        ),
    )
    def get(self, request, conversation):
        """A branch, or the items of all branches with a `call_id`. Newest first."""
        found, query = self.conversation(conversation), request.GET
        newest_first = choice_of(query, "order", ["desc", "asc"]) == "desc"
        limit, after = limit_of(query, default=20, maximum=100), text_of(query, "after") or text_of(query, "cursor")
        if call_id := text_of(query, "call_id"):
            return self.called(found, call_id, limit=limit, after=after, newest_first=newest_first)
        items, page = path_page(found, query, limit=limit, after=after, newest_first=newest_first, full=True)
        return self.page(items, has_more=page.has_more, total=page.length)

    def called(self, conversation, call_id, *, limit, after, newest_first):
        """A page of what belongs to a call, wherever it stands."""
        called = rows = conversation.messages.filter(call_id=call_id)
        if after:
            comes_next = "position__lt" if newest_first else "position__gt"
            rows = rows.filter(**{comes_next: place_named(conversation, after)})
        rows = rows.order_by("-position" if newest_first else "position").values_list("pk", flat=True)
        ids = list(rows[: limit + 1])
        has_more = len(ids) > limit
        total = called.count() if after or has_more else len(ids)
        items = [spelled for _, spelled in self.spelled_all(conversation, ids[:limit], full=True)]
        return self.page(items, has_more=has_more, total=total)

    @spec.described(
        takes=spec.either("ItemOrItems", ItemInput, ItemsInput),
        answers={201: spec.either("ItemOrList", ItemSerializer, spec.listed(ItemSerializer))},
        query=(CONTENT,),
    )
    def post(self, request, conversation):
        """One item, or several under `items`: all of them or none."""
        full, body = full_of(request.GET, False), self.body()
        if isinstance(body, dict) and "items" in body:
            items = self.clean(ItemsInput, body)["items"]
            found = self.conversation(conversation, write=True)
            items = written(found, items, author=request.user.pk)
            return self.list_of(found, found.append_all(items), status=201)
        fields = self.clean(ItemInput, body)
        fields.setdefault("created_at", timezone.now())
        parent = fields.pop("parent_id")
        added, author = None if parent else self.added_to_own(conversation, fields), None
        if added is None:
            found = self.conversation(conversation, write=True)
            after = place_of_parent(found, parent) if parent else None
            added = found.add(**fields, after=after, author=request.user.pk)
            author = request.user if found.owner_id != request.user.pk else None
        row = paths.item_of(added, fields, author)
        return self.answer(spell_item(row, branch=added.branch, number=added.number, full=full), 201, etag=etag_of(row))

    def added_to_own(self, spelled, fields):
        """An Added where the conversation is the caller's own, as most are: then nothing has to be read of it first."""
        try:
            pk = self.decode(Conversation.PREFIX, spelled)
        except ValueError:
            return None
        if self.is_proven:
            return Conversation.add_to_own(pk, self.request.user, **fields)
        self.is_proven = True  # also where the message is refused, as one whose id is taken
        added = Conversation.add_by_key(pk, self.request.auth, self.needed_scope, **fields)
        self.is_proven = added is not None
        return added


class OneItem(ItemView):
    @spec.described(answers={200: ItemSerializer}, query=(CONTENT,))
    def get(self, request, conversation, item):
        """One item, from any branch."""
        found, message = self.message(conversation, item)
        return self.one(found, message.pk, full=True)

    @spec.described(answers={200: ItemDeletedSerializer}, if_match=True)
    def delete(self, request, conversation, item):
        """Only this item: what followed is joined to what came before it. The conversation's owner's alone."""
        found, message = self.message(conversation, item)
        self.check_may_delete(message)
        with transaction.atomic():
            self.check_version(message)
            message.remove()
        found.refresh_from_db()
        return self.answer(
            {
                "id": item,
                "object": "conversation.item.deleted",
                "deleted": True,
                "branch": found.active_branch.name,
                "branch_created": False,
                "old_main_backup": "",
            }
        )


class Edit(ItemView):
    @spec.described(takes=EditInput, answers={200: ItemSerializer}, query=(CONTENT,), if_match=True)
    def put(self, request, conversation, item):
        """In place: the id stays, and what it said before is kept as a version."""
        text, parts = self.payload(EditInput)["content"]
        found, message = self.editable(conversation, item)
        with transaction.atomic():
            self.check_version(message)
            message.edit(text, parts=parts, by=request.user)
        return self.one(found, message.pk, full=False)

    @spec.described(takes=EditInput, answers={200: EditedSerializer}, query=(CONTENT,), if_match=True)
    def post(self, request, conversation, item):
        """As a branch of its own: the old wording and all that followed stay where they are."""
        text, parts = self.payload(EditInput)["content"]
        found, message = self.editable(conversation, item)
        with transaction.atomic():
            self.check_version(message)
            fields = {} if parts is None else {"parts": parts}
            added = found.edit_as_branch(message, text, **fields, author=request.user.pk)
        found = self.conversation(conversation)
        branch = found.active_branch
        return self.answer(
            {
                "branch": branch.name,
                "old_main_backup": branch.parent_name,
                "branch_created": True,
                "new_branch": spell_branch(found, branch),
                "user_item": self.spelled(found, added, full=True),
            }
        )

    def editable(self, conversation, item):
        """(the conversation, its message, which may be edited). Raises Problem (404, 403, 400)."""
        found, message = self.message(conversation, item, write=True)
        if message.type != "message":
            raise Problem(400, "not_editable", "Only messages can be edited.")
        return found, message


class Regenerate(AsksModel, ItemView):
    @spec.described(takes=RegenerateInput, answers={201: RegeneratedSerializer}, query=(CONTENT,), if_match=True)
    def post(self, request, conversation, item):
        """Asks the model again; the answer stands beside the old one. 503 while no model is configured.

        An item of an assistant gets another answer to what stands before it, an item of a user an answer to itself.
        """
        return self.store(self.ask())

    def ask(self):
        """The model's Completion. What it is told is read before; no connection is held while it is waited for."""
        wishes = self.payload(RegenerateInput)
        found, message = self.message(self.kwargs["conversation"], self.kwargs["item"], write=True)
        if message.role not in (Message.Role.USER, Message.Role.ASSISTANT):
            raise Problem(400, "not_editable", "Only what a user or an assistant said can be asked for again.")
        self.check_unchanged(etag_of(message))
        question = question_again(found, message, reader=self.request.user, model=wishes.pop("model", ""))
        return question.ask(**wishes)

    @transaction.atomic
    def store(self, completion):
        """What came of it, on the conversation as it is by now, for whoever may still write there."""
        self.check_key_again()
        _, message = self.message(self.kwargs["conversation"], self.kwargs["item"], write=True)
        found = message.locked()
        self.check_unchanged(etag_of(message))
        branches = found.branch_count
        added = found.answer_again(message, **as_message(completion))
        spelled = self.spelled(found, added, full=False)
        branch, forked = found.active_branch, found.branch_count > branches
        told = {
            "old_main_backup": branch.parent_name if forked else "",
            "branch_created": forked,
            "new_branch": spell_branch(found, branch),
        }
        if asked := paths.last_said(found, message.answered_position, Message.Role.USER):
            told["user_item_id"] = asked.shown_id
        return self.answer(spelled | told, 201, etag=self.etag)


class Versions(ItemView):
    @spec.described(answers={200: spec.whole_list(VersionSerializer)})
    def get(self, request, conversation, item):
        """Everything it said, oldest first; the last one is what it says now."""
        found, message = self.message(conversation, item)
        revisions = list(found.revisions.filter(message=message).select_related("edited_by").order_by("version"))
        # A revision knows when and by whom it was replaced: that is when the next one began.
        began = [(message.created_at, None), *((revision.created_at, revision.edited_by) for revision in revisions)]
        rows = [
            spell_version(version, message.role, since=since, by=by)
            for version, (since, by) in zip([*revisions, message], began, strict=True)
        ]
        return self.answer({"object": "list", "data": rows})


class ByCallId(ItemView):
    @spec.described(takes=CallChange, answers={200: ItemSerializer}, query=(CONTENT,))
    def patch(self, request, conversation, call_id):
        """What came of a call: its newest item takes a status and a result."""
        change = self.payload(CallChange)
        found = self.conversation(conversation, write=True)
        message = found.messages.filter(call_id=call_id).order_by("-position").first() if call_id else None
        if message is None:
            raise not_found("item")
        message.settle(**change)
        return self.one(found, message.pk, full=True)


def path_page(conversation, query, *, limit, after, full, newest_first=False):
    """(spelled items, the PathPage) of the branch that the query names. An unknown branch is an empty one."""
    name, full = text_of(query, "branch"), full_of(query, full)
    branch = branch_named(conversation, name) or Branch(name=name)
    place = place_named(conversation, after) if after else None
    page = paths.page(conversation, branch.tip_position, after=place, limit=limit, newest_first=newest_first)
    numbers = page.numbered()
    rows = paths.items_at(conversation, page.positions)
    return [spell_item(row, branch=branch.name, number=numbers[row.position], full=full) for row in rows], page


def branch_named(conversation, name):
    """The branch of that name, `main` in any case being MAIN; the active one for no name; None for an unknown one."""
    if not name:
        return conversation.active_branch
    return conversation.branches.filter(name=Branch.MAIN if name.upper() == Branch.MAIN else name).first()


def place_named(conversation, spelled):
    place = paths.position_of(conversation, spelled)
    if place is None:
        raise invalid("after", "is no item of this conversation.", code="invalid_cursor")
    return place


def written(conversation, items, *, author=None):
    """Clean items as Conversation.append_all takes them: a parent is a position there."""
    return [_written(conversation, author=author, **item) for item in items]


def _written(conversation, *, parent_id, **fields):
    fields.setdefault("created_at", timezone.now())
    return fields | ({"after": place_of_parent(conversation, parent_id)} if parent_id else {})


def place_of_parent(conversation, spelled):
    """Where the item stands that a new one answers. Raises Problem (404), which tells it from the conversation."""
    parent = conversation.message_named(spelled)
    if parent is None:
        raise Problem(404, "item_not_found", "parent_id names no item of this conversation.", field="parent_id")
    return parent.position


def message_named(conversation, spelled) -> Message:
    found = conversation.message_named(spelled)
    if found is None:
        raise not_found("item")
    return found


def etag_of(item):
    """Of what can be edited; see ItemView.one."""
    return f'"{item.id.hex[-12:]}-{item.version}"'


def full_of(query, default):
    """`?content=text|parts` overrides the form that a route has."""
    return choice_of(query, "content", ["text", "parts"]) == "parts" if "content" in query else default
