"""What a search is narrowed to beside its words: clean values, and what they are in SQL. `typed` reads what is typed.

Each kind speaks of a message (role, model, has, date), of its conversation (project, tag, source), or of a path through
it (branch). Dates bound the windows of time; the rest is looked for in the rows that the index names.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from conversations.search.conditions import all_of

CODE, FILE, IMAGE = "code", "file", "image"
ACTIVE, ABANDONED = "active", "abandoned"
TITLE = "title"

_ATTACHED = "EXISTS (SELECT FROM conversations_attachment AS a WHERE a.message_id = conversations_message.id{})"
HAS = {
    # A fence, or a part that is code: what a model ran, or wrote into a canvas.
    CODE: "(strpos(conversations_message.text, '```') > 0 OR conversations_message.parts @? '$[*] ? (@.type == \"code\""
    ' || (@.type == "tool_call" && (@.name == "python" || @.language != "")))\')',
    FILE: _ATTACHED.format(""),
    IMAGE: _ATTACHED.format(" AND starts_with(a.content_type, 'image/')"),
}


class Period(NamedTuple):
    """From `start` until just before `end`."""

    start: datetime
    end: datetime


class Filter(NamedTuple):
    """`value` by `kind`: a role; a model's name (gpt-4* for a beginning); a project's id, or None for no project; the
    name of a tag; a source ("" is what was written here); one of HAS; ACTIVE or ABANDONED; TITLE; a Period (date); a
    moment (after: from then on, before: until just before then). `is_wanted`: false leaves out what has it."""

    kind: str
    value: object
    is_wanted: bool = True


class Filters:
    """Several of one kind: any of them; of `has`, all. Several kinds: all of them."""

    KINDS = ("role", "model", "project", "tag", "source", "has", "branch", "date", "after", "before", "in")

    def __init__(self, filters=(), **by_kind):
        """Filters, and by their kind single values or lists of them: Filters(role="user", tag=["house", "garden"])."""
        if unknown := by_kind.keys() - set(self.KINDS):
            raise TypeError(f"There is no filter {unknown.pop()!r}.")
        self.all = (
            *filters,
            *(Filter(kind, value) for kind, values in by_kind.items() for value in _listed(values)),
        )

    def __bool__(self):
        return bool(self.all)

    def values(self, kind, *, is_wanted=True):
        return [each.value for each in self.all if each.kind == kind and each.is_wanted == is_wanted]

    @property
    def is_about_titles(self):
        return TITLE in self.values("in")

    @property
    def are_about_messages(self):
        return bool(self.of_messages()[0] or self.branch)

    @property
    def branch(self):
        """ACTIVE, ABANDONED, or "" where either will do."""
        left = {ACTIVE, ABANDONED} & set(self.values("branch") or (ACTIVE, ABANDONED))
        left -= set(self.values("branch", is_wanted=False))
        return left.pop() if len(left) == 1 else ""

    @property
    def start(self):
        """The earliest moment they leave, or None."""
        dates = self.values("date")
        return max([*self.values("after"), *([min(date.start for date in dates)] if dates else [])], default=None)

    @property
    def end(self):
        """The first moment they leave out again, or None."""
        dates = self.values("date")
        return min([*self.values("before"), *([max(date.end for date in dates)] if dates else [])], default=None)

    def of_time(self):
        """(SQL, parameters) of the same for a message."""
        return all_of(
            self.start and ("conversations_message.created_at >= %s", [self.start]),
            self.end and ("conversations_message.created_at < %s", [self.end]),
        )

    def of_messages(self):
        """(SQL, parameters) of what they ask of a message."""
        conditions = [self._condition(kind, make) for kind, make in _OF_MESSAGES.items()]
        conditions += [_has([value]) for value in self.values("has")]
        # One period is the window that is looked into; of several, it is what lies between the first and the last.
        conditions += [_date(dates) for dates in [self.values("date")] if len(dates) > 1]
        if self.branch == ABANDONED:
            conditions.append((_IS_FORKED, []))
        return all_of(*conditions)

    def of_conversations(self, user):
        """The same for a conversation. Tags are the reader's own words."""
        conditions = [self._condition(kind, make) for kind, make in _OF_CONVERSATIONS.items()]
        return all_of(*conditions, self._condition("tag", lambda names: _tag(names, user)))

    def _condition(self, kind, make):
        wanted, unwanted = self.values(kind), self.values(kind, is_wanted=False)
        parts = [make(wanted)] if wanted and kind not in _EACH_APART else []
        if unwanted:
            sql, params = make(unwanted)
            parts.append((f"({sql}) IS NOT TRUE", params))
        return all_of(*parts)


def _listed(values):
    is_many = isinstance(values, Iterable) and not isinstance(values, str | Period)
    return values if is_many else [values]


def _role(roles):
    return "conversations_message.role = ANY(%s)", [roles]


def _model(names):
    return "lower(conversations_message.model) LIKE ANY(%s)", [[_pattern(name) for name in names]]


def _pattern(name):
    name = name.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return name[:-1] + "%" if name.endswith("*") else name


def _has(kinds):
    return " OR ".join(HAS[kind] for kind in kinds), []


def _date(periods):
    sql = "conversations_message.created_at >= %s AND conversations_message.created_at < %s"
    return " OR ".join(f"({sql})" for _ in periods), [moment for period in periods for moment in period]


def _project(ids):
    sql = "conversations_conversation.project_id = ANY(%s::uuid[])"
    return sql + (" OR conversations_conversation.project_id IS NULL" if None in ids else ""), [
        [pk for pk in ids if pk is not None]
    ]


def _source(names):
    return "conversations_conversation.source = ANY(%s)", [names]


def _tag(names, user):
    sql = (
        "EXISTS (SELECT FROM conversations_tagging AS t JOIN conversations_tag AS tag ON tag.id = t.tag_id"
        " WHERE t.conversation_id = conversations_conversation.id AND tag.owner_id = %s AND lower(tag.name) = ANY(%s))"
    )
    return sql, [user.pk, [name.lower() for name in names]]


_EACH_APART = {"has", "date"}
_OF_MESSAGES = {"role": _role, "model": _model, "has": _has, "date": _date}
_OF_CONVERSATIONS = {"project": _project, "source": _source}
_IS_FORKED = (
    "EXISTS (SELECT FROM conversations_conversation AS c"
    " WHERE c.id = conversations_message.conversation_id AND c.length <> c.message_count)"
)
