import pytest

from conversations.models import Conversation


def test_the_guide_s_first_calls_answer_as_it_shows(as_alice):
    created = as_alice.post("/conversations", {"title": "Project Planning"})
    assert created.status_code == 201
    conversation = created.json()
    assert conversation["object"] == "conversation"
    assert conversation["title"] == "Project Planning"
    assert (conversation["metadata"], conversation["item_count"], conversation["active_branch"]) == ({}, 0, "MAIN")
    assert conversation["created_at"].endswith("Z")
    assert len(conversation["created_at"]) == 27

    path = f"/conversations/{conversation['id']}"
    said = as_alice.post(f"{path}/items", {"role": "user", "content": "Let's plan"})
    assert said.status_code == 201
    assert said.json()["content"] == "Let's plan"
    assert said.json()["sequence_number"] == 1

    whole = as_alice.get(path).json()
    assert whole["items"][0]["content"] == "Let's plan"
    assert whole["items"][0]["parts"] == [{"type": "input_text", "text": "Let's plan", "input_text": "Let's plan"}]
    assert (whole["items_has_more"], whole["items_next_after"], whole["item_count"]) == (False, None, 1)

    gone = as_alice.delete(path)
    assert (gone.status_code, gone.content, gone.get("Content-Type")) == (204, b"", None)
    assert as_alice.get(path).json()["code"] == "conversation_not_found"


def test_a_conversation_begins_with_all_its_items_or_not_at_all(as_alice, alice):
    items = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]
    assert as_alice.post("/conversations", {"items": items}).json()["item_count"] == 2

    refused = as_alice.post("/conversations", {"title": "Half", "items": [*items, {"role": "nobody", "content": "x"}]})
    assert refused.status_code == 400
    assert refused.json()["message"].startswith("items[2].role must be one of: user, assistant, system, ")
    assert Conversation.objects.filter(owner=alice).count() == 1


def test_a_list_is_walked_to_its_end(as_alice, django_assert_num_queries):
    made = [as_alice.post("/conversations", {"title": f"Number {n}"}).json()["id"] for n in range(5)]

    first = as_alice.get("/conversations?limit=2&sort=created_at").json()
    assert [row["id"] for row in first["data"]] == made[:2:-1]
    assert (first["has_more"], first["next_after"], first["total"]) == (True, made[3], 5)
    with django_assert_num_queries(3):  # the key, where the cursor stands, the rows with how many there are
        second = as_alice.get(f"/conversations?limit=3&sort=created_at&after={made[3]}").json()
    assert [row["id"] for row in second["data"]] == made[2::-1]
    assert (second["has_more"], second["next_after"]) == (False, None)


def test_each_says_whose_it_is_and_what_the_caller_may_do(as_alice, as_bob, alice, bob, conversation, project, typeid):
    path, hers = f"/conversations/{typeid(conversation)}", {"id": typeid(alice), "name": "Alice"}

    def standing(told):
        return told["owner"], told["role"]

    assert standing(as_alice.get(path).json()) == (hers, "owner")
    assert standing(as_alice.post("/conversations", {}).json()) == (hers, "owner")
    for role in ("viewer", "commenter", "editor"):
        project.people.let_in(bob, role, by=alice)
        assert standing(as_bob.get(path).json()) == (hers, role)
        assert [standing(row) for row in as_bob.get("/conversations?shared=true").json()["data"]] == [(hers, role)]
    conversation.people.let_in(bob, "viewer", by=alice)  # less than the project lets him
    assert [row["role"] for row in as_bob.get("/conversations?shared=true").json()["data"]] == ["editor"]

    project.hand_over(bob, by=alice)
    inside = f"/projects/{typeid(project)}/conversations"
    assert [standing(row) for row in as_bob.get(inside).json()["data"]] == [(hers, "editor")]
    assert [standing(row) for row in as_alice.get(inside).json()["data"]] == [(hers, "owner")]


def test_whoever_may_do_more_by_now_is_sent_it_again(as_bob, alice, bob, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}"
    etag = as_bob.get(path)["ETag"]
    assert as_bob.get(path, If_None_Match=etag).status_code == 304

    conversation.people.let_in(bob, "editor", by=alice)

    again = as_bob.get(path, If_None_Match=etag)
    assert (again.status_code, again.json()["role"]) == (200, "editor")
    assert as_bob.patch(path, {"title": "Ours"}, If_Match=again["ETag"]).status_code == 200


def test_whose_they_are_costs_the_same_for_many(as_bob, alice, bob, project, django_assert_num_queries):
    for n in range(10):
        Conversation.objects.start(alice, title=f"Number {n}").people.let_in(bob, "viewer", by=alice)
        Conversation.objects.start(alice, title=f"Inside {n}", project=project)

    rows = as_bob.get("/conversations?shared=true&limit=100").json()["data"]
    assert {(row["owner"]["name"], row["role"]) for row in rows} == {("Alice", "viewer")}
    assert len(rows) == 20
    with django_assert_num_queries(3):  # the key, the rows with what lets him in, how many there are
        as_bob.get("/conversations?shared=true&limit=5")
    with django_assert_num_queries(4):  # and the project
        as_bob.get(f"/projects/{project.typeid}/conversations?limit=5")


def test_a_walk_goes_on_behind_a_row_that_was_deleted(as_alice):
    made = [as_alice.post("/conversations", {"title": f"Number {n}"}).json()["id"] for n in range(4)]
    as_alice.delete(f"/conversations/{made[2]}")

    rest = as_alice.get(f"/conversations?sort=created_at&after={made[2]}").json()

    assert [row["id"] for row in rest["data"]] == made[1::-1]


@pytest.mark.parametrize("after", ["conv_00000000000000000000000000", "x", "%00", "conv_"])
def test_an_unknown_cursor_is_refused(as_alice, after):
    refused = as_alice.get(f"/conversations?after={after}")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_cursor")


def test_a_rename_leaves_metadata_alone_and_null_clears(as_alice):
    made = as_alice.post("/conversations", {"title": "Old", "metadata": {"a": 1}, "referrer": "app"}).json()
    path = f"/conversations/{made['id']}"

    renamed = as_alice.patch(path, {"title": "New"}).json()
    assert (renamed["title"], renamed["metadata"], renamed["referrer"]) == ("New", {"a": 1}, "app")
    assert renamed["updated_at"] > made["updated_at"]

    cleared = as_alice.post(path, {"title": None, "metadata": None, "referrer": None}).json()
    assert (cleared["title"], cleared["metadata"]) == ("", {})
    assert "referrer" not in cleared


def test_two_editors_never_silently_overwrite_each_other(as_alice):
    made = as_alice.post("/conversations", {"title": "Old"})
    path, etag = f"/conversations/{made.json()['id']}", made["ETag"]

    assert as_alice.patch(path, {"title": "One"}, If_Match=etag).status_code == 200
    stale = as_alice.patch(path, {"title": "Two"}, If_Match=etag)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert as_alice.get(path).json()["title"] == "One"


@pytest.mark.parametrize(("method", "below"), [("DELETE", ""), ("PUT", "/archive"), ("DELETE", "/archive")])
def test_what_somebody_else_has_changed_is_neither_deleted_nor_archived(as_alice, method, below):
    made = as_alice.post("/conversations", {"title": "Old"})
    path, etag = f"/conversations/{made.json()['id']}", made["ETag"]
    now = as_alice.patch(path, {"title": "New"})

    stale = as_alice(method, path + below, If_Match=etag)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert as_alice.get(path)["ETag"] == now["ETag"]
    assert as_alice(method, path + below, If_Match=now["ETag"]).status_code < 300


def test_what_has_not_changed_is_not_sent_again(as_alice):
    made = as_alice.post("/conversations", {"title": "Same"})

    again = as_alice.get(f"/conversations/{made.json()['id']}", If_None_Match=made["ETag"])

    assert (again.status_code, again.content) == (304, b"")


def test_what_shows_other_branches_by_now_is_sent_again(as_alice):
    made = as_alice.post("/conversations", {"items": [{"role": "user", "content": "Hello"}]})
    path, etag = f"/conversations/{made.json()['id']}", made["ETag"]

    for verb, below, body in (
        ("POST", "/branches", {"name": "side"}),
        ("POST", "/branches/side/activate", None),
        ("PATCH", "/branches/side", {"name": "aside"}),
    ):
        assert as_alice(verb, path + below, body).status_code < 300
        again = as_alice.get(path, If_None_Match=etag)
        assert (again.status_code, again["ETag"] != etag) == (200, True)
        etag = again["ETag"]


def test_bulk_delete_tells_what_it_could_not_delete(as_alice, as_charlie):
    mine = as_alice.post("/conversations", {}).json()["id"]
    foreign = as_charlie.post("/conversations", {}).json()["id"]

    answer = as_alice.post("/conversations/bulk-delete", {"conversation_ids": [mine, foreign, "conv_456", mine]})

    assert answer.json() == {"deleted_count": 1, "failed_count": 2, "failed_ids": [foreign, "conv_456"]}
    assert as_charlie.get(f"/conversations/{foreign}").status_code == 200


def test_a_list_can_be_narrowed(as_alice, alice):
    project = as_alice.post("/projects", {"name": "Garden"}).json()["id"]
    as_alice.post("/conversations", {"title": "In it", "project_id": project})
    as_alice.post("/conversations", {"title": "Sent", "referrer": "kiosk"})
    Conversation.objects.start(alice, title="Imported", source="chatgpt", model="gpt-5", external_id="c-1")

    for query, titles in {
        f"project_id={project}": {"In it"},
        "project_id=none": {"Sent", "Imported"},
        "source=chatgpt": {"Imported"},
        "source=here": {"In it", "Sent"},
        "model=gpt-5&external_id=c-1": {"Imported"},
        "referrer=kiosk": {"Sent"},
        "referrer=kiosk&source=chatgpt": set(),
    }.items():
        found = as_alice.get(f"/conversations?{query}").json()
        assert {row["title"] for row in found["data"]} == titles, query
        assert found["total"] == len(titles)
    assert as_alice.get("/conversations?project_id=nothing").status_code == 400


def test_everything_is_deleted_only_by_the_address_without_a_slash(as_alice, as_charlie):
    as_alice.post("/conversations", {})
    as_charlie.post("/conversations", {})

    assert as_alice.delete("/conversations/").status_code == 404
    assert as_alice.delete("/conversations").json() == {
        "object": "conversations.deleted",
        "deleted": True,
        "deleted_count": 1,
    }
    assert Conversation.objects.count() == 1


def test_strangers_find_nothing_and_readers_may_not_write(as_bob, as_charlie, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}"

    assert as_bob.get(path).status_code == 200
    assert as_bob.patch(path, {"title": "Mine"}).status_code == 403
    assert as_bob.delete(path).status_code == 403
    unknown = as_charlie.get("/conversations/conv_00000000000000000000000000").json()
    for method in ("GET", "PATCH", "DELETE"):
        foreign = as_charlie(method, path, {"title": "Mine"})
        assert foreign.status_code == 404
        assert foreign.json() | {"request_id": 0} == unknown | {"request_id": 0}
