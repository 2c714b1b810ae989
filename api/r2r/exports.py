"""All conversations, or all messages, of a workspace as one file: CSV as R2R writes it, or JSON.

Written to the disk row by row and sent from there: whoever reads slowly holds nothing open, and no file is too large.
"""

import csv
import io
import json
from contextlib import contextmanager
from datetime import UTC
from uuid import UUID

from django.db import connection, transaction

from api.fields import moment_in
from api.r2r import faults
from api.r2r.asked import uuid_in, zoned
from api.r2r.edits import edits_of
from api.r2r.serializers.messages import is_edited, spell_metadata, spell_words
from conversations.models import Conversation
from conversations.paths import item_from
from lib.times import iso

AT_ONCE = 25  # messages in memory
LEFT_OUT = "[BASE64_DATA_EXCLUDED_FROM_EXPORT]"
_OPERATORS = {"$eq": "=", "$ne": "<>", "$gt": ">", "$gte": ">=", "$lt": "<", "$lte": "<="}


class Table:
    """What can be exported: `columns` in their order, those that are not written unless named in `extra`; `stored` is
    how PostgreSQL calls those that it can compare, and what they are."""

    columns, extra, stored = (), (), {}

    def rows(self, workspace_id, where, params):
        """Dicts of every column, in order of time."""
        with _reading(self.sql.format(where=" AND ".join(["TRUE", *where])), [workspace_id, *params]) as portions:
            for portion in portions:
                yield from map(self.row, portion)


class Conversations(Table):
    columns = ("id", "user_id", "created_at", "name")
    stored = {"id": ("id", "uuid"), "user_id": ("owner_id", "uuid"), "created_at": ("created_at", "timestamptz"),
              "name": ("title", "text")}  # fmt: skip
    sql = """
        SELECT id, owner_id, created_at, title FROM conversations_conversation
        WHERE workspace_id = %s AND {where} ORDER BY created_at, id
    """

    def row(self, values):
        return dict(zip(self.columns, values, strict=True))


class Messages(Table):
    columns = ("id", "conversation_id", "parent_id", "content", "metadata", "created_at")
    extra = ("has_image",)
    stored = {"id": ("m.id", "uuid"), "conversation_id": ("m.conversation_id", "uuid"), "parent_id": ("p.id", "uuid"),
              "created_at": ("m.created_at", "timestamptz")}  # fmt: skip
    sql = """
        SELECT m.conversation_id, m.id, m.external_id, m.position, p.id, p.external_id, m.role, m.type, m.status,
               m.name, m.model, m.call_id, m.text, m.parts::text, m.metadata::text, m.version, m.created_at,
               m.completed_at, m.edited_at
        FROM conversations_message AS m LEFT JOIN conversations_message AS p
        ON p.conversation_id = m.conversation_id AND p.position = m.parent_position
        WHERE m.workspace_id = %s AND {where} ORDER BY m.created_at, m.id
    """

    def row(self, values):
        conversation_id, *rest = values
        item = item_from(rest)
        edits = edits_of(Conversation(pk=conversation_id), [item])[item.id] if is_edited(item) else ()
        return {
            "id": item.id,
            "conversation_id": conversation_id,
            "parent_id": item.parent_id,
            "content": _without_bytes(spell_words(item)),
            "metadata": spell_metadata(item, edits),
            "created_at": item.created_at,
            "has_image": any("image" in str(part.get("type")) for part in item.parts or [] if isinstance(part, dict)),
        }


class Filters:
    """`{"column": {"$gte": value}}` or `{"column": value}`, all of them. What PostgreSQL has, it compares; `passes`
    does the rest, on the text that would be written. Columns that there are not are ignored, as R2R does."""

    def __init__(self, table, given, asked):
        self.where, self.params, self.others = [], [], []
        for name, wanted in given.items():
            if name not in table.columns + table.extra:
                continue
            operations = (
                wanted if isinstance(wanted, dict) and any(key[:1] == "$" for key in wanted) else {"$eq": wanted}
            )
            for operator, value in operations.items():
                place = ["body", "filters", name]
                if operator not in {*_OPERATORS, "$in"} or (operator == "$in" and not isinstance(value, list)):
                    asked.refuse(faults.bad_value(place, f"unsupported operator {operator}", value))
                elif name in table.stored:
                    self._compare(*table.stored[name], operator, value, place, asked)
                else:
                    self.others.append((name, operator, value))

    def _compare(self, column, kind, operator, value, place, asked):
        values = value if operator == "$in" else [value]
        read = [_READ[kind](each) for each in values]
        if any(each is None and given is not None for each, given in zip(read, values, strict=True)):
            asked.refuse(faults.bad_value(place, f"must be a {_CALLED[kind]}", value))
        elif operator == "$in":
            self.where.append(f"{column} = ANY(%s::{kind}[])")
            self.params.append(read)
        elif value is None:
            self.where.append(f"{column} IS {'NOT ' if operator == '$ne' else ''}NULL")
        else:
            self.where.append(f"{column} {_OPERATORS[operator]} %s::{kind}")
            self.params += read

    def passes(self, row):
        return all(_holds(written(row[name]), operator, value) for name, operator, value in self.others)


def _holds(text, operator, value):
    if operator == "$in":
        return text in [_as_text(each) for each in value]
    value = _as_text(value)
    return {
        "$eq": text == value, "$ne": text != value, "$gt": text > value, "$gte": text >= value,
        "$lt": text < value, "$lte": text <= value,
    }[operator]  # fmt: skip


def _as_text(value):
    return value if isinstance(value, str) else written(value)


_READ = {
    "uuid": uuid_in,
    "timestamptz": lambda value: moment_in(zoned(value)) if isinstance(value, str) else None,
    "text": lambda value: value if isinstance(value, str) else None,
}
_CALLED = {"uuid": "UUID", "timestamptz": "time like 2026-11-20T10:15:00Z", "text": "string"}


def as_csv(rows, columns, *, header=True):
    """Every field in quotes, as R2R writes them: for machines, so that a cell that looks like a formula stays one."""
    line = io.StringIO()
    writer = csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    if header:
        writer.writerow(columns)
    for row in rows:
        writer.writerow([written(row[name]) for name in columns])
        yield line.getvalue().encode()
        line.seek(0)
        line.truncate()
    yield line.getvalue().encode()


def as_json(rows, columns):
    count, before = 0, b'{"results":['
    for row in rows:
        yield before + _object(row, columns)
        count, before = count + 1, b","
    yield b'%s],"total_entries":%d}' % (before if not count else b"", count)


def as_lines(rows, columns):
    for row in rows:
        yield _object(row, columns) + b"\n"


def written(value):
    """A cell's text."""
    if value is None:
        return ""
    elif isinstance(value, str):
        return value
    elif isinstance(value, bool):
        return "true" if value else "false"
    elif isinstance(value, UUID):
        return str(value)
    elif hasattr(value, "astimezone"):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    else:
        return json.dumps(value, ensure_ascii=False)


def _object(row, columns):
    return json.dumps({name: _plain(row[name]) for name in columns}, ensure_ascii=False).encode()


def _plain(value):
    if isinstance(value, UUID):
        return str(value)
    return iso(value) if hasattr(value, "astimezone") else value


def _without_bytes(value):
    if isinstance(value, str):
        return LEFT_OUT if value.startswith("data:") and ";base64," in value[:200] else value
    elif isinstance(value, dict):
        return {key: _without_bytes(item) for key, item in value.items()}
    elif isinstance(value, list):
        return [_without_bytes(item) for item in value]
    else:
        return value


@contextmanager
def _reading(sql, params):
    """Portions of the rows, of one snapshot, as long as it takes."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        with connection.chunked_cursor() as cursor:
            cursor.execute(sql, params)
            yield iter(lambda: cursor.fetchmany(AT_ONCE), [])
