import pytest

from conversations.models import Conversation


@pytest.fixture
def made(orq, charlie):
    """Ids of five, oldest first, and one of somebody else's."""
    Conversation.objects.start(charlie, title="secret")
    return [orq.post("/conversations", {"displayName": str(n)}).json()["_id"] for n in range(5)]


def ids(answer):
    assert answer.status_code == 200, answer.content
    assert list(answer.json()) == ["object", "data", "has_more"]
    assert answer.json()["object"] == "list"
    return [row["_id"] for row in answer.json()["data"]], answer.json()["has_more"]


@pytest.mark.parametrize("path", ["/conversations", "/conversations/"])
@pytest.mark.parametrize("after", ["starting_after", "startingAfter"])
@pytest.mark.parametrize("before", ["ending_before", "endingBefore"])
def test_the_list_is_walked_in_both_directions(orq, made, path, after, before, django_assert_num_queries):
    newest = made[::-1]
    with django_assert_num_queries(2):  # the key, the page
        assert ids(orq.get(f"{path}?limit=2")) == (newest[:2], True)
    with django_assert_num_queries(3):  # the key, the place, the page
        assert ids(orq.get(f"{path}?limit=2&{after}={newest[1]}")) == (newest[2:4], True)
    assert ids(orq.get(f"{path}?limit=2&{after}={newest[3]}")) == (newest[4:], False)
    assert ids(orq.get(f"{path}?limit=2&{after}={newest[4]}")) == ([], False)

    assert ids(orq.get(f"{path}?limit=2&{before}={newest[4]}")) == (newest[2:4], True)
    assert ids(orq.get(f"{path}?limit=2&{before}={newest[2]}")) == (newest[:2], False)
    assert ids(orq.get(f"{path}?limit=2&{before}={newest[1]}")) == (newest[:1], False)
    assert ids(orq.get(f"{path}?limit=2&{before}={newest[0]}")) == ([], False)


def test_ten_come_where_nobody_says_how_many(orq):
    for _ in range(11):
        orq.post("/conversations/", {})

    listed, has_more = ids(orq.get("/conversations"))
    assert (len(listed), has_more) == (10, True)
    assert ids(orq.get("/conversations?limit=11"))[1] is False
    assert ids(orq.get("/conversations?limit=100"))[1] is False


@pytest.mark.parametrize("limit", ["0", "101", "-1", "1.0", "x", "", "%2B5", "1e1", "٣", "9" * 400])
def test_a_limit_out_of_bounds_is_refused_and_never_cut(orq, limit):
    answer = orq.get(f"/conversations?limit={limit}")

    assert (answer.status_code, answer.json()) == (400, {"message": "limit must be a whole number from 1 to 100."})


def test_a_walk_goes_on_behind_what_was_deleted(orq, made):
    orq.delete(f"/conversations/{made[2]}")

    assert ids(orq.get(f"/conversations?starting_after={made[2]}")) == ([made[1], made[0]], False)
    assert ids(orq.get(f"/conversations?ending_before={made[2]}")) == ([made[4], made[3]], False)


def test_a_walk_never_starts_again_silently(orq, orq_of_charlie, made):
    foreign = orq_of_charlie.get("/conversations").json()["data"][0]["_id"]

    for place in (foreign, "conv_01jj1hdhn7f9ts7a01wb3hysdb", "x", "", made[0].upper(), "%00"):
        for name in ("starting_after", "startingAfter", "ending_before", "endingBefore"):
            answer = orq.get(f"/conversations?{name}={place}")
            assert (answer.status_code, list(answer.json())) == (400, ["message"])
    assert orq.get(f"/conversations?starting_after={made[0]}&ending_before={made[1]}").status_code == 400


def test_a_walk_is_stable_while_rows_change(orq, made):
    first, _ = ids(orq.get("/conversations?limit=3"))
    orq.patch(f"/conversations/{made[0]}", {"displayName": "changed"})
    orq.post("/conversations", {"displayName": "new"})

    assert ids(orq.get(f"/conversations?starting_after={first[-1]}")) == ([made[1], made[0]], False)


def test_a_list_is_narrowed_to_an_entity(orq, made, as_alice):
    entity = [orq.post("/conversations", {"metadata": {"entityId": "a/1"}}).json()["_id"] for _ in range(2)]
    as_alice.patch(f"/conversations/{made[0]}", {"metadata": {"entityId": 5}})

    assert ids(orq.get("/conversations/?entityId=a/1")) == (entity[::-1], False)
    assert ids(orq.get(f"/conversations/?entityId=a/1&starting_after={entity[1]}")) == ([entity[0]], False)
    assert ids(orq.get("/conversations?entityId=5")) == ([], False)
    assert len(ids(orq.get("/conversations"))[0]) == 7  # all, not only those without an entity
    assert orq.get("/conversations?entityId=%00").status_code == 400


def test_nothing_in_an_answer_is_null(orq, made, as_alice):
    as_alice.post("/conversations", {"metadata": {"entityId": None, "model": None}})
    as_alice.post(f"/conversations/{made[0]}/items", {"role": "user", "content": "x"})

    assert b"null" not in orq.get("/conversations").content
    assert b"null" not in orq.get(f"/conversations/{made[0]}").content
