"""What the index is asked, and what is left to look for in the rows it names."""

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from conversations.limits import INDEXED_TEXT
from conversations.search.query import COMPATIBLE

MESSAGE_VECTOR = (
    "parley_tsv_1(conversations_message.text, conversations_message.owner_id,"
    " conversations_message.conversation_id, conversations_message.created_at)"
)
TITLE_VECTOR = (
    "parley_tsv_1(conversations_conversation.title, conversations_conversation.owner_id,"
    " conversations_conversation.id, conversations_conversation.created_at)"
)
NAMED = RawSQL("conversations_conversation.title <> ''", [], output_field=BooleanField())


def matching(rows, vector, tokens, query, column):
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
