"""Filters, typed and as values: what is left, in what order, and how far a search goes to find it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from conversations.models import Grant, Message
from conversations.search import BEST, Period
from conversations.search.filters import Filters
from projects.models import Project
from tests.conversations.conftest import NOON


def found(user, text="", **options):
    return [hit.id for hit in Message.objects.search(text, user, per_conversation=None, **options).hits]


ALL = {"question", "answer", "tool", "fenced", "ran", "called", "pictured", "filed", "in project", "gardening"}
ALL |= {"stargazing", "imported", "old"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("role:assistant", {"answer"}),
        ("role:assistant role:tool", {"answer", "tool"}),
        ("-role:user", {"answer", "tool"}),
        ("model:gpt-4o-mini", {"answer"}),
        ("model:gpt-4*", {"answer"}),
        ("model:gpt", set()),
        ("model:gpt_4o-mini", set()),
        ("-model:gpt-4*", ALL - {"answer"}),
        ("has:code", {"fenced", "ran"}),
        ("has:file", {"pictured", "filed"}),
        ("has:image", {"pictured"}),
        ("has:file has:image", {"pictured"}),
        ("has:file -has:image", {"filed"}),
        ("project:observatory", {"in project"}),
        ("project:none", ALL - {"in project"}),
        ("-project:observatory", ALL - {"in project"}),
        ("project:observatory project:none", ALL),
        ("project:unknown", set()),
        ("tag:garden", {"gardening"}),
        ('tag:garden tag:"night SKY"', {"gardening", "stargazing"}),
        ("-tag:garden", ALL - {"gardening"}),
        ("source:chatgpt", {"imported"}),
        ("source:here", ALL - {"imported"}),
        ("before:2020", {"old"}),
        ("after:2020", ALL - {"old"}),
        ("date:2019-06", {"old"}),
        ("date:2019-07", set()),
        ("date:2019-06 date:2026-03", {"old", "question"}),
        ("-date:2019", ALL - {"old"}),
        ("after:2026-02-28 before:2026-03-01", {"answer"}),
        ("after:2027 before:2020", set()),
        ("role:assistant has:code", set()),
        ("project:observatory after:2026", {"in project"}),
        ("branch:active", ALL),
        ("branch:abandoned", set()),
        ("branch:active branch:abandoned", ALL),
    ],
)
@pytest.mark.parametrize("words", ["needle", '"needle"', "need*", ""])
def test_what_a_filter_leaves(alice, variety, text, names, words):
    ids = {message.pk: name for name, message in variety.items()}
    assert {ids.get(pk) for pk in found(alice, f"{words} {text}")} - {None} == names


def test_filters_as_values_are_the_same_as_typed(alice, variety, project):
    for typed, values in {
        "role:assistant": {"role": "assistant"},
        "role:assistant role:tool": {"role": ["assistant", "tool"]},
        "project:observatory": {"project": project.pk},
        "project:none": {"project": None},
        "tag:garden": {"tag": "Garden"},
        "source:here": {"source": ""},
        "has:code": {"has": "code"},
        "before:2020": {"before": datetime(2020, 1, 1, tzinfo=UTC)},
        "date:2019": {"date": Period(datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))},
        "role:assistant model:gpt-4*": {"role": "assistant", "model": "gpt-4*"},
    }.items():
        assert found(alice, "needle", **values) == found(alice, f"needle {typed}") != []
    with pytest.raises(TypeError, match="colour"):
        found(alice, "needle", colour="red")


def test_filters_without_words_list_the_newest_that_fit(alice, say):
    old, new = say("one", "two", role="assistant")
    say("three")

    results = Message.objects.search("role:assistant", alice)

    assert [hit.id for hit in results.hits] == [new.pk, old.pk]
    assert [hit.snippet for hit in results.hits] == ["two", "one"]
    assert (results.total_label, results.marks, results.titles) == ("2", [], [])


def test_filters_let_nobody_in(alice, bob, charlie, variety, project):
    assert found(charlie, "role:user") == found(charlie, "project:observatory") == found(charlie, "in:title") == []
    assert found(charlie, project=project.pk) == []
    assert found(bob, "role:user") == [variety["in project"].pk]
    assert found(bob, "tag:garden") == []
    Grant.objects.create(conversation=variety["gardening"].conversation, user=bob)
    assert found(bob, "before:2030 -project:observatory") == [variety["gardening"].pk]
    assert found(bob, "tag:garden") == []  # tags are their owner's own words


def test_a_project_that_one_cannot_see_is_not_told_by_its_name(alice, bob, say):
    secret = Project.objects.create(owner=alice, workspace=alice.workspace, name="Divorce")
    (message,) = say("needle", project=secret)
    Grant.objects.create(conversation=message.conversation, user=bob)

    assert found(bob, "needle") == [message.pk]
    assert found(bob, "needle project:divorce") == []


def positions(user, text):
    return [hit.position for hit in Message.objects.search(text, user, per_conversation=None).hits]


def test_a_branch_that_was_left_can_be_asked_for(alice, say, forked):
    say("needle in another stack")

    for words in ("needle", "need*", "", "role:user"):
        assert positions(alice, f"{words} branch:abandoned") == [3, 2]
    assert positions(alice, "needle -branch:abandoned before:2026-03-02") == [1, 1]
    assert positions(alice, "needle -branch:active -branch:abandoned") == positions(alice, "needle")


def test_pages_of_an_abandoned_branch_go_on(alice, say):
    for day in range(8):
        talk = say("needle", "needle", "needle", at=NOON - timedelta(days=40 * day))[0].conversation
        talk.reply(1, "assistant", "another", created_at=NOON)
    ids, cursor = [], ""
    while True:
        page = Message.objects.search("needle branch:abandoned", alice, limit=3, cursor=cursor)
        ids += [hit.id for hit in page.hits]
        cursor = page.next_cursor
        if not cursor:
            break

    assert len(ids) == len(set(ids)) == 16
    assert not any(hit.on_active_branch for hit in page.hits)


def test_titles_are_listed_with_in_title(alice, say):
    titled = say("hay", title="A needle")[0].conversation
    say("hay", role="assistant", title="Needles, more of them")
    say("needle", title="Hay")

    results = Message.objects.search("needle in:title", alice)
    assert [group.conversation for group in results.titles] == [titled]
    assert (results.hits, results.titles_total) == ([], 1)
    assert len(Message.objects.search("need* in:title", alice).titles) == 2
    assert len(Message.objects.search("need* in:title role:assistant", alice).titles) == 1
    assert Message.objects.search("needl in:title", alice).fallback
    assert len(Message.objects.search("in:title", alice).titles) == 3
    assert Message.objects.search("in:title after:2027", alice).titles == []
    assert Message.objects.search("in:title project:none -tag:x source:here", alice).titles_total == 3


@pytest.mark.parametrize("text", ["in:title", "needle in:title"])
def test_pages_of_titles_follow_each_other(alice, say, text):
    talks = [say("x", title="needle", at=NOON - timedelta(days=day))[0].conversation_id for day in (0, 1, 1, 1, 2)]
    seen, cursor = [], ""
    while True:
        page = Message.objects.search(text, alice, limit=2, cursor=cursor)
        seen += [group.conversation.pk for group in page.titles]
        cursor = page.next_cursor
        if not cursor:
            break

    assert set(seen) == set(talks)
    assert len(seen) == page.titles_total == 5
    assert seen[0] == talks[0]


def test_titles_stand_above_messages_only_where_the_filters_could_speak_of_them(alice, say, project):
    say("hay", title="Needle", project=project)

    assert len(Message.objects.search("needle", alice).titles) == 1
    assert len(Message.objects.search("needle project:observatory", alice).titles) == 1
    assert Message.objects.search("needle project:none", alice).titles == []
    assert Message.objects.search("needle role:user", alice).titles == []
    assert Message.objects.search("needle before:2020", alice).titles == []


def test_a_filter_that_leaves_little_looks_so_far_back_and_says_so(alice, say, looking):
    for month in range(24):
        say(*["needle"] * 4, at=NOON - timedelta(days=30 * month))
    (rare,) = say("needle", role="assistant", at=NOON - timedelta(days=500))

    pages, cursor, reached = [], "", []
    while True:
        page = Message.objects.search("needle role:assistant", alice, cursor=cursor)
        pages += [hit.id for hit in page.hits]
        reached.append(page.reached)
        cursor = page.next_cursor
        if not cursor:
            break

    assert pages == [rare.pk]
    assert reached[0] < NOON
    assert reached[:-1] == sorted(reached[:-1], reverse=True)
    assert 3 < len(reached) < 15
    assert reached[-1] is None


def test_a_full_page_ends_the_search_where_more_would_be_dear(alice, say, looking):
    messages = [say("needle", at=NOON - timedelta(days=20 * n))[0].pk for n in range(30)]

    first = Message.objects.search("needle role:user", alice, limit=5)

    assert [hit.id for hit in first.hits] == messages[:5]
    assert first.hits_total is None
    assert found(alice, "needle role:user", limit=5, cursor=first.next_cursor) == messages[5:10]


def test_few_conversations_are_asked_for_by_name_and_many_by_their_rows(alice, say, project, monkeypatch):
    messages = [say("needle", project=project, at=NOON - timedelta(days=90 * n))[0].pk for n in range(5)]
    say("needle")

    assert found(alice, "needle project:observatory") == found(alice, "project:observatory") == messages
    monkeypatch.setattr("conversations.search.reach.NAMED", 2)
    assert found(alice, "needle project:observatory") == found(alice, "project:observatory") == messages
    assert found(alice, '"needle" project:observatory role:user') == messages


def test_best_is_the_best_of_those_that_fit(alice, say):
    (passing,) = say("word " * 200 + "needle", role="assistant")
    (about,) = say("needle, needle", role="assistant", at=NOON - timedelta(days=90))
    say("needle needle needle")

    assert found(alice, "needle role:assistant", order=BEST) == [about.pk, passing.pk]
    assert found(alice, "role:assistant", order=BEST) == [passing.pk, about.pk]


def test_a_queryset_and_filters_narrow_together(alice, say):
    (here,) = say("needle", title="Here", role="assistant")
    say("needle", title="Here")
    say("needle", title="There", role="assistant")

    rows = Message.objects.filter(conversation__title="Here")

    assert [hit.id for hit in rows.search("needle", alice, role="assistant").hits] == [here.pk]
    assert [hit.id for hit in rows.search("role:assistant", alice).hits] == [here.pk]
    assert [hit.id for hit in Message.objects.visible_to(alice).search("role:user", alice).hits] != []


def test_finding_in_a_conversation_knows_the_filters_of_messages(alice, forked):
    def matches(text):
        return [position for position, _ in Message.objects.search_in(forked, text).found]

    assert matches("needle role:assistant") == [4]
    assert matches("role:user") == [1, 2, 3]
    assert matches("needle branch:abandoned") == [2, 3]
    assert matches("branch:active") == [1, 4]
    assert matches("needle before:2020") == []
    assert matches("needle has:code project:nothing") == []


def test_every_filter_has_a_reader_and_a_meaning(db):
    from conversations.search.typed import KINDS, READERS

    assert set(READERS) == set(KINDS.values()) == set(Filters.KINDS)
    assert connection.vendor == "postgresql"
