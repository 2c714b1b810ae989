"""What the search page shows: words, links and times ready for a template."""

from dataclasses import dataclass
from itertools import groupby
from math import inf
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations import history
from conversations.hits import groups_html
from conversations.models import Message
from conversations.search import BEST, COUNTED, NEWEST, Filter
from conversations.search.counting import Count
from conversations.search.filters import TITLE
from conversations.search.titles import TITLES
from conversations.search.typed import HERE, NONE, period, spell
from conversations.threads import permalink
from lib.text import plain

VALUES = 8  # of one facet; the others are behind "more"
MONTHS = 12  # of more than these, the years are listed
KINDS = {
    "date": "Date",
    "role": "Role",
    "model": "Model",
    "project": "Project",
    "tag": "Tag",
    "source": "Source",
    "has": "Has",
    "branch": "Branch",
    "after": "After",
    "before": "Before",
    "in": "In",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """An understood filter, and the same search without it."""

    label: str
    href: str


class Hit(NamedTuple):
    href: str
    who: str
    time: str
    iso: str
    snippet: str  # with the signs of lib.marks round the words
    is_elsewhere: bool  # on a branch that is not the active one


class Group(NamedTuple):
    """A conversation, and what was found in it."""

    href: str
    title: str
    time: str
    iso: str
    length: int
    more: int  # found beside the hits
    more_href: str
    hits: list[Hit]


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    number: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Facet:
    title: str
    values: list[Value]
    more: list[Value]


@dataclass(frozen=True, slots=True)
class Facets:
    lists: list[Facet]
    note: str  # what was counted, where that is not all
    summary: str  # how many were found, where that is known now


@dataclass(frozen=True, slots=True)
class Page:
    summary: str
    chips: list[Chip]
    has_orders: bool  # there are words to be the best of
    newest_href: str
    best_href: str
    titles: list[Group]  # found by their name
    titles_href: str  # where there are more conversations of that name than stand here
    groups: list[Group]  # found by what they say
    facets_href: str  # counting what it could be narrowed to takes as long as finding it
    reached: str  # how far back it was looked, where that was not to the end
    next_href: str
    is_stopped: bool
    is_question: bool  # there are words or filters to look for

    @property
    def has_found(self):
        return bool(self.titles or self.groups)

    @property
    def titles_html(self):
        return groups_html(self.titles, self._level)

    @property
    def html(self):
        return groups_html(self.groups, self._level)

    @property
    def _level(self):
        """Of the headings: below those that say which is which, where there are both."""
        return 3 if self.titles and self.groups else 2

    @property
    def is_nothing(self):
        """Known to be: a search that was stopped, or looked back only so far, may go on to find something."""
        return not (self.has_found or self.reached or self.is_stopped)


def page(results, user, order):
    question = results.question
    at = results.reached and timezone.localtime(results.reached)
    titles, groups = _groups(results, user)
    return Page(
        summary=summary(results),
        chips=[Chip(_label(typed), href(question.without(typed), order)) for typed in question.typed],
        has_orders=bool(results.marks and results.hits_total != 0),
        newest_href=href(question.text),
        best_href=href(question.text, BEST),
        titles=titles,
        titles_href=_all_titles(results),
        groups=groups,
        facets_href=f"{reverse('conversations:facets')}?{urlencode({'q': question.text, 'order': order})}",
        reached=f"{at.day} {at:%B %Y}" if at else "",
        next_href=href(question.text, order, results.next_cursor) if results.next_cursor else "",
        is_stopped=results.is_stopped,
        is_question=bool(results.marks or question.typed),
    )


def href(text, order=NEWEST, cursor=""):
    """The address of a search."""
    asked = {"q": text, "order": order if order != NEWEST else "", "cursor": cursor}
    return f"{reverse('conversations:search')}?{urlencode({name: value for name, value in asked.items() if value})}"


def _label(typed):
    kind, _, is_wanted = typed.filters[0]
    return f"{KINDS[kind]}: {typed.value}" if is_wanted else f"Not {kind}: {typed.value}"


def _all_titles(results):
    is_cut = results.titles_total > TITLES and not results.question.is_about_titles
    return href(f"{results.question.text} {spell('in', TITLE)}") if is_cut else ""


def summary(results):
    """How much was found, in words."""
    titles = results.titles_total
    if results.question.is_about_titles:
        return _number(titles, "conversation", COUNTED)
    elif results.hits:
        return f"{results.total_label} {'message' if results.hits_total == 1 else 'messages'}"
    elif titles:
        return f"No messages, but {_number(titles, 'title', TITLES)}"
    else:
        return "No messages so far"


def _number(number, word, most=inf):
    shown = f"{most:,}+" if number > most else f"{number:,}" if number else "No"
    return f"{shown} {word}{'' if number == 1 else 's'}"


def _groups(results, user):
    """(what was found by its name, unless it stands among the others anyway; what was found by its messages)"""
    told = {group.conversation.pk for group in results.groups}
    named = [group for group in results.titles if group.conversation.pk not in told]
    strangers = {group.conversation.owner_id for group in (*named, *results.groups)} - {user.pk}
    names = {user.pk: "You"} | {pk: str(other) for pk, other in User.objects.in_bulk(strangers).items()}
    now = timezone.localtime()
    return [
        [_group(group, results.question.text, names[group.conversation.owner_id], now) for group in found]
        for found in (named, results.groups)
    ]


def _group(group, text, owner, now):
    path = group.conversation.get_absolute_url()
    at = group.conversation.last_message_at.astimezone(now.tzinfo)
    return Group(
        href=history.opening(path, group.conversation.length),
        title=group.title or str(group.conversation),
        time=history.short_time(at, now),
        iso=at.isoformat(timespec="seconds"),
        length=group.conversation.length,
        more=group.more,
        more_href=f"{path}?{urlencode({'find': text})}" if group.more else "",
        hits=[_hit(hit, path, text, owner, now) for hit in group.hits],
    )


def _hit(hit, path, text, owner, now):
    at = hit.created_at.astimezone(now.tzinfo)
    return Hit(
        href=permalink(path, hit.id, query=text),
        who=owner if hit.role == Message.Role.USER else hit.model or hit.role.capitalize(),
        time=history.short_time(at, now),
        iso=at.isoformat(timespec="seconds"),
        snippet=plain(hit.snippet),
        is_elsewhere=not hit.on_active_branch,
    )


def facets(counted, question, order):
    """Those that would narrow anything."""
    built = []
    for kind in KINDS:
        counts = counted.counts.get(kind, [])
        counts = _years(counts) if kind == "date" and len(counts) > MONTHS else counts
        values = [_value(count, question, order) for count in counts]
        is_told = len(counts) == 1 and counts[0].number == counted.total
        if values and not (is_told and not values[0].is_current):
            built.append(Facet(KINDS[kind], values[:VALUES], values[VALUES:]))
    return Facets(built, _counted(counted), _number(counted.total, "message") if counted.is_all else "")


def _counted(counted):
    if counted.is_all:
        return ""
    elif counted.total:
        return f"Of the newest {counted.total:,} messages found."
    else:
        return "Counting took too long."


def _years(months):
    """Counts of years, of those of their months."""
    grouped = groupby(months, key=lambda count: timezone.localtime(count.filter.value.start).year)
    return [Count(Filter("date", period(str(year))), sum(month.number for month in each)) for year, each in grouped]


def _value(count, question, order):
    name, spelled = _words(count)
    typed = next((typed for typed in question.typed if count.filter in typed.filters), None)
    text = question.without(typed) if typed else f"{question.text} {spell(count.filter.kind, spelled)}".strip()
    number = "" if count.number is None else f"{count.number:,}"
    return Value(name, number, href(text, order), typed is not None)


def _words(count):
    """(what people read, what they would type) for the value of a filter."""
    kind, value = count.filter.kind, count.filter.value
    if kind == "date":
        start, end = map(timezone.localtime, value)
        return (f"{start:%Y}", f"{start:%Y}") if (end - start).days > 31 else (f"{start:%B %Y}", f"{start:%Y-%m}")
    elif kind == "project":
        return (count.name, count.name) if value else ("No project", NONE)
    elif kind == "source":
        return (history.SOURCES.get(value, value), value) if value else ("Written here", HERE)
    elif kind == "model":
        return count.name, count.name
    elif kind in {"role", "has", "branch"}:
        return value.capitalize(), value
    else:
        return value, value
