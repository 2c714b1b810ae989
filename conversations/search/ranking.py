"""Best first."""

from django.db import connection

from conversations.search.snippets import SNIPPET_TEXT
from conversations.search.titles import named_among
from conversations.search.walking import POOL


def ranked(hits, query):
    """Best first: more of the words for its length, the person's own words before answers, a matching title, newer."""
    if not hits:
        return []
    words = sorted({word for terms in query.wanted for term in terms for word in term.words})
    titled = named_among({hit.conversation_id for hit in hits}, query)
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
