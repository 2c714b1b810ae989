from urllib.parse import quote

import pytest

from conversations import limits
from conversations.models import Tag


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


def test_a_tag_is_made_renamed_and_deleted_and_the_conversation_stays(as_alice, path):
    made = as_alice.post("/tags", {"name": " Optics "})
    assert made.status_code == 201
    assert made.json() | {"id": 0, "created_at": 0} == {
        "id": 0,
        "object": "tag",
        "name": "Optics",
        "conversation_count": 0,
        "created_at": 0,
    }
    tag = made.json()["id"]
    as_alice.put(f"{path}/tags/{tag}")

    assert as_alice.patch(f"/tags/{tag}", {"name": "Glass"}).json()["name"] == "Glass"
    assert as_alice.get(f"/tags/{tag}").json()["conversation_count"] == 1
    assert as_alice.delete(f"/tags/{tag}").json() == {"id": tag, "object": "tag.deleted", "deleted": True}
    assert as_alice.get(f"{path}/tags").json()["data"] == []
    assert as_alice.get(path).status_code == 200


def test_a_tag_that_was_hung_somewhere_meanwhile_is_renamed_all_the_same(as_alice, path):
    made = as_alice.post("/tags", {"name": "Optics"})
    tag = f"/tags/{made.json()['id']}"
    as_alice.put(f"{path}{tag}")

    counted = as_alice.get(tag, If_None_Match=made["ETag"])
    assert (counted.json()["conversation_count"], counted["ETag"]) == (1, made["ETag"])
    renamed = as_alice.patch(tag, {"name": "Glass"}, If_Match=made["ETag"])
    assert (renamed.status_code, renamed.json()["conversation_count"]) == (200, 1)
    assert as_alice.delete(tag, If_Match=made["ETag"]).status_code == 412
    assert as_alice.delete(tag, If_Match=renamed["ETag"]).status_code == 200


def test_one_name_is_one_tag_capitals_aside(as_alice, as_bob, path):
    first = as_alice.post("/tags", {"name": "Łódź"}).json()["id"]

    again = as_alice.post("/tags", {"name": "łódź"})
    assert (again.status_code, again.json()["code"]) == (409, "tag_exists")
    other = as_alice.post("/tags", {"name": "Other"}).json()["id"]
    assert as_alice.patch(f"/tags/{other}", {"name": "ŁÓDŹ"}).json()["code"] == "tag_exists"
    assert as_alice.patch(f"/tags/{first}", {"name": "łódź"}).json()["name"] == "łódź"
    assert as_bob.post("/tags", {"name": "łódź"}).status_code == 201


def test_a_tag_is_hung_by_its_name_which_may_be_new(as_alice, path):
    hung = as_alice.put(f"{path}/tags/{quote('to read')}").json()
    again = as_alice.put(f"{path}/tags/{quote('To Read')}").json()

    assert hung["id"] == again["id"]
    assert [tag["name"] for tag in as_alice.get(f"{path}/tags").json()["data"]] == ["to read"]
    assert as_alice.delete(f"{path}/tags/{hung['id']}").json()["object"] == "conversation.tag.deleted"
    assert as_alice.delete(f"{path}/tags/{hung['id']}").status_code == 200
    assert as_alice.get("/tags/to%20read").json()["conversation_count"] == 0


def test_no_conversation_has_more_tags_than_one_can_read(as_alice, path):
    for n in range(limits.TAGS):
        as_alice.put(f"{path}/tags/t{n}")

    refused = as_alice.put(f"{path}/tags/one-more")

    assert (refused.status_code, refused.json()["code"]) == (400, "too_many_tags")
    assert as_alice.put(f"{path}/tags/t0").status_code == 200
    assert len(as_alice.get(f"{path}/tags").json()["data"]) == limits.TAGS


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb", 5, None, ["a"]])
def test_what_is_no_name_is_refused(as_alice, name):
    refused = as_alice.post("/tags", {"name": name})

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert not Tag.objects.exists()


def test_the_history_is_narrowed_to_tags(as_alice, path, django_assert_num_queries):
    other = as_alice.post("/conversations", {"title": "Other"}).json()["id"]
    for tag in ("one", "two"):
        as_alice.put(f"{path}/tags/{tag}")
    as_alice.put(f"/conversations/{other}/tags/two")

    def found(query):
        return {row["title"] for row in as_alice.get(f"/conversations?{query}").json()["data"]}

    assert found("tag=two") == {"Choosing a telescope", "Other"}
    assert found("tag=ONE&tag=two") == {"Choosing a telescope"}
    assert found("tag=unknown") == set()
    with django_assert_num_queries(3):  # the key, the tag, the rows
        as_alice.get("/conversations?tag=two")


def test_the_list_costs_the_same_however_many_tags_there_are(as_alice, path, django_assert_num_queries):
    for n in range(5):
        as_alice.put(f"{path}/tags/t{n}")

    with django_assert_num_queries(3):  # the key, the tags with their counts, how many there are
        first = as_alice.get("/tags?limit=2").json()
    assert [tag["name"] for tag in first["data"]] == ["t4", "t3"]
    assert (first["has_more"], first["total"]) == (True, 5)
    rest = as_alice.get(f"/tags?after={first['next_after']}").json()
    assert [tag["name"] for tag in rest["data"]] == ["t2", "t1", "t0"]
    assert as_alice.get("/tags?after=conv_x").json()["code"] == "invalid_cursor"


def test_everybody_has_tags_of_their_own(as_alice, as_bob, as_charlie, path):
    tag = as_alice.put(f"{path}/tags/mine").json()["id"]

    # A reader may order what they see, in words that are theirs.
    assert as_bob.get(f"{path}/tags").json()["data"] == []
    assert as_bob.put(f"{path}/tags/mine").json()["id"] != tag
    assert as_bob.put(f"{path}/tags/{tag}").json()["code"] == "tag_not_found"  # an id is never taken for a name
    for method, where in [("PUT", f"{path}/tags/x"), ("GET", f"{path}/tags"), ("DELETE", f"{path}/tags/x")]:
        assert as_charlie(method, where).json()["code"] == "conversation_not_found"
    for method in ("GET", "PATCH", "DELETE"):
        assert as_bob(method, f"/tags/{tag}", {"name": "x"}).json()["code"] == "tag_not_found"
