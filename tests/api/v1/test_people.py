"""Who is let into a conversation or a project, by whom, and what it lets them do."""

import pytest

from accounts.models import AuditEvent, User
from conversations.models import Conversation


@pytest.fixture
def dora(alice):
    return User.objects.create(workspace=alice.workspace, external_id="app-user-7", name="Dora")


@pytest.fixture
def as_dora(dora, key_of, program):
    return program(key_of(dora))


@pytest.fixture(params=["conversation", "project"])
def thing(request, conversation, project, typeid):
    """(the address of its people, the address of the conversation that they then see)"""
    inside = f"/conversations/{typeid(conversation)}"
    return (f"{inside}/grants" if request.param == "conversation" else f"/projects/{typeid(project)}/members"), inside


def test_somebody_is_let_in_given_another_role_and_shown_out(as_alice, as_dora, dora, thing):
    people, inside = thing
    assert as_dora.get(inside).status_code == 404

    let_in = as_alice.post(people, {"user": "app-user-7", "role": "viewer"})
    assert let_in.status_code == 201
    assert {
        "id": dora.typeid,
        "name": "Dora",
        "external_id": "app-user-7",
        "role": "viewer",
    }.items() <= let_in.json().items()
    assert as_dora.get(inside).status_code == 200
    assert as_dora.patch(inside, {"title": "Ours"}).status_code == 403

    as_alice.post(people, {"user": dora.typeid, "role": "editor"})
    assert as_dora.patch(inside, {"title": "Ours"}).status_code == 200
    assert [row["role"] for row in as_alice.get(people).json()["data"] if row["id"] == dora.typeid] == ["editor"]

    for _ in range(2):
        assert as_alice.delete(f"{people}/app-user-7").json()["deleted"] is True
    assert as_dora.get(inside).status_code == 404
    actions = [event.action.partition(".")[2] for event in AuditEvent.objects.order_by("created_at", "id")]
    assert actions == ["create", "change", "delete"]


def test_people_are_named_by_id_e_mail_or_external_id(as_alice, bob, conversation, typeid):
    people = f"/conversations/{typeid(conversation)}/grants"

    for name in (typeid(bob), "bob@example.org", "BOB@example.org"):
        assert as_alice.post(people, {"user": name, "role": "viewer"}).json()["id"] == typeid(bob)
    assert len(as_alice.get(people).json()["data"]) == 1


def test_nobody_of_another_workspace_is_let_in(as_alice, charlie, thing, typeid):
    people, _ = thing
    for name in (typeid(charlie), "charlie@example.org", "nobody", "\\u0000"):
        refused = as_alice.post(people, {"user": name, "role": "viewer"})
        assert (refused.status_code, refused.json()["code"]) == (404, "user_not_found")


def test_the_owner_needs_no_grant(as_alice, alice, thing, typeid):
    refused = as_alice.post(thing[0], {"user": typeid(alice), "role": "viewer"})

    assert (refused.status_code, refused.json()["code"]) == (400, "owner_is_in")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "user is missing."),
        ({"role": "viewer"}, "user is missing."),
        ({"user": "x", "role": "king"}, "role must be one of: viewer, commenter, editor."),
        ({"user": "x", "role": "owner"}, "role must be one of: viewer, commenter, editor."),
        ({"user": 5, "role": "viewer"}, "user must be a string."),
    ],
)
def test_what_is_wrong_is_named(as_alice, thing, body, message):
    refused = as_alice.post(thing[0], body)

    assert (refused.status_code, refused.json()["message"]) == (400, message)


def test_only_the_owner_changes_who_is_in_and_who_is_in_knows_the_others_by_name(
    as_alice, as_bob, bob, dora, thing, typeid
):
    people, _ = thing
    as_alice.post(people, {"user": typeid(dora), "role": "viewer"})
    for role in ("viewer", "editor"):
        as_alice.post(people, {"user": typeid(bob), "role": role})
        seen = {row["name"]: row for row in as_bob.get(people).json()["data"]}
        assert (seen["Bob"]["role"], seen["Dora"]["role"]) == (role, "viewer")
        assert not {"email", "external_id"} & (seen["Bob"].keys() | seen["Dora"].keys())
        assert as_bob.post(people, {"user": typeid(dora), "role": "viewer"}).status_code == 403
        assert as_bob.delete(f"{people}/{typeid(dora)}").status_code == 403
        assert as_bob.delete(f"{people}/nobody@example.org").status_code == 403


def test_whoever_was_let_in_may_leave(as_alice, as_dora, dora, thing, typeid):
    people, inside = thing
    as_alice.post(people, {"user": typeid(dora), "role": "viewer"})

    assert as_dora.delete(f"{people}/{typeid(dora)}").json()["deleted"] is True
    assert as_dora.get(inside).status_code == 404
    assert as_dora.delete(f"{people}/{typeid(dora)}").status_code == 404
    assert AuditEvent.objects.latest("created_at").action.endswith(".leave")


def test_ownership_is_handed_over_to_somebody_of_the_workspace(as_alice, as_bob, alice, bob, charlie, thing, typeid):
    owner = thing[0].rpartition("/")[0] + "/owner"
    assert as_bob.put(owner, {"user": typeid(bob)}).status_code == 403
    for nobody in (typeid(charlie), "charlie@example.org", "nobody"):
        assert as_alice.put(owner, {"user": nobody}).json()["code"] == "user_not_found"
    assert as_alice.put(owner, {"user": typeid(alice)}).json()["code"] == "owner_is_in"

    assert as_alice.put(owner, {"user": "bob@example.org"}).json()["id"] == typeid(bob)
    assert as_alice.get(owner).json()["name"] == "Bob"
    assert [(row["name"], row["role"]) for row in as_bob.get(thing[0]).json()["data"]] == [("Alice", "editor")]
    assert as_alice.put(owner, {"user": typeid(alice)}).status_code == 403
    assert AuditEvent.objects.latest("created_at").action.endswith(".handover")


def test_a_project_is_not_handed_over_to_who_has_one_of_that_name(as_alice, as_bob, alice, bob, project, typeid):
    as_bob.post("/projects", {"name": "observatory"})

    refused = as_alice.put(f"/projects/{typeid(project)}/owner", {"user": typeid(bob)})

    assert (refused.status_code, refused.json()["code"]) == (409, "project_exists")
    assert refused.json()["message"].startswith("Whoever should get it has a project of that name already.")
    project.refresh_from_db()
    assert (project.owner, project.role_of(bob)) == (alice, "viewer")


def test_a_member_s_role_is_changed_at_their_own_address(as_alice, bob, dora, project, typeid):
    people = f"/projects/{typeid(project)}/members"

    assert as_alice.patch(f"{people}/{typeid(bob)}", {"role": "editor"}).json()["role"] == "editor"
    assert as_alice.patch(f"{people}/{typeid(dora)}", {"role": "editor"}).json()["code"] == "member_not_found"


def test_what_is_shared_with_me_is_a_list_of_its_own(as_alice, as_bob, as_dora, conversation, dora, typeid, alice):
    private = Conversation.objects.start(alice, title="Private")
    as_alice.post(f"/conversations/{typeid(private)}/grants", {"user": "app-user-7", "role": "viewer"})

    assert [row["title"] for row in as_dora.get("/conversations?shared=true").json()["data"]] == ["Private"]
    assert [row["title"] for row in as_bob.get("/conversations?shared=true").json()["data"]] == ["Choosing a telescope"]
    assert as_dora.get("/conversations").json()["total"] == 0
    assert as_alice.get("/conversations?shared=true").json()["total"] == 0


def test_a_list_of_people_costs_the_same_for_many(as_alice, alice, thing, django_assert_num_queries):
    people, _ = thing
    for n in range(5):
        User.objects.create(workspace=alice.workspace, external_id=f"u{n}")
        as_alice.post(people, {"user": f"u{n}", "role": "viewer"})

    with django_assert_num_queries(3):  # the key, what it is about, the people with their names
        assert len(as_alice.get(people).json()["data"]) >= 5


def test_a_stranger_finds_nobody(as_charlie, thing):
    people, _ = thing

    assert as_charlie.get(people).status_code == 404
    assert as_charlie.post(people, {"user": "x", "role": "viewer"}).status_code == 404
    assert as_charlie.delete(f"{people}/x").status_code == 404


def test_what_cannot_be_undone_is_the_owners_alone(as_alice, as_bob, conversation, bob, typeid):
    conversation.people.let_in(bob, "editor", by=conversation.owner)
    path = f"/conversations/{typeid(conversation)}"
    item = as_alice.get(path).json()["items"][0]["id"]
    as_bob.post(f"{path}/branches", {"name": "side"})
    hers = as_alice.upload(f"{path}/attachments", "hers.txt", b"hers").json()["id"]
    his = as_bob.upload(f"{path}/attachments", "his.txt", b"his").json()["id"]

    for piece in ("", f"/items/{item}", "/branches/side", f"/attachments/{hers}"):
        refused = as_bob.delete(f"{path}{piece}")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden"), piece
    assert conversation.messages.count() == 2
    assert as_bob.delete(f"{path}/attachments/{his}").status_code == 200

    for piece in (f"/attachments/{hers}", "/branches/side", f"/items/{item}", ""):
        assert as_alice.delete(f"{path}{piece}").status_code in (200, 204), piece
