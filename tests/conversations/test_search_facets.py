"""What was found, counted by what it could be narrowed to: each count is what the filter then finds."""

from datetime import UTC, datetime, timedelta

import pytest

from conversations.models import Message
from conversations.search import Filter, Period
from projects.models import Project
from tests.conversations.conftest import NOON


def counts(facets, kind):
    return {count.filter.value: count.number for count in facets.counts.get(kind, [])}


def test_hits_are_counted_by_everything_they_could_be_narrowed_to(alice, variety, project):
    facets = Message.objects.facets("needle", alice)

    assert (facets.total, facets.is_all) == (13, True)
    assert counts(facets, "role") == {"user": 11, "assistant": 1, "tool": 1}
    assert counts(facets, "model") == {"gpt-4o-mini": 1}
    assert counts(facets, "source") == {"": 12, "chatgpt": 1}
    assert counts(facets, "project") == {None: 12, project.pk: 1}
    assert counts(facets, "tag") == {"Garden": 1, "Night sky": 1}
    assert counts(facets, "has") == {"code": 2, "file": 2, "image": 1}
    assert [(f"{count.filter.value.start:%Y-%m}", count.number) for count in facets.counts["date"]] == [
        ("2026-03", 1),
        ("2026-02", 11),
        ("2019-06", 1),
    ]
    assert "branch" not in facets.counts


@pytest.mark.parametrize("text", ["needle", "need*", "role:user", "needle after:2020", '"needle"'])
def test_each_count_is_what_the_filter_then_finds(alice, variety, text):
    for counts in Message.objects.facets(text, alice).counts.values():
        for (kind, value, _), number, _ in counts:
            found = Message.objects.search(text, alice, **{kind: [value]})
            assert found.hits_total == number, (kind, value)


def test_of_very_many_the_newest_are_counted_and_it_is_told(alice, say, monkeypatch):
    monkeypatch.setattr("conversations.search.finding.MOST", 3)
    say(*["needle"] * 5)

    facets = Message.objects.facets("needle", alice)

    assert (facets.total, facets.is_all) == (3, False)
    assert counts(facets, "role") == {"user": 3}


def test_what_is_on_a_branch_that_was_left_is_counted(alice, forked, monkeypatch):
    assert counts(Message.objects.facets("needle", alice), "branch") == {"abandoned": 2}
    assert Message.objects.facets("four", alice).counts.get("branch") is None
    monkeypatch.setattr("conversations.search.counting.TREES", 3)
    assert counts(Message.objects.facets("needle", alice), "branch") == {"abandoned": None}


def test_others_projects_and_tags_are_not_told(alice, bob, charlie, variety, project):
    seen = Message.objects.facets("needle", bob)
    assert counts(seen, "project") == {project.pk: 1}
    assert "tag" not in seen.counts
    assert Message.objects.facets("needle", charlie).counts == {}

    Project.objects.update(name="Secret")
    message = variety["in project"]
    message.conversation.grants.create(user=bob)
    Project.objects.get().members.all().delete()
    assert counts(Message.objects.facets("needle", bob), "project") == {}


def test_a_month_begins_where_the_reader_lives(alice, say, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    say("needle", at=datetime(2026, 1, 31, 20, tzinfo=UTC))

    (count,) = Message.objects.facets("needle", alice).counts["date"]

    assert count.filter == Filter(
        "date", Period(datetime(2026, 1, 31, 11, tzinfo=UTC), datetime(2026, 2, 28, 11, tzinfo=UTC))
    )
    assert Message.objects.search("needle", alice, date=count.filter.value).hits_total == 1


@pytest.mark.parametrize("year", [2, 1899, 9000, 9998])
def test_what_no_month_can_be_typed_for_is_in_none(alice, say, year):
    say("needle")
    say("needle", at=datetime(year, 12, 31, tzinfo=UTC))

    facets = Message.objects.facets("needle", alice)

    assert (facets.total, [count.number for count in facets.counts["date"]]) == (2, [1])


def test_words_nobody_wrote_are_counted_as_beginnings(alice, say):
    say("needles")
    assert Message.objects.facets("needl", alice).total == 1


def test_nothing_is_counted_of_nothing(alice, say):
    say("needle", title="needle", at=NOON - timedelta(days=1))

    for text in ("", "?", "absent", "-needle", "in:title needle", "project:none tag:none"):
        assert Message.objects.facets(text, alice).counts == {}
