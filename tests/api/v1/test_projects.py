import pytest

from accounts.models import AuditEvent
from conversations.models import Conversation
from projects.models import Project, ProjectMember


def test_a_project_is_made_shown_changed_and_deleted(as_alice):
    made = as_alice.post(
        "/projects", {"title": " My AI Research ", "description": "A note", "instruction": "Be brief."}
    )
    project = made.json()
    assert made.status_code == 201
    assert project == {
        "id": project["id"],
        "object": "project",
        "title": "My AI Research",
        "name": "My AI Research",
        "description": "A note",
        "instruction": "Be brief.",
        "is_favorite": False,
        "is_archived": False,
        "created_at": project["created_at"],
        "updated_at": project["updated_at"],
    }
    path = f"/projects/{project['id']}"
    assert as_alice.get(path).json() == project

    changed = as_alice.patch(path, {"name": "Optics", "instruction": None, "is_archived": True}).json()
    assert (changed["title"], changed["is_archived"], changed["description"]) == ("Optics", True, "A note")
    assert "archived_at" in changed
    assert "instruction" not in changed
    assert changed["updated_at"] > project["updated_at"]
    assert "archived_at" not in as_alice.patch(path, {"is_archived": False}).json()

    assert as_alice.delete(path).json() == {"id": project["id"], "object": "project", "deleted": True}
    assert as_alice.get(path).json()["code"] == "project_not_found"
    assert AuditEvent.objects.filter(action="project.delete").count() == 1


def test_two_editors_of_a_project_never_silently_overwrite_each_other(as_alice, as_bob, bob, project, typeid):
    project.people.let_in(bob, "editor", by=project.owner)
    path = f"/projects/{typeid(project)}"
    etag = as_alice.get(path)["ETag"]
    assert as_bob.get(path)["ETag"] == etag

    changed = as_bob.patch(path, {"instruction": "Be brief."}, If_Match=etag)
    stale = as_alice.patch(path, {"instruction": "Be thorough."}, If_Match=etag)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert as_alice.delete(path, If_Match=etag).status_code == 412
    assert as_alice.get(path).json() == changed.json()
    assert as_alice.patch(path, {"instruction": "Be thorough."}, If_Match=changed["ETag"]).status_code == 200


def test_the_same_name_twice_is_refused_with_the_id_of_the_first(as_alice, as_charlie):
    first = as_alice.post("/projects", {"name": "Optics"}).json()["id"]
    other = as_alice.post("/projects", {"name": "Travel"}).json()["id"]

    for answer in (
        as_alice.post("/projects", {"title": "optics"}),
        as_alice.patch(f"/projects/{other}", {"title": "OPTICS"}),
        as_alice.post("/projects", {"title": "Optics"}, Idempotency_Key="k"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, first)
    assert as_charlie.post("/projects", {"name": "Optics"}).status_code == 201
    assert as_alice.get(f"/projects/{other}").json()["title"] == "Travel"


def test_who_renames_somebody_else_s_is_not_told_the_id_of_the_one_that_has_the_name(as_alice, as_bob, bob, project):
    as_alice.post("/projects", {"name": "Optics"})
    project.people.let_in(bob, "editor", by=project.owner)

    refused = as_bob.patch(f"/projects/{project.typeid}", {"name": "optics"})

    assert (refused.status_code, refused.json()["code"]) == (409, "project_exists")
    assert refused.json()["message"] == "Its owner has a project of that name already."


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "title is missing."),
        ({"title": None}, "title is missing."),
        ({"title": " \n "}, "title must be 1 to 120 characters"),
        ({"title": "x" * 121}, "title must be at most 120 characters"),
        ({"title": "a\tb"}, "title must be 1 to 120 characters"),
        ({"title": 5}, "title must be a string."),
        ({"title": "a", "name": "b"}, "title and name are one field"),
        ({"title": "a", "description": "x" * 4_097}, "description must be at most"),
        ({"title": "a", "instruction": "x" * 32_769}, "instruction must be at most"),
        ({"title": "a", "is_favorite": "yes"}, "is_favorite must be true or false."),
        ([], "The body must be an object."),
    ],
)
def test_what_is_wrong_is_named(as_alice, body, message):
    refused = as_alice.post("/projects", body)

    assert refused.status_code == 400
    assert refused.json()["message"].startswith(message)
    assert not Project.objects.exists()


def test_a_list_is_walked_to_its_end(as_alice, django_assert_num_queries):
    made = [as_alice.post("/projects", {"title": f"Number {n}"}).json()["id"] for n in range(5)]

    with django_assert_num_queries(3):  # the key, the rows, how many
        first = as_alice.get("/projects?limit=2&sort=created_at").json()
    assert [row["id"] for row in first["data"]] == made[:2:-1]
    assert (first["has_more"], first["next_after"], first["total"]) == (True, made[3], 5)
    assert first["next_cursor"] == made[3]
    rest = as_alice.get(f"/projects?after={made[3]}&sort=created_at").json()
    assert [row["id"] for row in rest["data"]] == made[2::-1]
    assert as_alice.get("/projects?after=x").json()["code"] == "invalid_cursor"


def test_conversations_are_listed_by_project_and_stay_when_it_goes(as_alice, conversation, project, typeid):
    other = as_alice.post("/conversations", {"title": "Elsewhere"}).json()["id"]
    path = f"/projects/{typeid(project)}"
    before = as_alice.get(f"/conversations/{typeid(conversation)}").json()

    rows = as_alice.get(f"{path}/conversations").json()["data"]
    assert [row["id"] for row in rows] == [typeid(conversation)]
    as_alice.delete(path)

    after = as_alice.get(f"/conversations/{typeid(conversation)}").json()
    assert "project_id" not in after
    assert after["updated_at"] > before["updated_at"]
    assert Conversation.objects.count() == 2
    assert as_alice.get(f"/conversations/{other}").status_code == 200


def test_a_member_reads_a_project_and_all_that_is_in_it(as_alice, as_bob, conversation, project, typeid):
    path = f"/projects/{typeid(project)}"

    assert as_bob.get(path).json()["title"] == "Observatory"
    assert [row["id"] for row in as_bob.get(f"{path}/conversations").json()["data"]] == [typeid(conversation)]
    assert as_bob.get("/projects").json()["data"] == []
    assert [row["id"] for row in as_bob.get("/projects?shared=true").json()["data"]] == [typeid(project)]
    assert as_bob.patch(path, {"title": "Mine"}).status_code == 403
    ProjectMember.objects.update(role="editor")
    assert as_bob.patch(path, {"description": "Ours"}).status_code == 200
    assert as_bob.delete(path).status_code == 403


def test_a_stranger_finds_no_project(as_charlie, project, typeid):
    path = f"/projects/{typeid(project)}"

    for verb, address, body in [
        ("GET", path, None),
        ("PATCH", path, {"name": "Mine"}),
        ("DELETE", path, None),
        ("GET", f"{path}/conversations", None),
        ("GET", f"{path}/members", None),
        ("POST", f"{path}/members", {"user": "charlie@example.org", "role": "editor"}),
        ("PATCH", f"{path}/members/x", {"role": "editor"}),
        ("DELETE", f"{path}/members/x", None),
    ]:
        answer = as_charlie(verb, address, body)
        assert (answer.status_code, answer.json()["code"]) == (404, "project_not_found"), address
    assert as_charlie.get(f"/projects?after={typeid(project)}").json()["code"] == "invalid_cursor"
    assert as_charlie.get("/projects?shared=true").json()["total"] == 0


def test_an_editor_does_not_carry_a_conversation_into_a_project_of_their_own(as_bob, bob, conversation, typeid):
    ProjectMember.objects.update(role="editor")
    mine = as_bob.post("/projects", {"title": "Mine"}).json()["id"]

    refused = as_bob.patch(f"/conversations/{typeid(conversation)}", {"project_id": mine})

    assert refused.status_code == 403
    assert as_bob.patch(f"/conversations/{typeid(conversation)}", {"title": "Ours"}).status_code == 200
