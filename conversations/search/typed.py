"""The filters that people type among the words: role:user model:gpt-4o project:"New house" -tag:draft after:2024-05.

What is understood is taken out of the text; everything else stays a word that is searched for. There is no syntax to
get wrong: what looks like a filter and is none is said, quietly, and searched for as it stands.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from conversations.models.tag import Tag
from conversations.search.filters import ABANDONED, ACTIVE, CODE, FILE, IMAGE, TITLE, Filter, Filters, Period
from conversations.search.query import CHARACTERS, QUOTES, TOO_MUCH
from lib.text import clean
from projects.models import Project

MOST = 24  # filters of one search
YEARS = range(1900, 9000)  # beyond them some clocks have no time

PLAIN = re.compile(r'[^\s":/][^\s"]*')
TOKEN = re.compile(
    rf"""(?P<words>-?"[^"]*"?)
      | (?P<minus>-)?(?P<name>[a-z]{{2,16}}):(?:"(?P<quoted>[^"]*)"?|(?P<plain>{PLAIN.pattern}))
      | [^\s"]+""",
    re.IGNORECASE | re.VERBOSE,
)
# What other programs call the same thing.
KINDS = {kind: kind for kind in Filters.KINDS} | {
    "from": "role",
    "label": "tag",
    "since": "after",
    "until": "before",
    "on": "date",
    "during": "date",
}
ROLES = {
    "user": "user",
    "me": "user",
    "you": "user",
    "human": "user",
    "assistant": "assistant",
    "model": "assistant",
    "ai": "assistant",
    "system": "system",
    "developer": "developer",
    "tool": "tool",
}
HAVING = {
    "code": CODE,
    "file": FILE,
    "files": FILE,
    "attachment": FILE,
    "attachments": FILE,
    "image": IMAGE,
    "images": IMAGE,
}
BRANCHES = {"abandoned": ABANDONED, "other": ABANDONED, "active": ACTIVE, "current": ACTIVE}
HERE = "here"  # source: written in Parley
NONE = "none"  # project: in none


class NotUnderstood(ValueError):
    """It says what would have been."""


class Typed(NamedTuple):
    """What was written as one filter, and where it stands in the text."""

    filters: tuple[Filter, ...]
    value: str  # as it was written, without its quotes
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """`text` as it was typed; `words`, what is left of it without the filters."""

    text: str
    words: str
    typed: tuple[Typed, ...] = ()
    notice: str = ""

    @property
    def filters(self):
        return [each for typed in self.typed for each in typed.filters]

    @property
    def is_about_titles(self):
        return Filters(self.filters).is_about_titles

    def without(self, typed):
        """The text without one of its filters."""
        return " ".join(f"{self.text[: typed.start]} {self.text[typed.end :]}".split())


def read(text, user=None):
    """The Question in any text whatsoever. Projects are known by name among those that `user` may see."""
    whole = clean(text).strip()
    text = whole[:CHARACTERS].translate(QUOTES)
    found, notices, pieces, done = [], [TOO_MUCH] if len(whole) > CHARACTERS else [], [], 0
    for match in TOKEN.finditer(text):
        if not match["name"]:
            continue
        try:
            filters = _filters(match, user)
        except NotUnderstood as why:
            notices += [str(why)] if str(why) else []
        else:
            found.append(Typed(filters, _value(match), *match.span()))
            pieces.append(text[done : match.start()])
            done = match.end()
    if len(found) > MOST:
        notices.append(f"Only the first {MOST} filters were used.")
    words = " ".join(" ".join([*pieces, text[done:]]).split())
    return Question(text, words, tuple(found[:MOST]), " ".join(dict.fromkeys(notices)))


def _filters(match, user):
    name, value = match["name"].lower(), _value(match)
    if name not in KINDS:
        # 10:30 and host:8000 are nothing that anybody takes for a filter.
        raise NotUnderstood(f"“{name}:” is no filter, so it was searched for as a word." if value[:1].isalpha() else "")
    if not value:
        raise NotUnderstood
    kind, is_wanted = KINDS[name], not match["minus"]
    if not is_wanted and kind in _OPPOSITE:
        kind, is_wanted = _OPPOSITE[kind], True
    return tuple(Filter(kind, each, is_wanted) for each in READERS[kind](value, user))


def _value(match):
    return (match["quoted"] or match["plain"] or "").strip()


_OPPOSITE = {"after": "before", "before": "after"}


def one_of(words, what):
    def read(value, user):
        if value.lower() not in words:
            known = sorted(set(words.values()))
            raise NotUnderstood(f"“{value}” is {what}: there {'are' if known[1:] else 'is'} {_listed(known)}.")
        return [words[value.lower()]]

    return read


def _listed(words):
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _model(value, user):
    return [value.lower()]


def _tag(value, user):
    names = Tag.objects.filter(owner=user).values_list("name", flat=True) if user else ()
    return [name for name in names if bare(name) == bare(value)] or [value]


def _source(value, user):
    return ["" if value.lower() == HERE else value.lower()]


def _project(value, user):
    """Ids of the projects of that name: a person may be in several. Of none there is an id that no project has."""
    if value.lower() == NONE:
        return [None]
    visible = Project.objects.visible_to(user) if user else Project.objects.none()
    return [pk for pk, name in visible.values_list("pk", "name") if bare(name) == bare(value)] or [UUID(int=0)]


def bare(name):
    """What two spellings of a name have in common: between quotes there can be none."""
    return _unquoted(name).casefold()


def _unquoted(name):
    return " ".join(name.translate(QUOTES).replace('"', " ").split())


def spell(kind, value):
    """A filter as it is typed; `value` in words. What read() reads."""
    value = _unquoted(value)
    return f"{kind}:{value}" if PLAIN.fullmatch(value) else f'{kind}:"{value}"'


def _date(value, user):
    return [period(value)]


def _moment(value, user):
    return [period(value).start]


def period(value):
    """A year, a month or a day by the reader's clock; today, yesterday; 30d, 8w, 6m, 2y is all the time since then."""
    today = timezone.localdate()
    if value.lower() in {"today", "yesterday"}:
        day = today - timedelta(days=value.lower() == "yesterday")
        return _between(day, day + timedelta(days=1))
    elif found := re.fullmatch(r"([0-9]{1,3})([dwmy])", value.lower()):
        days = int(found[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[found[2]]
        return _between(today - timedelta(days=days), today + timedelta(days=1))
    elif found := re.fullmatch(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?", value):
        year, month, day = (int(part) if part else None for part in found.groups())
        try:
            first = date(year, month or 1, day or 1)
        except ValueError:
            raise NotUnderstood(f"There is no day {value}.") from None
        if year in YEARS:
            return _between(first, _following(first, month, day))
    raise NotUnderstood(f"“{value}” is no date: write 2024, 2024-05, 2024-05-31, yesterday or 30d.")


def _following(first, month, day):
    if day:
        return first + timedelta(days=1)
    elif month:
        return date(first.year + month // 12, month % 12 + 1, 1)
    else:
        return date(first.year + 1, 1, 1)


def _between(first, end):
    return Period(*(timezone.make_aware(datetime.combine(day, time())).astimezone(UTC) for day in (first, end)))


READERS = {
    "role": one_of(ROLES, "no role"),
    "model": _model,
    "project": _project,
    "tag": _tag,
    "source": _source,
    "has": one_of(HAVING, "nothing that a message has"),
    "branch": one_of(BRANCHES, "no branch"),
    "in": one_of({"title": TITLE, "titles": TITLE}, "no place to look in"),
    "date": _date,
    "after": _moment,
    "before": _moment,
}
