"""What is read out of a search box beside its words. No message in sight."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.models import Tag
from conversations.search import Filter, Period, read
from conversations.search.typed import spell
from projects.models import Project


def filters(text, user=None):
    return read(text, user).filters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("role:user", [Filter("role", "user")]),
        ("ROLE:Me", [Filter("role", "user")]),
        ("from:assistant", [Filter("role", "assistant")]),
        ("-role:tool", [Filter("role", "tool", is_wanted=False)]),
        ("model:GPT-4o", [Filter("model", "gpt-4o")]),
        ("model:gpt-4*", [Filter("model", "gpt-4*")]),
        ('tag:"Night sky"', [Filter("tag", "Night sky")]),
        ("tag:“Night sky”", [Filter("tag", "Night sky")]),
        ("tag:a:b", [Filter("tag", "a:b")]),
        ("source:ChatGPT source:here", [Filter("source", "chatgpt"), Filter("source", "")]),
        ("has:code has:attachments", [Filter("has", "code"), Filter("has", "file")]),
        ("branch:abandoned", [Filter("branch", "abandoned")]),
        ("in:title", [Filter("in", "title")]),
        ("project:none", [Filter("project", None)]),
        ('tag:"unclosed', [Filter("tag", "unclosed")]),
    ],
)
def test_filters_are_read(text, expected):
    question = read(text)

    assert question.filters == expected
    assert question.words == ""
    assert question.notice == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("red role:user telescope", "red telescope"),
        ('"role:user" telescope', '"role:user" telescope'),
        ('-"role:user"', '-"role:user"'),
        ("https://example.org/role:user", "https://example.org/role:user"),
        ("std::vector 10:30 localhost:8000", "std::vector 10:30 localhost:8000"),
        ("role: user", "role: user"),
        ('role:""', 'role:""'),
        ("(role:user)", "(role:user)"),
        ("x-role:user", "x-role:user"),
    ],
)
def test_what_is_no_filter_stays_a_word(text, words):
    question = read(text)

    assert question.words == words
    assert question.notice == ""


@pytest.mark.parametrize(
    ("text", "notice"),
    [
        ("colour:red", "“colour:” is no filter"),
        ("role:nobody", "“nobody” is no role: there are assistant, developer, system, tool and user."),
        ("has:wings", "there are code, file and image"),
        ("in:there", "there is title"),
        ("after:soon", "“soon” is no date"),
        ("after:2024-13", "There is no day 2024-13"),
        ("on:2023-02-29", "There is no day 2023-02-29"),
        ("after:0001", "is no date"),
        ("role:user " * 30, "first 24 filters"),
        ("a" * 2000, "first 1,000 characters"),
    ],
)
def test_what_is_not_understood_is_said_and_searched_for(text, notice):
    question = read(text)

    assert notice in question.notice
    assert question.words or len(question.typed) == 24


def day(*numbers):
    return datetime(*numbers, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("date:2024", day(2024, 1, 1), day(2025, 1, 1)),
        ("date:2024-12", day(2024, 12, 1), day(2025, 1, 1)),
        ("on:2024/2/29", day(2024, 2, 29), day(2024, 3, 1)),
        ("during:yesterday", day(2026, 11, 19), day(2026, 11, 20)),
        ("date:today", day(2026, 11, 20), day(2026, 11, 21)),
        ("date:2w", day(2026, 11, 6), day(2026, 11, 21)),
    ],
)
def test_dates_are_periods(text, start, end, settings, time_machine_frozen):
    settings.TIME_ZONE = "UTC"

    assert filters(text) == [Filter("date", Period(start, end))]
    assert filters(text.replace(text.split(":")[0], "since")) == [Filter("after", start)]
    assert filters(text.replace(text.split(":")[0], "before")) == [Filter("before", start)]
    assert filters("-" + text.replace(text.split(":")[0], "after")) == [Filter("before", start)]


def test_a_day_is_as_long_as_the_readers_clock_says(settings):
    settings.TIME_ZONE = "Europe/Berlin"

    assert filters("on:2024-03-31") == [Filter("date", Period(day(2024, 3, 30, 23), day(2024, 3, 31, 22)))]


def test_projects_are_known_by_name_to_those_who_see_them(alice, bob, charlie, project):
    quoted = Project.objects.create(owner=alice, workspace=alice.workspace, name='The "Night"  sky')

    assert (
        filters("project:OBSERVATORY", alice)
        == filters('project:"observatory"', bob)
        == [Filter("project", project.pk)]
    )
    assert filters("project:observatory", charlie) == filters("project:nothing", alice)
    assert filters("project:observatory", charlie)[0].value.int == 0
    assert filters('project:"The Night sky"', alice) == [Filter("project", quoted.pk)]


def test_ones_own_tags_are_known_however_they_are_written(alice, bob):
    Tag.objects.create(owner=alice, name='An 8" mirror')

    assert filters('tag:"an 8 mirror"', alice) == [Filter("tag", 'An 8" mirror')]
    assert filters('tag:"an 8 mirror"', bob) == [Filter("tag", "an 8 mirror")]


@pytest.mark.parametrize("name", ["Garden", "Night sky", ":a", "/b", 'Say "hi" to', "  x ", "“q”", "a:b", "-", "日本"])
def test_what_is_spelled_is_read(alice, name):
    Tag.objects.create(owner=alice, name=name)
    question = read(f"red {spell('tag', name)} blue", alice)

    assert question.filters == [Filter("tag", name)]
    assert question.words == "red blue"


def test_a_filter_can_be_taken_out_of_the_text():
    question = read('red role:user "big telescope" -tag:x blue')

    assert [question.without(typed) for typed in question.typed] == [
        'red "big telescope" -tag:x blue',
        'red role:user "big telescope" blue',
    ]


PIECES = st.sampled_from(
    [
        "role:",
        "user",
        ":",
        "-",
        '"',
        "after:",
        "2024-",
        "99",
        "\x00",
        " ",
        "tag:",
        "é",
        "has:code",
        "日",
        "in:",
        "OR",
        "“",
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map("".join)))
def test_any_text_is_a_question_and_every_filter_can_be_taken_out(text):
    question = read(text)

    for typed in question.typed:
        assert len(read(question.without(typed)).typed) <= len(question.typed)
