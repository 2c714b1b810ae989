"""What a word is may not change under an index that holds words."""

from importlib import import_module

import pytest
from django.db import connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

FIRST = import_module("conversations.migrations.0002_search").FOLD.replace("parley_fold_1", "pg_temp.fold_at_first")
ALPHABET = st.one_of(
    st.sampled_from("  \t\nabcdf0189_-.,!<>'\"`+#"),
    st.sampled_from(
        "äßÉłøđħıς e\u0301 a\u00adb\u200d ﷺ ﬁ ½ Ⅷ ₂ 天気がか\u3099한국 ไทย 🙂 مَرْحَبًا ｆｕｌｌ？ «» — … \u2028 \ue000"
    ),
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]),
)


@pytest.fixture
def at_first(db):
    """The function that the index was first built with."""
    with connection.cursor() as cursor:
        cursor.execute(FIRST)


@settings(max_examples=500)
@given(st.text(ALPHABET, max_size=80))
@example("a" * 200)
@example("C++, c# and F# " * 20)
@example("an end  of two ")
@example("\u0130 İstanbul" * 3)
def test_folding_says_what_it_said_when_the_index_was_built(at_first, text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_temp.fold_at_first(%s), parley_fold_1(%s)", [text, text])
        first, now = cursor.fetchone()

    assert now == first
