"""Finding messages: by the words' index, month by month from the newest, until a page is full. See docs/search.md.

Never `ORDER BY created_at LIMIT` over all of somebody's rows: for a rare word PostgreSQL would rather walk the whole
history and fold every message on the way (20 s at a million), for a common one read every row that holds it. A window
of months is a token in the index like the words are, so the work is bounded by the window.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, F, Max, Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from conversations.limits import INDEXED_TEXT
from conversations.models.conversation import Conversation
from conversations.models.grant import Grant
from conversations.search_query import COMPATIBLE, parse
from lib.marks import START, snippet
from projects.models import Project

NEWEST, BEST = "newest", "best"
PAGE = 20  # hits shown
POOL = 200  # newest hits that are grouped, or ranked: ranking all of a common word's hits takes seconds
PHRASES = 60  # the same for phrases: each hit may stand for a hundred texts looked at
SNIPPETS = 3  # of one conversation on one page; the others are counted
TITLES = 5  # conversations found by name, on the first page
COUNTED = 1_000  # beyond it "1,000+": nobody reads on, and counting a common word reads all its rows
SHARED = 5_000  # conversations of others, the most recently used
SHARED_TOKENS = 100  # so many of them are named one by one in the index; more, by their owners
OWNER_TOKENS = 1_000  # their months named one by one in the index; more, and any month is walked
WINDOWS = (1, 8, 64)  # months, each window older than the one before; then everything that is left
SNIPPET_TEXT = 6_000  # characters read of a long message, around the first word

MESSAGE_VECTOR = (
    "parley_tsv_1(conversations_message.text, conversations_message.owner_id,"
    " conversations_message.conversation_id, conversations_message.created_at)"
)
TITLE_VECTOR = (
    "parley_tsv_1(conversations_conversation.title, conversations_conversation.owner_id,"
    " conversations_conversation.id, conversations_conversation.created_at)"
)
NAMED = RawSQL("conversations_conversation.title <> ''", [], output_field=BooleanField())


class BadCursorError(Exception):
    """The cursor is none that a search gave out."""


@dataclass(slots=True)
class Hit:
    id: UUID
    conversation_id: UUID
    position: int
    role: str
    created_at: datetime
    model: str = ""
    snippet: str = ""  # plain text with lib.marks' sentinels: show it with `marked`
    on_active_branch: bool = True
    score: float = 0


@dataclass(slots=True)
class Group:
    """A conversation, up to SNIPPETS of its hits, and how many `more` this page holds; none where its title matched."""

    conversation: Conversation
    hits: list[Hit] = field(default_factory=list)
    more: int = 0
    title: str = ""  # with sentinels


@dataclass(slots=True)
class Results:
    """One page. `titles`: conversations found by their name (first page only); `groups`: those found by what they say.

    `hits_total` stops at COUNTED + 1, and is None where counting is not worth its time (phrases that fill a page).
    `fallback`: no word matched as typed, so these are messages with words that begin like them.
    """

    query: str
    marks: list[str] = field(default_factory=list)
    titles: list[Group] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    hits_total: int | None = 0
    next_cursor: str = ""
    fallback: bool = False
    notice: str = ""

    @property
    def hits(self):
        return [hit for group in self.groups for hit in group.hits]

    @property
    def total_label(self):
        """ "37", "1,000+", or "20+" where nobody counted."""
        if self.hits_total is None:
            return f"{sum(len(group.hits) + group.more for group in self.groups)}+"
        return f"{COUNTED:,}+" if self.hits_total > COUNTED else f"{self.hits_total:,}"


@dataclass(frozen=True)
class Matches:
    """Find in conversation: [(position, message id)] in reading order, N of M over turns that may not be loaded."""

    marks: list[str]
    found: list[tuple[int, UUID]]
    notice: str = ""


def search(messages, text, user, *, order=NEWEST, cursor="", limit=PAGE, per_conversation=SNIPPETS):
    """A Results page of what `user` may see among `messages`, a queryset that may narrow by anything a row holds.

    limit: hits shown, at most POOL; per_conversation: of one conversation (None: all of them, for a flat list).
    Raises BadCursorError.
    """
    query, place, limit = parse(text), _Place.decode(cursor), min(limit, POOL)
    results = Results(query.text, notice=query.notice)
    if not query:
        return results
    reach = Reach(user)
    if place.is_fallback:
        query = query.as_prefixes()
    page = _page(messages, query, reach, order, place, limit, per_conversation)
    titles = _titles(query, reach) if place.is_start else []
    if place.is_start and not page.hits and not titles and (wider := query.as_prefixes()) is not query:
        place = _Place(is_fallback=True)
        page, titles = _page(messages, wider, reach, order, place, limit, per_conversation), _titles(wider, reach)
        query, results.fallback = wider, bool(page.hits or titles)
    results.fallback = results.fallback or (place.is_fallback and bool(page.hits))
    results.marks = query.marks
    results.titles = [Group(found, title=snippet(found.title, query.marks, 256)) for found in titles]
    results.groups = _groups(page, query, reach)
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
        rows = _matching(
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


class Reach:
    """Whose messages: as tokens that bound the walk in the index, and once more as the WHERE that is the belt.

    Own rows by owner, those of others by conversation. Tokens name only what never changes about a row, so that nothing
    is indexed again when somebody is let in or a project moves.
    """

    def __init__(self, user):
        self.user = user
        shared = Conversation.objects.visible_to(user).exclude(owner=user).filter(pk__in=_let_in(user)).newest_first()
        rows = list(shared.values_list("pk", "owner_id", "last_message_at")[: SHARED + 1])
        self.is_cut = len(rows) > SHARED
        self.shared = [pk for pk, _, _ in rows[:SHARED]]
        self.owners = sorted({owner for _, owner, _ in rows[:SHARED]})
        own = Conversation.objects.filter(owner=user).aggregate(newest=Max("last_message_at"))["newest"]
        self.newest = max([own or timezone.now(), *(at for _, _, at in rows[:1])])

    def tokens(self, months=None):
        """A tsquery of the tokens; `months` (numbers since year 0) narrows it, None is any time."""
        tokens = self._owner(self.user.pk, months)
        if len(self.shared) > SHARED_TOKENS:
            if months and len(months) * len(self.owners) > OWNER_TOKENS:
                months = None
            tokens += [token for owner in self.owners for token in self._owner(owner, months)]
        else:
            tokens += [f"' c{pk}'" for pk in self.shared]
        return " | ".join(tokens)

    def narrow(self, rows, conversation="conversation_id"):
        who = Q(owner=self.user)
        if self.shared:
            who |= Q(**{f"{conversation}__in": self.shared})
        return rows.filter(who, workspace=self.user.workspace_id)

    def _owner(self, pk, months):
        return [f"' o{pk}'"] if months is None else [f"' m{pk}:{month}'" for month in months]


def _let_in(user):
    """Ids of conversations that grants and projects open, found from the small side; `visible_to` has the last word."""
    projects = Project.objects.visible_to(user).values("pk")
    return (
        Grant.objects.filter(user=user)
        .values("conversation")
        .union(Conversation.objects.filter(project__in=projects).exclude(owner=user).values("pk"))
    )


@dataclass(frozen=True)
class _Place:
    """Where a page begins: after a hit (newest first), or after so many (best first)."""

    at: datetime | None = None
    pk: UUID | None = None
    offset: int = 0
    is_fallback: bool = False

    EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

    @property
    def is_start(self):
        return self.at is None and not self.offset

    def encode(self):
        start = "p" if self.is_fallback else "w"
        if self.at is None:
            return f"{start}{self.offset}"
        return f"{start}{(self.at - self.EPOCH) // timedelta(microseconds=1)}.{self.pk.hex}"

    @classmethod
    def decode(cls, cursor):
        if not cursor:
            return cls()
        found = re.fullmatch(r"([pw])(?:(-?[0-9]{1,17})\.([0-9a-f]{32})|([0-9]{1,3}))", cursor)
        if not found:
            raise BadCursorError
        start, at, pk, offset = found.groups()
        if offset:
            return cls(offset=int(offset), is_fallback=start == "p")
        try:
            return cls(cls.EPOCH + timedelta(microseconds=int(at)), UUID(pk), is_fallback=start == "p")
        except OverflowError:
            raise BadCursorError from None


@dataclass
class _Page:
    hits: list = field(default_factory=list)  # shown, in order
    more: dict = field(default_factory=dict)  # conversation id → hits not shown
    next_cursor: str = ""
    total: int | None = 0


def _page(messages, query, reach, order, place, limit, per_conversation):
    rows = reach.narrow(messages.filter(searchable=True))
    if order == BEST:
        pool, is_all = _newest(rows, query, reach, _Place(), None, None)
        ranked = _ranked(pool, query)
        page, used = _shown(ranked[place.offset :], limit, per_conversation)
        following = _Place(offset=place.offset + used) if place.offset + used < len(ranked) else None
        is_known = is_all
    else:
        pool, is_all = _newest(rows, query, reach, place, limit, per_conversation)
        page, used = _shown(pool, limit, per_conversation)
        following = None if is_all and used == len(pool) else _Place(pool[used - 1].created_at, pool[used - 1].id)
        is_known = is_all and place.is_start
    if following:
        page.next_cursor = replace(following, is_fallback=place.is_fallback).encode()
    if is_known:
        page.total = len(pool)
    else:
        page.total = None if query.checks() else _count(rows, query, reach)
    return page


def _newest(rows, query, reach, place, limit, per_conversation):
    """(hits in exact order of time, whether there are no more): until `limit` can be shown, at most POOL."""
    hits, pool = [], max(PHRASES, limit or 0) if query.checks() else POOL
    for tokens, start, end in _windows(reach, place.at):
        window = _in_window(rows, query, tokens, start, end)
        if place.at:
            window = window.extra(
                where=["(conversations_message.created_at, conversations_message.id) < (%s, %s)"],
                params=[place.at, place.pk],
            )
        columns = window.order_by("-created_at", "-pk").values_list(
            "pk", "conversation_id", "position", "role", "created_at"
        )
        hits += [Hit(*row) for row in columns[: pool - len(hits)]]
        if len(hits) == pool or len(_shown(hits, limit, per_conversation)[0].hits) == limit:
            return hits, False
    return hits, True


def _count(rows, query, reach):
    """How many in all, up to COUNTED + 1; window by window for the same reason."""
    total = 0
    for tokens, start, end in _windows(reach, None):
        total += _in_window(rows, query, tokens, start, end)[: COUNTED + 1 - total].count()
        if total > COUNTED:
            break
    return total


def _in_window(rows, query, tokens, start, end):
    rows = _matching(rows, MESSAGE_VECTOR, tokens, query, "text")
    return rows.filter(Q(created_at__gte=start) if start else Q(), Q(created_at__lt=end) if end else Q())


def _windows(reach, before):
    """(tokens, start, end) of each window, newest first; `before` is where an earlier page ended."""
    newest = max(reach.newest, timezone.now() + timedelta(days=31))  # a clock may have been wrong by a little
    last = _month(min(before, newest) if before else newest)
    top = last + 1
    # The months since somebody's last message are empty and join the first window; not all since the year 2, though:
    # the longest tsquery is 1 MB.
    bottom = max(min(last, _month(reach.newest)), top - WINDOWS[-1])
    for size in WINDOWS:
        start = max(bottom - size + 1, 13)  # January of the year 1 is where datetime begins
        if start >= top:
            break
        yield reach.tokens(range(start, top)), _moment(start), None if top > last else _moment(top)
        top, bottom = start, start - 1
    yield reach.tokens(), None, _moment(top)


def _month(at):
    at = at.astimezone(UTC)
    return 12 * at.year + at.month


def _moment(month):
    return datetime((month - 1) // 12, (month - 1) % 12 + 1, 1, tzinfo=UTC)


def _matching(rows, vector, tokens, query, column):
    """Rows whose indexed words match; phrases, which the index cannot know, by their folded text."""
    where, params = [f"{vector} @@ %s::tsquery"], [f"({tokens}) & {query.lexemes()}"]
    for is_wanted, terms in query.checks():
        check, arguments = _check(f"{rows.model._meta.db_table}.{column}", terms)
        where.append(check if is_wanted else f"NOT ({check})")
        params += arguments
    return rows.extra(where=where, params=params)  # noqa: S610  only our own names are put in


def _check(column, terms):
    """SQL that one of the terms stands in the text, word for word.

    Folding costs 40 to 100 µs a message, a regex 4: where one finds the same, it is asked instead.
    """
    folded, patterns = f"(' ' || parley_fold_1({column}) || ' ') LIKE ANY (%s::text[])", [t.pattern() for t in terms]
    start = f"left({column}, {INDEXED_TEXT})"
    if all(term.is_plain for term in terms):
        regex = "(^|[^a-z0-9])(" + "|".join(term.regex() for term in terms) + ")($|[^a-z0-9])"
        return f"CASE WHEN octet_length({column}) = length({column}) THEN {start} ~* %s ELSE {folded} END", [
            regex,
            patterns,
        ]
    elif all(term.is_unspaced for term in terms):
        regex = "|".join(term.unspaced_regex() for term in terms)
        return f"CASE WHEN {start} ~ %s THEN {folded} ELSE {start} ~ %s END", [COMPATIBLE, patterns, regex]
    else:
        return folded, [patterns]


def _titles(query, reach):
    rows = reach.narrow(Conversation.objects.filter(NAMED), conversation="pk")
    # The order is spelled so that no index serves it: PostgreSQL would walk all of a history for five rare titles.
    newest_first = (F("last_message_at") + timedelta(0)).desc()
    return list(_matching(rows, TITLE_VECTOR, reach.tokens(), query, "title").order_by(newest_first)[:TITLES])


def _shown(hits, limit, per_conversation):
    """(page, how many hits it used up): a conversation that says a word 200 times must not fill ten pages with it."""
    page, shown, used = _Page(), {}, 0
    for hit in hits:
        count = shown.get(hit.conversation_id, 0)
        if not per_conversation or count < per_conversation:
            if len(page.hits) == limit:
                break
            page.hits.append(hit)
            shown[hit.conversation_id] = count + 1
        else:
            page.more[hit.conversation_id] = page.more.get(hit.conversation_id, 0) + 1
        used += 1
    return page, used


def _ranked(hits, query):
    """Best first: more of the words for its length, the person's own words before answers, a matching title, newer."""
    words = sorted({word for terms in query.wanted for term in terms for word in term.words})
    titled = _titled({hit.conversation_id for hit in hits}, query)
    with connection.cursor() as cursor:
        # How often each word stands there, and how long the text is. `replace` counts in one pass of C.
        cursor.execute(
            """
            SELECT id, length(folded), ARRAY(
                SELECT (length(folded) - length(replace(folded, ' ' || word, ''))) / (length(word) + 1)
                FROM unnest(%s::text[]) AS word)
            FROM (SELECT id, ' ' || parley_fold_1(left(text, %s)) AS folded
                  FROM conversations_message WHERE id = ANY(%s) OFFSET 0) AS m
            """,
            [words, SNIPPET_TEXT, [hit.id for hit in hits]],
        )
        features = {pk: (length, counts) for pk, length, counts in cursor.fetchall()}
    for age, hit in enumerate(hits):
        length, counts = features.get(hit.id, (0, []))
        # The shape of BM25 with k1 = 1.2 and b = 0.75 against a message of 700 characters.
        penalty = 1.2 * (0.25 + 0.75 * length / 700)
        hit.score = sum(count / (count + penalty) for count in counts) / max(1, len(words))
        hit.score += 0.15 * (hit.role == "user") + 0.5 * (hit.conversation_id in titled) - 0.1 * age / POOL
    return sorted(hits, key=lambda hit: -hit.score)


def _titled(ids, query):
    """Those of the conversations whose title the query finds too."""
    rows = Conversation.objects.filter(NAMED, pk__in=ids)
    tokens = " | ".join(f"' c{pk}'" for pk in ids)
    return set(_matching(rows, TITLE_VECTOR, tokens, query, "title").values_list("pk", flat=True)) if ids else set()


def _groups(page, query, reach):
    conversations = Conversation.objects.visible_to(reach.user).in_bulk({hit.conversation_id for hit in page.hits})
    groups = {}
    for hit in page.hits:
        if hit.conversation_id in conversations:  # else it was deleted, or closed to us, a moment ago
            conversation = conversations[hit.conversation_id]
            group = groups.setdefault(hit.conversation_id, Group(conversation))
            group.title = group.title or snippet(conversation.title or "", query.marks, 256)
            group.more = page.more.get(hit.conversation_id, 0)
            group.hits.append(hit)
    if groups:
        _cut_snippets([hit for group in groups.values() for hit in group.hits], query)
        _find_branches(groups.values())
    return list(groups.values())


def _cut_snippets(hits, query):
    """Text around the first found word; a megabyte stays where it is."""
    needles = [word.lower() for word in query.marks for word in re.findall(r"[^\W_]+", word)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT id, model, is_long, CASE WHEN is_long THEN substr(text, greatest(1, (
                SELECT min(found) FROM unnest(%(needles)s::text[]) AS needle,
                       strpos(lower(left(text, %(indexed)s)), needle) AS found WHERE found > 0) - 300), %(length)s)
                ELSE text END
            FROM (SELECT id, model, text, octet_length(text) > %(length)s AS is_long
                  FROM conversations_message WHERE id = ANY(%(ids)s)) AS m
            """,
            {
                "needles": needles,
                "indexed": INDEXED_TEXT,
                "length": SNIPPET_TEXT,
                "ids": [hit.id for hit in hits],
            },
        )
        texts = {pk: rest for pk, *rest in cursor.fetchall()}
        for hit in hits:
            hit.model, is_long, text = texts.get(hit.id, ("", False, ""))
            hit.snippet = _snippet(text, query)
            if is_long and START not in hit.snippet:
                # Found by its folded spelling only (café for cafe), far into a long message: seldom, so read it all.
                cursor.execute("SELECT left(text, %s) FROM conversations_message WHERE id = %s", [INDEXED_TEXT, hit.id])
                hit.snippet = _snippet(cursor.fetchone()[0], query)


def _snippet(text, query):
    """Around the phrase where one was asked for: its words alone may stand anywhere."""
    for term in (term for terms in query.wanted for term in terms if term.is_phrase):
        words = re.findall(r"[^\W_]+", term.typed)
        found = words and re.search(r"[\W_]+".join(map(re.escape, words)), text, re.IGNORECASE)
        if found and found.start() > 90:
            start = text.find(" ", found.start() - 80, found.start()) + 1 or found.start()
            return "… " + snippet(text[start:], query.marks)
    return snippet(text, query.marks)


def _find_branches(groups):
    """Which hits the reader does not see without changing the branch."""
    forked = {
        group.conversation.pk: group
        for group in groups
        if group.conversation.length != group.conversation.message_count
    }
    if not forked:
        return
    with connection.cursor() as cursor:
        # A parent stands before its children, so nothing below the first hit is on the way up to it.
        cursor.execute(
            """
            SELECT conversation_id, array_agg(position), array_agg(parent_position)
            FROM conversations_message AS m
            JOIN unnest(%s::uuid[], %s::int[]) AS w(id, first) ON m.conversation_id = w.id AND m.position >= w.first
            GROUP BY 1
            """,
            [list(forked), [min(hit.position for hit in group.hits) for group in forked.values()]],
        )
        for pk, positions, parents in cursor.fetchall():
            parent_of, path, position = (
                dict(zip(positions, parents, strict=True)),
                set(),
                forked[pk].conversation.tip_position,
            )
            while position in parent_of:
                path.add(position)
                position = parent_of[position]
            for hit in forked[pk].hits:
                hit.on_active_branch = hit.position in path
