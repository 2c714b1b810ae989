"""What any text becomes, without a message in sight."""

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.search.query import EASY, _fold, parse

PIECES = st.sampled_from(
    ["a", "OR", "-", '"', "*", "foo", "foo*", '-"a b"', "天気", "'", "\\", ":*", "&", "|", "!", "(", "\x00", " ", "é"]
)


@pytest.mark.django_db
@settings(max_examples=200)
@given(
    st.one_of(
        st.text(max_size=80), st.lists(PIECES, max_size=12).map("".join), st.lists(PIECES, max_size=12).map(" ".join)
    )
)
def test_every_text_is_a_query_that_postgresql_takes(text):
    query = parse(text)

    for attempt in (query, query.as_prefixes()):
        if attempt:
            with connection.cursor() as cursor:
                cursor.execute("SELECT ''::tsvector @@ %s::tsquery", [attempt.lexemes()])
    assert query or query.why_nothing or not text.replace("\x00", "").strip()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "lexemes"),
    [
        ("two words", "(('two')) & (('words'))"),
        ('"two words"', "(('two' & 'words'))"),
        ("user_id", "(('user' & 'id'))"),
        ("pref*", "(('pref':*))"),
        ("pr*", "(('pr'))"),
        ("a OR b c", "(('a') | ('b')) & (('c'))"),
        ("OR a OR", "(('a'))"),
        ("a -b", "(('a')) & !('b')"),
        ('a -"b c"', "(('a'))"),
        ("--flag", "(('flag'))"),
        ("well-known", "(('well' & 'known'))"),
        ("C++", "(('c' & 'plusplus'))"),
        ('an open "quote here', "(('an')) & (('open')) & (('quote' & 'here'))"),
        ("it's :* !", "(('it' & 's'))"),
    ],
)
def test_the_language(text, lexemes):
    assert parse(text).lexemes() == lexemes


@pytest.mark.django_db
def test_what_was_quoted_is_not_widened():
    assert parse('tele "scope" ab').as_prefixes().lexemes() == "(('tele':*)) & (('scope')) & (('ab'))"


@pytest.mark.django_db
@settings(max_examples=200)
@given(st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=80))
def test_easy_words_are_what_postgresql_would_make_of_them(text):
    if EASY.fullmatch(text):
        with connection.cursor() as cursor:
            cursor.execute("SELECT parley_fold_1(%s)", [text])
            assert _fold([text]) == [cursor.fetchone()[0].split()]
