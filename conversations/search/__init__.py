"""Finding messages: by the words' index, window by window from the newest, until a page is full. See docs/search.md.

    what was typed → typed, query · what it is narrowed to → filters · whose → reach
    the newest that match → walking, windows, matching · best first → ranking
    what a page shows of them → groups, snippets → results

Never `ORDER BY created_at LIMIT` over all of somebody's rows: for a rare word PostgreSQL would rather walk the whole
history and fold every message on the way (20 s at a million), for a common one read every row that holds it. Days and
months are tokens in the index like the words are, so the work is bounded by the window.
"""

from conversations.search.filters import Filter, Filters, Period
from conversations.search.finding import BEST, NEWEST, PAGE, facets, marks, search, search_in
from conversations.search.groups import SNIPPETS
from conversations.search.places import BadCursorError
from conversations.search.query import PREFIX, parse
from conversations.search.reach import WideReach
from conversations.search.results import COUNTED
from conversations.search.titles import title_condition
from conversations.search.typed import read

__all__ = [
    "BEST",
    "COUNTED",
    "NEWEST",
    "PAGE",
    "PREFIX",
    "SNIPPETS",
    "BadCursorError",
    "Filter",
    "Filters",
    "Period",
    "WideReach",
    "facets",
    "marks",
    "parse",
    "read",
    "search",
    "search_in",
    "title_condition",
]
