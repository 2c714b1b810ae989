"""Conversations as programs list them: what somebody owns, a page of rows and how many there are in one statement; and
others' with whose they are and what the reader may do there.
"""

from django.db.models import OuterRef, Subquery
from django.db.models.expressions import RawSQL

from accounts.models import User
from conversations.models import Conversation, Tombstone
from conversations.shared_with_me import ROLES
from lib.json import written
from lib.sql import fetch_prepared
from lib.walks import Page, UnknownPlaceError

# The columns of a row, in this order, as paths from a Conversation.
COLUMNS = (
    "id", "title", "project_id", "metadata", "referrer", "model", "source", "preview", "length", "message_count",
    "branch_count", "active_branch__name", "archived_at", "created_at", "updated_at", "last_message_at",
)  # fmt: skip
_SPELLED = {"metadata": "c.metadata::text", "active_branch__name": "b.name"}
_METADATA = COLUMNS.index("metadata")
_SELECTED = ", ".join(_SPELLED.get(name, f"c.{name}") for name in COLUMNS)


def page(user, *, sort, descending=True, after=None, limit):
    """A lib.walks.Page of what visible_to(user, own=True) would find, as its Walk would: by hand, because the ORM takes
    four times as long to write these questions as PostgreSQL to answer them. Metadata are JSON for lib.json.dumps.

    Raises UnknownPlaceError.
    """
    place = {"at": _place(user, after, sort), "after": after} if after else {}
    comes_next, order = ("<", "DESC") if descending else (">", "ASC")
    behind = f"AND (c.{sort}, c.id) {comes_next} (%(at)s, %(after)s)" if after else ""
    found = fetch_prepared(
        f"""
        SELECT {_SELECTED}, (SELECT count(*) FROM conversations_conversation AS c WHERE {_OWN})
        FROM conversations_conversation AS c LEFT JOIN conversations_branch AS b ON b.id = c.active_branch_id
        WHERE {_OWN} {behind} ORDER BY c.{sort} {order}, c.id {order} LIMIT %(limit)s
        """,  # noqa: S608  only our own words are put in
        {"user": user.pk, "workspace": user.workspace_id, "limit": limit + 1, **place},
    )
    rows = [(*row[:_METADATA], written(row[_METADATA]), *row[_METADATA + 1 : -1]) for row in found]
    total = found[0][-1] if found else Conversation.objects.visible_to(user, own=True).count()
    return Page(rows[:limit], len(rows) > limit, total)


def with_standing(conversations, user):
    """Rows of COLUMNS, and behind them: the owner's id and name, and the roles that let `user` in. Asked for each row
    of a page, so that whoever counts the rows joins nothing."""
    owners = User.objects.filter(pk=OuterRef("owner")).values("name")
    told = {"owner_name": Subquery(owners), "roles": RawSQL(ROLES, [user.pk] * 3)}  # noqa: S611  our own words
    return conversations.annotate(**told).values_list(*COLUMNS, "owner_id", *told)


_OWN = "c.owner_id = %(user)s AND c.workspace_id = %(workspace)s"


def _place(user, pk, sort):
    """When the conversation of this id stands in a list, or stood until it was deleted."""
    try:
        found = Conversation.visible(pk, user)
    except Conversation.DoesNotExist:
        found = Tombstone.objects.of(Conversation, owner_id=user.pk).filter(pk=pk).first()
    if found is None:
        raise UnknownPlaceError(pk)
    return getattr(found, sort)
