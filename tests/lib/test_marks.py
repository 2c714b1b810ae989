"""Found words, marked: nothing of a stranger's becomes HTML, nothing is marked inside a tag, everything is linear."""

from html.parser import HTMLParser

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.marks import START, STOP, WORD, _folded, mark_html, marked, ranges, snippet
from tests.cost import costs_less_than

# Of many scripts, with what joins and parts their words; no compatibility forms, which are not marked letter by letter.
ALPHABETS = "aZé1_-.'’ \n\u00ad\u0301łŁøØđħıßẞΣςσŻżйЁאְעךعَ،؟हिन्दी।ไทยขอ東京がかー・、。한글👍🏽→─€«»ﬁ²"


def test_a_pair_of_sentinels_becomes_a_mark_and_the_rest_is_escaped():
    assert marked(f"<b> {START}hit{STOP} & more") == "&lt;b&gt; <mark>hit</mark> &amp; more"


def test_programs_get_the_plain_text_and_where_the_marks_were():
    assert ranges(f"a 🌙 {START}hit{STOP}, {START}two{STOP}") == ("a 🌙 hit, two", [[4, 7], [9, 12]])
    assert ranges(f"{STOP}a{START}b{START}c{STOP}{START}d") == ("abcd", [[1, 3]])


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (f"{STOP}a", "a"),
        (f"{START}a", "<mark>a</mark>"),
        (f"{START}a{START}b{STOP}c{STOP}", "<mark>ab</mark>c"),
        (f"{STOP}{START}", "<mark></mark>"),
    ],
)
def test_unbalanced_sentinels_are_harmless(text, html):
    assert marked(text) == html


class Marks(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.depth = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        self.depth += 1
        assert self.depth == 1

    def handle_endtag(self, tag):
        self.depth -= 1


@settings(max_examples=200)
@given(st.text(alphabet=f"{START}{STOP}<>&\"'/ab ", max_size=60))
def test_only_marks_ever_come_out_and_they_are_balanced(text):
    parsed = Marks(marked(text))

    assert all(tag == ("mark", []) for tag in parsed.tags)
    assert parsed.depth == 0


def test_a_snippet_is_cut_around_the_first_hit_between_words():
    text = "alpha " * 100 + "the needle in the hay " + "omega " * 100

    cut = snippet(text, ["needle"], width=80)

    assert f"{START}needle{STOP}" in cut
    assert cut.startswith("… alpha ")
    assert cut.endswith(" omega …")
    assert len(cut) < 100


def test_a_short_text_is_shown_whole_on_one_line():
    assert snippet("one\n\n two", ["two"]) == f"one {START}two{STOP}"


def test_without_a_hit_the_beginning_is_shown():
    assert snippet("word " * 100, ["absent"], width=20) == "word word word word …"


def test_a_hit_at_the_very_end_is_shown():
    assert snippet("word " * 100 + "last", ["last"], width=30).endswith(f"{START}last{STOP}")


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("Ångström", ["angstrom"], "Ångström"),
        ("CAFÉ", ["café"], "CAFÉ"),
        ("cafe\u0301 noir", ["café"], "cafe\u0301"),
        ("Straße", ["STRASSE"], "Straße"),
        ("Москва", ["москва"], "Москва"),
        ("searching", ["search*"], "searching"),
        ("state-of-the-art", ["state-of"], "state"),
        ("東京都に住む", ["東京"], "東京"),
        ("오늘 날씨가 좋습니다", ["날씨"], "날씨"),
        ("ส่งข้อความ", ["ข้อความ"], "ข้อความ"),
        ("iPhone用ケース", ["iphone"], "iPhone"),
        ("a launch 🚀 today", ["🚀"], "🚀"),
        ("Łódź", ["lodz"], "Łódź"),
        ("smørrebrød", ["Smorrebrod"], "smørrebrød"),
        ("Đà Nẵng", ["da"], "Đà"),
        ("ΟΔΟΣ", ["οδος"], "ΟΔΟΣ"),
        ("half\u00adway", ["halfway"], "half\u00adway"),
        ("हिन्दी में", ["हिन्दी"], "हिन्दी"),
        ("the column user_id here", ["user"], "user"),
        ("the column user_id here", ["id"], "id"),
        ("naïve user_id", ["user"], "user"),
        ("open /usr/local/lib", ["local"], "local"),
        ("don’t stop", ["don't"], "don"),
    ],
)
def test_words_are_found_without_regard_to_case_and_accents(text, words, found):
    assert f"{START}{found}{STOP}" in snippet(text, words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("searching research", ["search"]),
        ("sëarching researçh", ["search"]),
        ("search1", ["search"]),
        ("がく", ["かく"]),
        ("かく", ["がく"]),
    ],
)
def test_part_of_a_word_is_not_a_hit(text, words):
    assert START not in snippet(text, words)


@pytest.mark.django_db
@settings(max_examples=300)
@given(st.text(alphabet=ALPHABETS, min_size=1, max_size=12))
def test_words_are_what_the_index_says_they_are(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT parley_fold_1(%s)", [text])
        indexed = cursor.fetchone()[0].split()

    found = [part for word in WORD.finditer(text) for part in (word[0] if word["run"] else [_folded(word[0])]) if part]

    assert found == indexed


def test_sentinels_in_the_text_are_dropped():
    assert snippet(f"a {START}b{STOP} c", ["c"]) == f"a b {START}c{STOP}"


def test_html_is_marked_in_its_text_only():
    html = '<p title="amp &gt; x > amp">amp &amp; <a href="/amp">AMP</a> ample</p>'

    assert mark_html(html, ["amp"]) == (
        '<p title="amp &gt; x > amp"><mark>amp</mark> &amp; <a href="/amp"><mark>AMP</mark></a> ample</p>'
    )


def test_formulas_and_labels_are_left_alone():
    html = "<figcaption>x</figcaption><math><mi>x</mi></math> x"

    assert mark_html(html, ["x"]) == "<figcaption>x</figcaption><math><mi>x</mi></math> <mark>x</mark>"


def test_without_words_the_html_is_unchanged():
    assert mark_html("<p>a</p>", []) == "<p>a</p>"
    assert mark_html("<p>a</p>", ["", "*", "!?"]) == "<p>a</p>"


@settings(max_examples=200)
@given(st.text(alphabet='<>"=/& ab', max_size=60), st.lists(st.text(alphabet="ab*", max_size=3), max_size=3))
def test_taking_the_marks_out_gives_the_html_back(html, words):
    assert mark_html(html, words).replace("<mark>", "").replace("</mark>", "") == html


@pytest.mark.parametrize(
    "run", ["<", '<"', "&", "&a", "a", "a ", "é ", "漢", '<a "', f"{START}a", "<math>", "<p>a</p>"]
)
def test_a_megabyte_of_anything_takes_less_than_a_second(run):
    text = (run * 1_000_000)[:1_000_000]

    assert costs_less_than(1, lambda: (marked(text), snippet(text, ["b", "c*", "東"])))
    assert costs_less_than(1, lambda: mark_html(text, ["b", "c*", "東"]))
