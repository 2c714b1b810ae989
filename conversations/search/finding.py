"""One page of what somebody asked for."""

from contextlib import suppress
from dataclasses import replace

from conversations.search.groups import SNIPPETS, Page, grouped
from conversations.search.matching import MESSAGE_VECTOR, matching
from conversations.search.patience import TookTooLong, limited
from conversations.search.places import Place
from conversations.search.query import parse
from conversations.search.ranking import ranked
from conversations.search.reach import SHARED, Reach
from conversations.search.results import COUNTED, Matches, Results
from conversations.search.titles import named
from conversations.search.windows import POOL, newest

NEWEST, BEST = "newest", "best"
PAGE = 20  # hits shown
SECONDS = 5  # a hundred times what ordinary questions take

TOO_LONG = "This search took too long and was stopped: add a word, or leave out the quotes."
CUT = f"Of what others share with you, the {SHARED:,} newest were searched."


def search(messages, text, user, *, order=NEWEST, cursor="", limit=PAGE, per_conversation=SNIPPETS):
    """A Results page of what `user` may see among `messages`, a queryset that may narrow by anything a row holds.

    limit: hits shown, at most POOL; per_conversation: of one conversation (None: all of them, for a flat list).
    Raises BadCursorError.
    """
    query, place = parse(text), Place.decode(cursor)
    results = Results(query.text, notice=query.notice)
    if query:
        _Search(messages, user, order, min(limit, POOL), per_conversation, query, place).fill(results)
    return results


def search_in(messages, text, conversation):
    """Matches in one conversation, which the caller came to through the door. The index knows conversations too."""
    query = parse(text)
    if not query:
        return Matches([], [], query.notice)
    rows = messages.filter(conversation=conversation, searchable=True).order_by("position")
    try:
        with limited(SECONDS):
            for attempt in dict.fromkeys((query, query.as_prefixes())):
                where, params = matching(
                    MESSAGE_VECTOR, f"' c{conversation.pk}'", attempt, "conversations_message.text"
                )
                narrowed = rows.extra(where=[where], params=params)  # noqa: S610  our own names
                if found := list(narrowed.values_list("position", "pk")):
                    break
    except TookTooLong:
        return Matches(query.marks, [], f"{query.notice} {TOO_LONG}".strip())
    return Matches(attempt.marks, found, query.notice)


class _Search:
    """One question on its way to a page."""

    def __init__(self, messages, user, order, limit, per_conversation, query, place):
        self.messages, self.user, self.order = messages, user, order
        self.limit, self.per_conversation = limit, per_conversation
        self.query, self.place = query.as_prefixes() if place.is_fallback else query, place
        self.hits, self.titles, self.is_all, self.total, self.notices = [], [], False, place.total, [query.notice]

    def fill(self, results):
        try:
            with limited(SECONDS):
                self._find()
                self._show(results)
        except TookTooLong:
            self.notices.append(TOO_LONG)
            # What the nearer windows gave is exact as far as it goes.
            with suppress(TookTooLong), limited(SECONDS):
                self._show(results)
        results.marks = self.query.marks
        results.hits_total = self.total
        results.notice = " ".join(filter(None, self.notices))

    def _find(self):
        self.reach = Reach(self.user)
        if self.reach.is_cut:
            self.notices.append(CUT)
        self._look()
        wider = self.query.as_prefixes()
        if self.place.is_start and not self.hits and not self.titles and wider is not self.query:
            self.query, self.place = wider, replace(self.place, is_fallback=True)
            self._look()

    def _look(self):
        if self.place.is_start:
            self.titles = named(self.query, self.reach)
        start = Place() if self.order == BEST else self.place
        self.is_all = newest(self.hits, self.messages, self.query, self.reach, start, self._fills_the_page)
        if start.is_start:
            self.total = self._counted()
        if self.order == BEST:
            self.hits = ranked(self.hits, self.query)[self.place.offset :]

    def _counted(self):
        if self.is_all:
            return len(self.hits)
        return None if self.query.checks() else COUNTED + 1

    def _fills_the_page(self, hits):
        return len(Page(hits, self.limit, self.per_conversation).hits) == self.limit

    def _show(self, results):
        if not self.hits and not self.titles:
            return
        page = Page(self.hits, self.limit, self.per_conversation)
        results.titles, results.groups = grouped(page, self.titles, self.query, self.reach)
        results.fallback = self.place.is_fallback
        if following := self._following(page):
            results.next_cursor = following.encode()

    def _following(self, page):
        """The Place of the next page, or None."""
        is_done = page.used == len(self.hits)
        if self.order == BEST:
            return None if is_done else replace(self.place, offset=self.place.offset + page.used)
        elif self.hits and not (is_done and self.is_all):
            last = self.hits[page.used - 1]
            return replace(self.place, at=last.created_at, pk=last.id, total=self.total)
        else:
            return None
