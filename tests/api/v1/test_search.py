from datetime import UTC, datetime

import pytest

from conversations.models import Conversation


@pytest.fixture
def said(alice, project):
    """Three conversations about stars, and what was said in them."""
    first = Conversation.objects.start(alice, title="Star charts", project=project)
    first.append("user", "Which **star** is that? <b>Vega</b>?", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    first.append("assistant", "That star is Vega.", model="gpt-5", created_at=datetime(2026, 1, 2, tzinfo=UTC))
    second = Conversation.objects.start(alice, title="Night log")
    second.append("user", "star star star", external_id="log-1", created_at=datetime(2026, 2, 1, tzinfo=UTC))
    second.append("assistant", "```\nstar = 1\n```", created_at=datetime(2026, 2, 2, tzinfo=UTC))
    third = Conversation.objects.start(alice, title="Nothing of the kind", source="chatgpt")
    third.append("user", "star", created_at=datetime(2026, 3, 1, tzinfo=UTC))
    return first, second, third


def texts(answer):
    assert answer.status_code == 200, answer.content
    return [row["snippet"] for row in answer.json()["data"]]


def test_a_hit_tells_where_it_is_and_what_was_found(as_alice, said, typeid):
    found = as_alice.get("/search?q=vega").json()

    assert found["data"][1] == {
        "object": "search.hit",
        "conversation_id": typeid(said[0]),
        "item_id": typeid(said[0].messages.get(position=1)),
        "title": "Star charts",
        "role": "user",
        "snippet": "Which star is that? <b>Vega</b>?",
        "marks": [[23, 27]],
        "on_active_branch": True,
        "created_at": "2026-01-01T00:00:00.000000Z",
    }
    assert found["data"][0]["model"] == "gpt-5"
    assert (found["total"], found["total_is_exact"], found["has_more"], found["next_after"]) == (2, True, False, None)


def test_conversations_are_found_by_their_titles_beside_what_was_said(as_alice, said, typeid):
    [titled] = as_alice.get("/search?q=star").json()["conversations"]
    assert (titled["conversation_id"], titled["title"], titled["marks"]) == (typeid(said[0]), "Star charts", [[0, 4]])

    only = as_alice.get("/search?q=star&in=title").json()
    assert (only["data"], only["total"]) == ([], 1)
    assert [row["title"] for row in only["conversations"]] == ["Star charts"]


def test_results_are_walked_in_exact_order_of_time(as_alice, said):
    seen, after = [], ""
    while after is not None:
        page = as_alice.get(f"/search?q=star&limit=2&after={after}").json()
        seen += page["data"]
        after = page["next_after"]

    assert [row["created_at"][:10] for row in seen] == [
        "2026-03-01",
        "2026-02-02",
        "2026-02-01",
        "2026-01-02",
        "2026-01-01",
    ]
    assert seen[2]["item_id"] == "log-1"  # the id its client gave it


def test_the_best_come_first_when_asked_for(as_alice, said):
    assert texts(as_alice.get("/search?q=star&sort=best"))[0] == "Which star is that? <b>Vega</b>?"
    assert texts(as_alice.get("/search?q=star&sort=newest"))[0] == "star"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("q=star", 5), ("q=star&role=user", 3), ("q=star&role=user&role=assistant", 5), ("q=star role:assistant", 2),
        ("q=star&model=GPT-5", 1), ("q=star&model=gpt*", 1), ("q=star&source=chatgpt", 1), ("q=star&source=here", 4),
        ("q=star&has=code", 1), ("q=star&has=image", 0), ("q=star&created_after=2026-02-01T00:00:00Z", 3),
        ("q=star&created_before=2026-01-02T00:00:00Z", 1), ("q=star&project_id=none", 3), ("q=star&tag=seen", 2),
        ("q=star&branch=active", 5), ("q=star&branch=abandoned", 0), ("role=user", 3), ("q=star -vega", 3),
    ],
)  # fmt: skip
def test_a_search_is_narrowed(as_alice, said, query, count, typeid):
    as_alice.put(f"/conversations/{typeid(said[1])}/tags/seen")

    assert len(texts(as_alice.get(f"/search?{query}"))) == count


ENDS = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999999-12:00",
]


@pytest.mark.parametrize("moment", ENDS)
def test_the_ends_of_the_calendar_are_before_and_after_everything(as_alice, said, moment):
    is_early = moment.startswith("0001")

    assert len(texts(as_alice.get(f"/search?q=star&created_after={moment}"))) == (5 if is_early else 0)
    assert len(texts(as_alice.get(f"/search?q=star&created_before={moment}"))) == (0 if is_early else 5)
    for answer in (
        as_alice.get(f"/search/facets?q=star&created_after={moment}"),
        as_alice.get(f"/conversations?created_after={moment}&updated_before={moment}"),
    ):
        assert answer.status_code == 200


def test_a_search_stays_in_a_project(as_alice, said, project, typeid):
    assert len(texts(as_alice.get(f"/search?q=star&project_id={typeid(project)}"))) == 2


def test_what_was_not_understood_is_said(as_alice, said):
    assert "so far there are only words to leave out" in as_alice.get("/search?q=-star").json()["notice"]
    assert as_alice.get("/search").json()["data"] == []


@pytest.mark.parametrize(
    "query",
    [
        "q=%00", "q=x&role=nobody", "q=x&has=nothing", "q=x&branch=x", "q=x&in=x", "q=x&sort=x", "q=x&project_id=x",
        "q=x&created_after=yesterday", "q=x&limit=0", "q=x&after=x", "q=x&after=w1.2", "q=x&model=%00", "q=x&tag=%00",
        "q=x&project_id=proj_x", "q=x&after=w-99999999999999999.00000000000000000000000000000000",
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused(as_alice, query):
    refused = as_alice.get(f"/search?{query}")

    assert refused.status_code == 400
    assert refused.json()["code"] in ("invalid_request", "invalid_limit", "invalid_cursor")


def test_everybody_finds_what_they_may_read(as_bob, as_charlie, said, typeid, project):
    assert len(texts(as_bob.get("/search?q=star"))) == 2  # of the project that Bob is on
    assert texts(as_charlie.get("/search?q=star")) == []
    assert texts(as_charlie.get(f"/search?q=star&project_id={typeid(project)}")) == []
    assert as_charlie.get("/search?q=star").json()["conversations"] == []


def test_a_search_costs_the_same_however_much_it_finds(as_alice, said, django_assert_max_num_queries):
    as_alice.get("/search?q=star")
    with django_assert_max_num_queries(10) as few:
        as_alice.get("/search?q=star&limit=1")
    with django_assert_max_num_queries(len(few)):
        as_alice.get("/search?q=star&limit=100")


FACETS = ("role", "model", "project_id", "tag", "source", "has", "branch")


def test_each_facet_counts_what_its_parameter_then_finds(as_alice, said, typeid, project):
    as_alice.put(f"/conversations/{typeid(said[1])}/tags/seen")
    facets = as_alice.get("/search/facets?q=star").json()

    assert (facets["object"], facets["total"], facets["total_is_exact"]) == ("search.facets", 5, True)
    assert facets["role"] == [{"value": "user", "count": 3}, {"value": "assistant", "count": 2}]
    assert facets["model"] == [{"value": "gpt-5", "count": 1}]
    assert facets["project_id"] == [
        {"value": "none", "count": 3},
        {"value": typeid(project), "name": "Observatory", "count": 2},
    ]
    assert facets["tag"] == [{"value": "seen", "count": 2}]
    assert facets["source"] == [{"value": "here", "count": 4}, {"value": "chatgpt", "count": 1}]
    assert facets["has"] == [{"value": "code", "count": 1}]
    assert facets["branch"] == []
    assert [(month["value"], month["count"]) for month in facets["month"]] == [
        ("2026-03", 1),
        ("2026-02", 2),
        ("2026-01", 2),
    ]
    for name in FACETS:
        for facet in facets[name]:
            assert len(texts(as_alice.get(f"/search?q=star&{name}={facet['value']}"))) == facet["count"]
    for month in facets["month"]:
        period = f"created_after={month['created_after']}&created_before={month['created_before']}"
        assert len(texts(as_alice.get(f"/search?q=star&{period}"))) == month["count"]


def test_facets_are_of_the_search_as_it_is_narrowed(as_alice, said, typeid):
    narrowed = as_alice.get("/search/facets?q=star role:user&source=here").json()
    assert (narrowed["total"], narrowed["source"]) == (2, [{"value": "here", "count": 2}])

    said[0].reply(said[0].messages.first().position, "assistant", "Another star.")
    assert as_alice.get("/search/facets?q=star").json()["branch"] == [{"value": "abandoned", "count": 1}]
    assert as_alice.get("/search/facets").json()["total"] == 0
    assert as_alice.get("/search/facets?q=star&role=nobody").json()["code"] == "invalid_request"


def test_facets_tell_nobody_of_what_is_not_theirs(as_alice, as_bob, as_charlie, said, typeid):
    as_alice.put(f"/conversations/{typeid(said[0])}/tags/hers")

    shown = as_bob.get("/search/facets?q=star").json()
    assert (shown["total"], shown["tag"]) == (2, [])  # of the project that Bob is on, and no tag of Alice's
    assert [facet["name"] for facet in shown["project_id"]] == ["Observatory"]
    nothing = as_charlie.get("/search/facets?q=star").json()
    assert nothing["total"] == 0
    assert not any(nothing[name] for name in (*FACETS, "month"))


def test_what_a_filter_may_be_is_told_without_its_nothing(as_alice):
    assert as_alice.get("/search?q=x&in=x").json()["message"] == "in must be one of: title."


@pytest.mark.parametrize("name", ["in", "branch", "sort", "role", "has", "project_id"])
def test_an_empty_choice_is_none(as_alice, name):
    assert as_alice.get(f"/search?q=x&{name}=").status_code == 400
