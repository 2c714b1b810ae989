"""One page of what somebody asked for."""

from dataclasses import replace
from datetime import timedelta

from django.db.models import F

from conversations.models.conversation import Conversation
from conversations.search.groups import SNIPPETS, grouped, shown
from conversations.search.matching import MESSAGE_VECTOR, NAMED, TITLE_VECTOR, matching
from conversations.search.places import Place
from conversations.search.query import parse
from conversations.search.ranking import ranked
from conversations.search.reach import SHARED, Reach
from conversations.search.results import Group, Matches, Results
from conversations.search.windows import POOL, count, newest
from lib.marks import snippet

NEWEST, BEST = "newest", "best"
PAGE = 20  # hits shown
TITLES = 5  # conversations found by name, on the first page


def search(messages, text, user, *, order=NEWEST, cursor="", limit=PAGE, per_conversation=SNIPPETS):
    """A Results page of what `user` may see among `messages`, a queryset that may narrow by anything a row holds.

    limit: hits shown, at most POOL; per_conversation: of one conversation (None: all of them, for a flat list).
    Raises BadCursorError.
    """
    query, place, limit = parse(text), Place.decode(cursor), min(limit, POOL)
    results = Results(query.text, notice=query.notice)
    if not query:
        return results
    reach = Reach(user)
    if place.is_fallback:
        query = query.as_prefixes()
    page = _page(messages, query, reach, order, place, limit, per_conversation)
    titles = _titles(query, reach) if place.is_start else []
    if place.is_start and not page.hits and not titles and (wider := query.as_prefixes()) is not query:
        place = Place(is_fallback=True)
        page, titles = _page(messages, wider, reach, order, place, limit, per_conversation), _titles(wider, reach)
        query, results.fallback = wider, bool(page.hits or titles)
    results.fallback = results.fallback or (place.is_fallback and bool(page.hits))
    results.marks = query.marks
    results.titles = [Group(found, title=snippet(found.title, query.marks, 256)) for found in titles]
    results.groups = grouped(page, query, reach)
    results.next_cursor = page.next_cursor
    results.hits_total = page.total
    if reach.is_cut:
        results.notice = f"{results.notice} Of what others share with you, the {SHARED:,} newest were searched.".strip()
    return results


def search_in(messages, text, conversation):
    """Matches in one conversation, which the caller came to through the door. The index knows conversations too."""
    query = parse(text)
    if not query:
        return Matches([], [], query.notice)
    for attempt in dict.fromkeys((query, query.as_prefixes())):
        rows = matching(
            messages.filter(conversation=conversation, searchable=True),
            MESSAGE_VECTOR,
            f"' c{conversation.pk}'",
            attempt,
            "text",
        )
        found = list(rows.order_by("position").values_list("position", "pk"))
        if found:
            break
    return Matches(attempt.marks, found, query.notice)


def _page(messages, query, reach, order, place, limit, per_conversation):
    rows = reach.narrow(messages.filter(searchable=True))
    if order == BEST:
        pool, is_all = newest(rows, query, reach, Place(), None, None)
        best = ranked(pool, query)
        page, used = shown(best[place.offset :], limit, per_conversation)
        following = Place(offset=place.offset + used) if place.offset + used < len(best) else None
        is_known = is_all
    else:
        pool, is_all = newest(rows, query, reach, place, limit, per_conversation)
        page, used = shown(pool, limit, per_conversation)
        following = None if is_all and used == len(pool) else Place(pool[used - 1].created_at, pool[used - 1].id)
        is_known = is_all and place.is_start
    if following:
        page.next_cursor = replace(following, is_fallback=place.is_fallback).encode()
    if is_known:
        page.total = len(pool)
    else:
        page.total = None if query.checks() else count(rows, query, reach)
    return page


def _titles(query, reach):
    rows = reach.narrow(Conversation.objects.filter(NAMED), conversation="pk")
    # The order is spelled so that no index serves it: PostgreSQL would walk all of a history for five rare titles.
    newest_first = (F("last_message_at") + timedelta(0)).desc()
    return list(matching(rows, TITLE_VECTOR, reach.tokens(), query, "title").order_by(newest_first)[:TITLES])
