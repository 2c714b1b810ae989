"""What the index is asked, and what is left to look for in the rows it names."""

from conversations.limits import INDEXED_TEXT
from conversations.search.conditions import all_of
from conversations.search.query import COMPATIBLE

MESSAGE_VECTOR = (
    "parley_tsv_2(conversations_message.text, conversations_message.owner_id,"
    " conversations_message.conversation_id, conversations_message.created_at)"
)
TITLE_VECTOR = (
    "parley_tsv_2(conversations_conversation.title, conversations_conversation.owner_id,"
    " conversations_conversation.id, conversations_conversation.created_at)"
)


def indexed(vector, tokens, query):
    """(SQL, parameters) of what the index knows: these words, in rows of these tokens (a tsquery from Reach).

    Two questions, not one joined by &: the index then leaps from one list to where the other goes on. Joined, it looks
    at each row of the rarest word, in whatever month. Words first: their list is the shorter one and decides the leaps.

    vector: MESSAGE_VECTOR or TITLE_VECTOR, as the index spells it to the letter.
    """
    lexemes = query.lexemes()
    return all_of(lexemes and (f"{vector} @@ %s::tsquery", [lexemes]), (f"{vector} @@ %s::tsquery", [tokens]))


def checked(column, query):
    """The same of what it does not: phrases, by the folded text."""
    conditions = []
    for is_wanted, terms in query.checks():
        sql, params = _check(column, terms)
        conditions.append((sql if is_wanted else f"NOT ({sql})", params))
    return all_of(*conditions)


def matching(vector, tokens, query, column):
    """Both."""
    return all_of(indexed(vector, tokens, query), checked(column, query))


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
