import pytest

from conversations.models import Conversation
from projects.models import Project


def make(orq, **body):
    answer = orq.post("/conversations", body)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_conversation_is_made_as_every_generation_of_the_client_asks_for_it(orq, alice, typeid):
    documented = make(orq, displayName="Support Chat #1234")
    older = make(orq, displayName="d", metadata={"entityId": None, "model": "openai/gpt"})
    newer = make(orq, projectId="p", displayName="Untitled")

    row = Conversation.objects.get(title="Support Chat #1234")
    assert documented == {
        "_id": typeid(row),
        "kind": "conversation",
        "displayName": "Support Chat #1234",
        "createdAt": int(row.created_at.timestamp() * 1000),
        "updatedAt": int(row.updated_at.timestamp() * 1000),
        "createdById": typeid(alice),
        "entityId": "",
        "metadata": {},
    }
    assert older["metadata"] == {"model": "openai/gpt"}
    assert (newer["displayName"], newer["metadata"]) == ("Untitled", {})
    assert Conversation.objects.get(title=None).metadata == {"projectId": "p"}


def test_a_name_is_kept_as_it_came(orq):
    assert make(orq)["displayName"] == "Untitled"
    assert make(orq, displayName="")["displayName"] == ""
    assert make(orq, displayName=" a\n ")["displayName"] == " a\n "
    assert make(orq, displayName="é" * 100)["displayName"] == "é" * 100
    assert make(orq, displayName=None, metadata=None, projectId=None)["displayName"] == "Untitled"


def test_a_project_of_one_s_own_is_joined_and_any_other_is_a_label(orq, alice, bob, project, typeid):
    theirs = Project.objects.start(bob, name="Bob's")
    make(orq, projectId=typeid(project), displayName="joined")
    make(orq, projectId=typeid(theirs), displayName="a label", metadata={"entityId": "agent"})

    assert Conversation.objects.get(title="joined").project == project
    labelled = Conversation.objects.get(title="a label")
    assert (labelled.project, labelled.metadata) == (None, {"entityId": "agent", "projectId": typeid(theirs)})


def test_of_metadata_three_keys_are_shown_and_only_with_their_type(orq, alice):
    made = make(orq, metadata={"generatingTitle": True, "entityId": "agent-1", "model": "m", "mine": [1]})
    assert made["metadata"] == {"generatingTitle": True, "entityId": "agent-1", "model": "m"}
    assert made["entityId"] == "agent-1"
    assert Conversation.objects.get().metadata["mine"] == [1]

    Conversation.objects.update(metadata={"generatingTitle": 1, "entityId": 7, "model": None, "x": None})
    shown = orq.get(f"/conversations/{made['_id']}").json()
    assert (shown["metadata"], shown["entityId"]) == ({}, "")


@pytest.mark.parametrize(
    "body",
    [
        {"displayName": "x" * 101}, {"displayName": 5}, {"displayName": ["x"]}, {"metadata": []}, {"metadata": "x"},
        {"metadata": {"generatingTitle": "yes"}}, {"metadata": {"generatingTitle": 1}}, {"metadata": {"entityId": 5}},
        {"metadata": {"model": []}}, {"projectId": 7}, {"projectId": "x" * 257}, [], "x", 5,
        {"metadata": {"x": "x" * 65_536}}, {"metadata": {"x": "x" * 65_520}, "projectId": "x" * 50},
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_one_message(orq, body):
    answer = orq.post("/conversations", body)

    assert answer.status_code == 400
    assert list(answer.json()) == ["message"]
    assert not Conversation.objects.exists()


def test_a_refusal_names_the_field(orq):
    refused = orq.post("/conversations", {"metadata": {"entityId": 5}})
    assert refused.json() == {"message": "metadata.entityId must be a string."}
    assert orq.post("/conversations", {"displayName": "x" * 101}).json() == {
        "message": "displayName must be at most 100 characters long."
    }


def test_a_change_changes_what_is_named_and_merges_metadata(orq):
    made = make(orq, displayName="a", metadata={"entityId": "e", "model": "m", "other": 1})
    path = f"/conversations/{made['_id']}"

    changed = orq.patch(path, {"metadata": {"entityId": None, "generatingTitle": True}})
    assert changed.status_code == 200
    assert (changed.json()["displayName"], changed.json()["metadata"]) == ("a", {"model": "m", "generatingTitle": True})
    assert Conversation.objects.get().metadata == {"model": "m", "other": 1, "generatingTitle": True}
    assert orq.patch(path, {"displayName": "b"}).json()["metadata"] == changed.json()["metadata"]
    assert orq.patch(path, {"displayName": "Untitled"}).json()["displayName"] == "Untitled"
    assert Conversation.objects.get().title is None


@pytest.mark.usefixtures("time_machine_frozen")
def test_every_change_is_later_than_the_one_before_in_milliseconds(orq):
    made = make(orq, displayName="a")
    path = f"/conversations/{made['_id']}"

    times = [made["updatedAt"]]
    for n in range(3):
        times.append(orq.patch(path, {"displayName": str(n), "metadata": {"model": str(n)}}).json()["updatedAt"])

    assert times == sorted(set(times))
    assert orq.get(path).json()["updatedAt"] == times[-1]


def test_a_change_of_nothing_changes_nothing(orq):
    made = make(orq, displayName="a")

    for nothing in ({}, {"kind": "x", "createdAt": 0, "_id": "conv_x"}, {"displayName": None, "metadata": None}):
        assert orq.patch(f"/conversations/{made['_id']}", nothing).json() == made


@pytest.mark.parametrize("body", [{"displayName": "x" * 101}, {"metadata": {"model": 5}}, {"metadata": 5}, []])
def test_a_change_that_cannot_be_is_refused(orq, body):
    made = make(orq, displayName="a")

    assert orq.patch(f"/conversations/{made['_id']}", body).status_code == 400
    assert orq.get(f"/conversations/{made['_id']}").json()["displayName"] == "a"


def test_metadata_that_grow_too_large_are_refused_whole(orq):
    made = make(orq, displayName="a", metadata={"x": "x" * 40_000})

    answer = orq.patch(f"/conversations/{made['_id']}", {"displayName": "b", "metadata": {"y": "y" * 40_000}})

    assert answer.status_code == 400
    assert orq.get(f"/conversations/{made['_id']}").json()["displayName"] == "a"


def test_a_title_longer_than_orq_s_own_is_shown_whole(orq, as_alice):
    made = as_alice.post("/conversations", {"title": "x" * 256}).json()

    assert orq.get(f"/conversations/{made['id']}").json()["displayName"] == "x" * 256


def test_deleting_is_final_and_says_nothing(orq, as_alice):
    made = make(orq, displayName="a")
    gone = orq.delete(f"/conversations/{made['_id']}")

    assert (gone.status_code, gone.content) == (204, b"")
    for again in (orq.delete, orq.get, as_alice.get):
        assert again(f"/conversations/{made['_id']}").status_code == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_not_there_is_refused_in_the_vendor_s_words(orq, orq_of_charlie, conversation, typeid, method):
    theirs = typeid(conversation)

    for spelled in (theirs, "conv_01jj1hdhn7f9ts7a01wb3hysdb", theirs.upper(), theirs[:-1], "x", str(conversation.pk)):
        answer = orq_of_charlie(method, f"/conversations/{spelled}", {} if method == "PATCH" else None)
        assert (answer.status_code, answer.json()) == (404, {"message": "Conversation not found"})
        assert answer["Content-Type"] == "application/json"
    refused = orq_of_charlie.post(f"/conversations/{theirs}/generate-name", {"context": "x"})
    assert (refused.status_code, refused.json()) == (404, {"message": "Conversation not found"})


def test_who_was_let_in_may_read_and_nothing_else(orq_of_bob, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}"

    assert orq_of_bob.get(path).status_code == 200
    assert orq_of_bob.patch(path, {"displayName": "b"}).status_code == 403
    assert orq_of_bob.delete(path).status_code == 403
    assert orq_of_bob.get("/conversations").json()["data"] == []


def test_credentials_verbs_scopes_and_bodies_are_checked(client, orq, program, alice, key_of):
    nobody = client.get("/v2/conversations")
    assert (nobody.status_code, nobody["WWW-Authenticate"], list(nobody.json())) == (401, "Bearer", ["message"])
    for method in ("DELETE", "PATCH", "PUT"):
        for path in ("/conversations/", "/conversations"):
            refused = orq(method, path)
            assert (refused.status_code, refused["Allow"]) == (405, "HEAD, GET, POST")
            assert list(refused.json()) == ["message"]
    reading = program(key_of(alice, scopes=["conversations:read"]), prefix="/v2")
    assert reading.get("/conversations").status_code == 200
    assert reading.post("/conversations", {}).status_code == 403
    assert list(orq("POST", "/conversations", raw=b"{").json()) == ["message"]


@pytest.mark.parametrize("path", ["/", "/x", "/responses", "/generate-name/"])
def test_what_orq_has_and_parley_has_not_is_404(orq, conversation, typeid, path):
    answer = orq.post(f"/conversations/{typeid(conversation)}{path}", {})

    assert answer.status_code == 404
    assert list(answer.json()) == ["message"]


def test_a_conversation_is_the_same_at_every_prefix(orq, as_alice):
    made = make(orq, displayName="a", metadata={"entityId": "e", "more": {"x": None}})

    seen = as_alice.get(f"/conversations/{made['_id']}").json()
    assert (seen["title"], seen["metadata"]) == ("a", {"entityId": "e", "more": {"x": None}})
    as_alice.patch(f"/conversations/{made['_id']}", {"title": "b"})
    assert orq.get(f"/conversations/{made['_id']}").json()["displayName"] == "b"
