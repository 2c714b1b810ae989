"""What is shown of a found message: its text around the first found word."""

import re

from conversations.limits import INDEXED_TEXT
from conversations.search.conditions import uuids
from lib.marks import START, snippet
from lib.sql import fetch, fetch_prepared

SNIPPET_TEXT = 6_000  # characters read of a long message, around the first word


def cut_snippets(hits, query):
    """Text around the first found word; a megabyte stays where it is."""
    needles = [word.lower() for word in query.marks for word in re.findall(r"[^\W_]+", word)]
    found = fetch_prepared(
        """
        SELECT id, model, external_id, is_long, CASE WHEN is_long THEN substr(text, greatest(1, (
            SELECT min(found) FROM unnest(%(needles)s::text[]) AS needle,
                   strpos(lower(left(text, %(indexed)s)), needle) AS found WHERE found > 0) - 300), %(length)s)
            ELSE text END
        FROM (SELECT id, model, external_id, text, octet_length(text) > %(length)s AS is_long
              FROM conversations_message WHERE id = ANY(%(ids)s::uuid[])) AS m
        """,
        {
            "needles": needles,
            "indexed": INDEXED_TEXT,
            "length": SNIPPET_TEXT,
            "ids": uuids(hit.id for hit in hits),
        },
    )
    texts = {pk: rest for pk, *rest in found}
    for hit in hits:
        hit.model, hit.external_id, is_long, text = texts.get(hit.id, ("", None, False, ""))
        hit.snippet = _snippet(text, query)
        if is_long and START not in hit.snippet:
            # Found by its folded spelling only (café for cafe), far into a long message: seldom, so read it all.
            long = fetch("SELECT left(text, %s) FROM conversations_message WHERE id = %s", [INDEXED_TEXT, hit.id])
            for (text,) in long:  # nothing where it was deleted since
                hit.snippet = _snippet(text, query)


def _snippet(text, query):
    """Around the phrase where one was asked for: its words alone may stand anywhere."""
    for term in (term for terms in query.wanted for term in terms if term.is_phrase):
        words = re.findall(r"[^\W_]+", term.typed)
        found = words and re.search(r"[\W_]+".join(map(re.escape, words)), text, re.IGNORECASE)
        if found and found.start() > 90:
            start = text.find(" ", found.start() - 80, found.start()) + 1 or found.start()
            return "… " + snippet(text[start:], query.marks)
    return snippet(text, query.marks)
