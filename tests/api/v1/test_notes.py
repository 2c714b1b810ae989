import pytest

from conversations import limits
from conversations.models import Note


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def item(as_alice, path):
    return as_alice.get(f"{path}/items").json()["data"][0]["id"]


def test_a_note_is_written_changed_and_deleted(as_alice, path):
    made = as_alice.post(f"{path}/notes", {"text": "  Ask again in spring.\n"})
    assert made.status_code == 201
    note = made.json()
    assert (note["object"], note["text"]) == ("note", "  Ask again in spring.\n")
    assert "item_id" not in note

    changed = as_alice.patch(f"/notes/{note['id']}", {"text": "Asked."}).json()
    assert changed["text"] == "Asked."
    assert changed["updated_at"] > note["updated_at"]
    assert as_alice.get(f"/notes/{note['id']}").json() == changed
    gone = {"id": note["id"], "object": "note.deleted", "deleted": True}
    assert as_alice.delete(f"/notes/{note['id']}").json() == gone
    assert as_alice.get(f"/notes/{note['id']}").json()["code"] == "note_not_found"


def test_an_item_has_notes_of_its_own_which_its_conversation_lists_too(as_alice, path, item, django_assert_num_queries):
    as_alice.post(f"{path}/notes", {"text": "On all of it."})
    on_item = as_alice.post(f"{path}/items/{item}/notes", {"text": "On this."}).json()

    assert on_item["item_id"] == item
    assert as_alice.get(f"{path}/items/{item}/notes").json()["data"] == [on_item]
    with django_assert_num_queries(3):  # the key, the conversation, the notes with their items
        both = as_alice.get(f"{path}/notes").json()["data"]
    assert [note["text"] for note in both] == ["On this.", "On all of it."]


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": " \n"}, {"text": 5}, {"text": "x" * (limits.NOTE + 1)}, []]
)
def test_what_is_no_note_is_refused(as_alice, path, body):
    assert as_alice.post(f"{path}/notes", body).json()["code"] == "invalid_request"
    assert not Note.objects.exists()


def test_nobody_reads_a_note_but_who_wrote_it(as_alice, as_bob, as_charlie, path, item, project):
    note = as_bob.post(f"{path}/items/{item}/notes", {"text": "Bob’s secret"}).json()["id"]

    assert as_alice.get(f"{path}/notes").json()["data"] == []
    for method in ("GET", "PATCH", "DELETE"):
        assert as_alice(method, f"/notes/{note}", {"text": "x"}).json()["code"] == "note_not_found"
    for where in (f"{path}/notes", f"{path}/items/{item}/notes"):
        assert as_charlie.get(where).status_code == 404
        assert as_charlie.post(where, {"text": "x"}).status_code == 404
    assert as_bob.get(f"{path}/notes").json()["total"] == 1
    project.members.all().delete()  # who may no longer read the conversation has no notes on it either
    assert as_bob.get(f"/notes/{note}").status_code == 404


def test_a_note_that_was_changed_elsewhere_is_not_overwritten(as_alice, path):
    made = as_alice.post(f"{path}/notes", {"text": "Ask again."})
    note, etag = f"/notes/{made.json()['id']}", made["ETag"]
    assert as_alice.get(note, If_None_Match=etag).status_code == 304
    assert as_alice.patch(note, {"text": "Asked."}, If_Match=etag).status_code == 200

    stale = as_alice.patch(note, {"text": "Ask in spring."}, If_Match=etag)

    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert as_alice.delete(note, If_Match=etag).status_code == 412
    assert as_alice.get(note).json()["text"] == "Asked."
