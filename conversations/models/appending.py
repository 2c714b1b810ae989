"""A message's way in: one statement for one, one for a run of them.

The lock of the conversation's row hands out the position, so two writers at once are ordered and neither is lost. Its
counters, its preview and its branch's tip change in the same breath, so that lists read nothing else.
"""

from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts.models.api_key import ACTING_FOR
from conversations import limits
from conversations.parts import is_said
from conversations.refusals import DuplicateMessage
from lib.json import dumps
from lib.sql import fetch, fetch_prepared
from lib.text import first_line
from lib.typeid import new_id

TURN_ROLES = ("user", "assistant")

# What a message may carry beside its role, its text and created_at, and what it is where nothing is said.
FIELDS = {
    "author": None,  # the id of who puts it there
    "parts": None,
    "metadata": None,
    "external_id": None,
    "replaces_position": None,
    "completed_at": None,
    "type": "message",
    "status": "completed",
    "model": "",
    "name": "",
    "call_id": "",
}


class Added(NamedTuple):
    """A new message: where it stands, and the one that it answers (None for the first)."""

    id: object
    position: int
    number: int  # from 1 on, along its branch
    branch: str  # its name
    parent_id: object
    parent_external_id: str | None


def add(conversation, role, text, *, after=None, created_at=None, **fields):
    """An Added, or None where nothing was added: full, gone, or (when given) its tip is not `after`. Raises
    DuplicateMessage."""
    return _add(_APPEND, {"after": after}, conversation, role, text, created_at, fields)


def add_to_own(user, conversation, role, text, *, created_at=None, **fields):
    """The same at the tip of what `user` owns; None also where that is not so."""
    own = {"owner": user.pk, "workspace": user.workspace_id}
    return _add(_APPEND_TO_OWN, own, conversation, role, text, created_at, fields)


def add_by_key(key, scope, conversation, role, text, *, created_at=None, **fields):
    """The same at the tip of what belongs to whom the ApiKey acts for; None also where it is not live, or has no such
    scope, when it is done."""
    return _add(_APPEND_BY_KEY, {"key": key.digest, "scope": scope}, conversation, role, text, created_at, fields)


def _add(statement, whose, conversation, role, text, created_at, fields):
    message_id = new_id()
    said = role in TURN_ROLES and is_said(text, fields.get("parts"))
    written = FIELDS | fields
    for name in ("parts", "metadata"):
        written[name] = None if written[name] is None else Jsonb(written[name])
    rows = _written(
        statement,
        {
            **written,
            **whose,
            "conversation": conversation,
            "id": message_id,
            "role": role,
            "text": text,
            "created_at": created_at or timezone.now(),
            "turn": int(said),
            "preview": first_line(text, limits.PREVIEW) if said else "",
            "limit": limits.MESSAGES,
        },
    )
    if not rows:
        return None
    [(branch, position, number, parent_position, *parent)] = rows
    if parent_position is not None and parent == [None, None]:
        parent = _parent(conversation, parent_position)
    return Added(message_id, position, number, branch, *parent)


def _parent(conversation, position):
    """What somebody added while we waited for the row; a statement sees what there was when it began."""
    sql = "SELECT id, external_id FROM conversations_message WHERE conversation_id = %s AND position = %s"
    return next(iter(fetch(sql, [conversation, position])), (None, None))


def add_all(conversation, messages):
    """The new ids, or None where nothing was added: full, or gone. Raises DuplicateMessage."""
    now = timezone.now()
    rows = [{"created_at": now} | FIELDS | message | {"id": new_id()} for message in messages]
    said = [row for row in rows if row["role"] in TURN_ROLES and is_said(row["text"], row["parts"])]
    previews = [line for row in said if (line := first_line(row["text"], limits.PREVIEW))]
    written = _written(
        _APPEND_ALL,
        {
            "conversation": conversation,
            "messages": dumps(rows).decode(),
            "count": len(rows),
            "last": max(row["created_at"] for row in rows),
            "turns": len(said),
            "preview": previews[-1] if previews else "",
            "limit": limits.MESSAGES,
        },
    )
    return [row["id"] for row in rows] if written else None


def _written(statement, params):
    """The rows of a statement that begin with the branch it wrote on; none where nothing was to be added."""
    rows = _attempted(statement, params)
    if rows and rows[0][0] is None:
        rows = _written_on_a_new_branch(statement, params)
    return rows


def _written_on_a_new_branch(statement, params):
    """Where somebody forked the conversation while we waited for its row: the branch that is active now began after the
    statement did, which therefore does not see it and leaves everything as it is. Once the row is ours, nobody forks
    again, and the next statement sees whatever there is."""
    with transaction.atomic():
        for _ in range(2):
            rows = _attempted(statement, params)
            if not rows or rows[0][0] is not None:
                return rows
    raise RuntimeError(f"The conversation {params['conversation']} has no active branch.")


def _attempted(statement, params):
    try:
        return fetch_prepared(statement, params)
    except IntegrityError as error:
        if error.__cause__.diag.constraint_name != "message_external_id_once":
            raise
        raise DuplicateMessage from error


# FOR UPDATE reads the row as the last committed writer left it, so the tip is the true one even when we had to wait.
# All else is read as it was when the statement began: a branch that is newer than that is not there to be moved, and
# then nothing else may be written either, or the message would be on no branch.
_ADD = """
WITH old AS MATERIALIZED (
    SELECT id, workspace_id, owner_id, active_branch_id, tip_position, next_position
    FROM conversations_conversation
    WHERE id = %(conversation)s AND message_count < %(limit)s AND {condition}
    FOR UPDATE
), moved AS (
    UPDATE conversations_branch AS b
    SET tip_position = old.next_position, updated_at = clock_timestamp()
    FROM old WHERE b.id = old.active_branch_id
    RETURNING name
), changed AS (
    UPDATE conversations_conversation AS c
    SET next_position = old.next_position + 1,
        tip_position = old.next_position,
        message_count = message_count + 1,
        length = length + 1,
        turns = turns + %(turn)s,
        revision = revision + 1,
        preview = CASE WHEN %(preview)s::text = '' THEN preview ELSE %(preview)s END,
        last_message_at = greatest(last_message_at, %(created_at)s),
        updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
    FROM old CROSS JOIN moved WHERE c.id = old.id
    RETURNING length
), added AS (
    INSERT INTO conversations_message
        (id, conversation_id, workspace_id, owner_id, position, parent_position, replaces_position, created_at,
         completed_at, role, text, parts, metadata, type, status, model, name, call_id, external_id,
         author_id, version, hidden, searchable, source_id)
    SELECT %(id)s, id, workspace_id, owner_id, next_position, tip_position, %(replaces_position)s, %(created_at)s,
           %(completed_at)s, %(role)s, %(text)s, %(parts)s, %(metadata)s, %(type)s, %(status)s, %(model)s, %(name)s,
           %(call_id)s, %(external_id)s, NULLIF(%(author)s::uuid, owner_id), 1, false, true, ''
    FROM old CROSS JOIN moved
)
SELECT moved.name, old.next_position, changed.length, old.tip_position, parent.id, parent.external_id
FROM old LEFT JOIN (moved CROSS JOIN changed) ON true LEFT JOIN conversations_message AS parent
ON parent.conversation_id = old.id AND parent.position = old.tip_position
"""
_APPEND = _ADD.format(condition="(%(after)s::int IS NULL OR tip_position = %(after)s::int)")
_APPEND_TO_OWN = _ADD.format(condition="owner_id = %(owner)s AND workspace_id = %(workspace)s")
_APPEND_BY_KEY = _ADD.format(condition=f"(owner_id, workspace_id) = ({ACTING_FOR})")

_APPEND_ALL = """
WITH old AS MATERIALIZED (
    SELECT id, workspace_id, owner_id, active_branch_id, tip_position, next_position
    FROM conversations_conversation
    WHERE id = %(conversation)s AND message_count + %(count)s::int <= %(limit)s
    FOR UPDATE
), moved AS (
    UPDATE conversations_branch AS b
    SET tip_position = old.next_position + %(count)s::int - 1, updated_at = clock_timestamp()
    FROM old WHERE b.id = old.active_branch_id
    RETURNING name
), changed AS (
    UPDATE conversations_conversation AS c
    SET next_position = old.next_position + %(count)s::int,
        tip_position = old.next_position + %(count)s::int - 1,
        message_count = message_count + %(count)s::int,
        length = length + %(count)s::int,
        turns = turns + %(turns)s,
        revision = revision + 1,
        preview = CASE WHEN %(preview)s::text = '' THEN preview ELSE %(preview)s END,
        last_message_at = greatest(last_message_at, %(last)s),
        updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
    FROM old CROSS JOIN moved WHERE c.id = old.id
), added AS (
    INSERT INTO conversations_message
        (id, conversation_id, workspace_id, owner_id, position, parent_position, replaces_position, created_at,
         completed_at, role, text, parts, metadata, type, status, model, name, call_id, external_id,
         author_id, version, hidden, searchable, source_id)
    SELECT m.id, old.id, old.workspace_id, old.owner_id, old.next_position + m.number - 1,
           CASE WHEN m.number = 1 THEN old.tip_position ELSE old.next_position + m.number - 2 END, m.replaces_position,
           m.created_at, m.completed_at, m.role, m.text, m.parts, m.metadata, m.type, m.status, m.model, m.name,
           m.call_id, m.external_id, NULLIF(m.author, old.owner_id), 1, false, true, ''
    FROM old CROSS JOIN moved CROSS JOIN ROWS FROM (
        json_to_recordset(%(messages)s::json) AS (
            id uuid, replaces_position int, created_at timestamptz, completed_at timestamptz, role text, text text,
            parts jsonb, metadata jsonb, type text, status text, model text, name text, call_id text, external_id text,
            author uuid
        )
    ) WITH ORDINALITY AS m (
        id, replaces_position, created_at, completed_at, role, text,
        parts, metadata, type, status, model, name, call_id, external_id, author, number
    )
)
SELECT moved.name FROM old LEFT JOIN moved ON true
"""
