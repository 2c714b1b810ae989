"""One page of what somebody asked for."""

from contextlib import suppress
from dataclasses import replace
from uuid import UUID

from conversations.search.conditions import all_of
from conversations.search.counting import Facets, counted
from conversations.search.filters import ACTIVE, Filters
from conversations.search.groups import SNIPPETS, Page, grouped
from conversations.search.matching import MESSAGE_VECTOR, matching
from conversations.search.paths import Paths
from conversations.search.patience import TookTooLong, limited
from conversations.search.places import Place
from conversations.search.query import parse
from conversations.search.ranking import ranked
from conversations.search.reach import SHARED, Reach
from conversations.search.results import COUNTED, Matches, Results
from conversations.search.titles import TITLES, named
from conversations.search.typed import read
from conversations.search.walking import POOL, Walk

NEWEST, BEST = "newest", "best"
PAGE = 20  # hits shown
MOST = 5_000  # hits counted for facets: all that most questions have
SECONDS = 5  # a hundred times what ordinary questions take

TOO_LONG = "This search took too long and was stopped: add a word, or leave out the quotes."
CUT = f"Of what others share with you, the {SHARED:,} newest were searched."


def search(
    messages, text, user, *, order=NEWEST, cursor="", limit=PAGE, per_conversation=SNIPPETS, reach=Reach, **filters
):
    """A page of Results: what `user` may see among `messages` that says what `text` asks for.

    text: what a person types, filters included (docs/search.md); any text whatsoever. It may be empty where there are
        filters: then the newest messages that fit.
    filters: the same as clean values, by kind, one or a list of them; see filters.Filter. As if typed as well.
    order: NEWEST, exact order of time, or BEST, which ranks the newest 200 that match.
    cursor: `next_cursor` of the page before, with the same text and filters; "" is the first page.
    limit: hits shown, at most POOL; per_conversation: of one conversation (None: all of them, for a flat list).
    reach: whose messages; a WideReach for who may look through the wider door.

    The door is inside: `messages` may narrow by anything a row holds, but `visible_to` before it only costs time.
    Raises BadCursorError. Never an error for what was typed: `notice` says what was not understood.
    """
    question, place = read(text, user), Place.decode(cursor)
    query, filters = parse(question.words), Filters(question.filters, **filters)
    results = Results(question, notice=_sentences(question.notice, query.notice))
    if query or filters:
        limit = min(limit, POOL)
        if filters.is_about_titles:
            search = _Titles(user, query, filters, place, limit)
        else:
            search = _Messages(user, query, filters, place, limit, messages, order, per_conversation)
        search.reach_of = reach
        search.fill(results)
    else:
        results.notice = _sentences(results.notice, query.why_nothing)
    return results


def facets(messages, text, user, **filters):
    """The Facets of what `search` finds with the same text and filters, of the newest MOST hits."""
    question = read(text, user)
    query, filters = parse(question.words), Filters(question.filters, **filters)
    if filters.is_about_titles or not (query or filters):
        return Facets()
    search = _Messages(user, query, filters, Place(), MOST, messages, NEWEST, None, most=MOST)
    try:
        with limited(SECONDS):
            return search.facets()
    except TookTooLong:
        return Facets(is_all=False)


def search_in(messages, text, conversation):
    """Matches in one conversation, which the caller came to through the door. The index knows conversations too.

    Of the filters that may be typed, those that speak of messages and of branches count here.
    """
    question = read(text)
    query, filters = parse(question.words), Filters(question.filters)
    notice = _sentences(question.notice, query.notice)
    if not query and not filters:
        return Matches([], [], _sentences(notice, query.why_nothing))
    rows = messages.filter(conversation=conversation, searchable=True).order_by("position")
    try:
        with limited(SECONDS):
            for attempt in dict.fromkeys((query, query.as_prefixes())):
                where, params = all_of(
                    matching(MESSAGE_VECTOR, f"' c{conversation.pk}'", attempt, "conversations_message.text"),
                    filters.of_messages(),
                    filters.of_time(),
                )
                narrowed = rows.extra(where=[where], params=params)  # noqa: S610  our own names
                if found := list(narrowed.values_list("position", "pk")):
                    break
            if found and filters.branch:
                paths, wanted = Paths(), filters.branch == ACTIVE
                paths.read([conversation.pk])
                found = [row for row in found if paths.shows(conversation.pk, row[0]) == wanted]
    except TookTooLong:
        return Matches(query.marks, [], _sentences(notice, TOO_LONG))
    return Matches(attempt.marks, found, notice)


def marks(text):
    """What of a text that was searched for is to be marked in a message; see lib.marks."""
    return parse(read(text).words).marks if text else []


class _Search:
    """One question on its way to a page."""

    reach_of = Reach

    def __init__(self, user, query, filters, place, limit):
        self.user, self.filters, self.limit = user, filters, limit
        self.query, self.place = query.as_prefixes() if place.is_fallback else query, place
        self.total, self.notices, self.reach = place.total, [], None

    def fill(self, results):
        try:
            with limited(SECONDS):
                self._find()
                self._show(results)
        except TookTooLong:
            self.notices.append(TOO_LONG)
            results.is_stopped = True
            if self.reach:
                # What the nearer windows gave is exact as far as it goes.
                with suppress(TookTooLong), limited(SECONDS):
                    self._show(results)
        results.marks = self.query.marks
        results.fallback = self.place.is_fallback
        results.notice = _sentences(results.notice, *self.notices)

    def _find(self):
        self.reach = self.reach_of(self.user, self.filters)
        if self.reach.is_cut:
            self.notices.append(CUT)
        if self.reach.is_nowhere:
            self.total = 0
            return
        self._look()
        wider = self.query.as_prefixes()
        if self.place.is_start and self._is_nothing() and wider is not self.query:
            self.query, self.place = wider, replace(self.place, is_fallback=True)
            self._look()


class _Messages(_Search):
    """What was said, and on the first page the conversations that are called so."""

    def __init__(self, user, query, filters, place, limit, messages, order, per_conversation, most=POOL):
        super().__init__(user, query, filters, place, limit)
        self.messages, self.per_conversation, self.most = messages, per_conversation, most
        self.order = order if query else NEWEST
        self.walk, self.hits, self.titles = None, [], []

    def facets(self):
        self._find()
        return counted(self.hits, self.user, is_all=not self.walk or self.walk.is_all)

    def _look(self):
        if self.place.is_start and self.query and not self.filters.are_about_messages:
            self.titles = [pk for pk, _ in named(self.query, self.filters, self.reach, TITLES + 1)]
        start = Place() if self.order == BEST else self.place
        self.walk = Walk(self.messages, self.query, self.filters, self.reach, start, self.most)
        self.hits = self.walk.hits  # they are there even when the walk does not end in time
        self.walk.run(self._fills_the_page)
        if start.is_start:
            self.total = self._counted()
        if self.order == BEST:
            self.hits = ranked(self.hits, self.query)[self.place.offset :]

    def _is_nothing(self):
        return not self.hits and not self.titles and self.walk.is_all

    def _counted(self):
        if self.walk.is_all:
            return len(self.hits)
        else:
            return COUNTED + 1 if len(self.hits) == POOL else None

    def _fills_the_page(self, hits):
        return len(Page(hits, self.limit, self.per_conversation).hits) == self.limit

    def _show(self, results):
        page = Page(self.hits, self.limit, self.per_conversation)
        results.titles, results.groups = grouped(page, self.titles[:TITLES], self.query, self.reach)
        results.titles_total, results.hits_total = len(self.titles), self.total
        if self.walk:
            results.reached = self.walk.reached
            results.next_cursor = self._following(page)

    def _following(self, page):
        """The cursor of the next page, or ""."""
        is_done = page.used == len(self.hits)
        if self.order == BEST:
            following = None if is_done else replace(self.place, offset=self.place.offset + page.used)
        elif is_done and self.walk.reached:
            following = replace(self.place, at=self.walk.reached, pk=UUID(int=0), total=self.total)
        elif self.hits and not (is_done and self.walk.is_all):
            last = self.hits[page.used - 1]
            following = replace(self.place, at=last.created_at, pk=last.id, total=self.total)
        else:
            following = None
        return following.encode() if following else ""


class _Titles(_Search):
    """in:title, most recently used first."""

    titles = ()

    def _look(self):
        self.titles = named(self.query, self.filters, self.reach, COUNTED + 1, self.place)
        if self.place.is_start:
            self.total = len(self.titles)

    def _is_nothing(self):
        return not self.titles

    def _show(self, results):
        shown = self.titles[: self.limit]
        results.titles, _ = grouped(Page([], 0, None), [pk for pk, _ in shown], self.query, self.reach)
        results.titles_total = self.total or 0
        if len(self.titles) > len(shown):
            pk, at = shown[-1]
            results.next_cursor = replace(self.place, at=at, pk=pk, total=self.total).encode()


def _sentences(*notices):
    return " ".join(filter(None, notices))
