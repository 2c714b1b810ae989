import json

import pytest

from conversations import uploads
from conversations.models import Conversation, ImportBatch
from conversations.tasks import run_next


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"


def chat(number):
    said = {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["Is it clear tonight?"]}}
    return {
        "conversation_id": f"c{number}",
        "title": f"Chat {number}",
        "create_time": 1_700_000_000,
        "update_time": 1_700_000_100,
        "current_node": "a",
        "mapping": {"a": {"id": "a", "message": {"id": "a", "create_time": 1_700_000_000, **said}, "children": []}},
    }


EXPORT = json.dumps([chat(1), chat(2)]).encode()


def test_an_export_comes_in_is_reported_and_undone(as_alice, alice):
    made = as_alice.upload("/imports", "conversations.json", EXPORT)
    assert made.status_code == 201
    batch = made.json()
    assert (batch["object"], batch["status"], batch["bytes_total"]) == ("import", "waiting", len(EXPORT))
    assert (batch["can_be_cancelled"], batch["can_be_undone"]) == (True, False)

    assert run_next()

    done = as_alice.get(f"/imports/{batch['id']}").json()
    assert (done["status"], done["format"], done["records_read"]) == ("done", "chatgpt", 2)
    assert done["counts"]["conversations"]["new"] == 2
    assert as_alice.get("/imports").json()["data"] == [done]
    report = as_alice.get(f"/imports/{batch['id']}/report").json()
    assert [report[word] for word in ("counts", "started_at", "finished_at")] == [
        done[word] for word in ("counts", "started_at", "finished_at")
    ]
    assert report["finished_at"].endswith("Z")
    assert {row["title"] for row in as_alice.get("/conversations").json()["data"]} == {"Chat 1", "Chat 2"}

    undoing = as_alice.delete(f"/imports/{batch['id']}")
    assert (undoing.status_code, undoing.json()["status"]) == (202, "undoing")
    assert as_alice.delete(f"/imports/{batch['id']}").json()["code"] == "not_undoable"
    assert run_next()
    assert as_alice.get(f"/imports/{batch['id']}").json()["status"] == "undone"
    assert not Conversation.objects.exists()


def test_one_that_waits_is_cancelled_and_its_upload_goes(as_alice):
    batch = as_alice.upload("/imports", "conversations.json", EXPORT).json()["id"]
    assert len(list(uploads.directory().iterdir())) == 1

    assert as_alice.post(f"/imports/{batch}/cancel").json()["status"] == "cancelled"

    assert list(uploads.directory().iterdir()) == []
    again = as_alice.post(f"/imports/{batch}/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "not_cancellable")
    assert not Conversation.objects.exists()


def test_the_same_upload_twice_is_one_import(as_alice):
    first = as_alice.upload("/imports", "conversations.json", EXPORT, Idempotency_Key="i1")
    again = as_alice.upload("/imports", "conversations.json", EXPORT, Idempotency_Key="i1")

    assert again.json() == first.json()
    assert ImportBatch.objects.count() == len(list(uploads.directory().iterdir())) == 1


def test_what_is_too_large_is_413_and_leaves_nothing(as_alice, settings):
    settings.IMPORT_MAX_BYTES = 10

    refused = as_alice.upload("/imports", "conversations.json", EXPORT)

    assert (refused.status_code, refused.json()["code"]) == (413, "file_too_large")
    assert list(uploads.directory().iterdir()) == []


def test_an_import_is_its_owner_s_alone(as_alice, as_bob, as_charlie):
    batch = as_alice.upload("/imports", "conversations.json", EXPORT).json()["id"]

    for program in (as_bob, as_charlie):
        assert program.get("/imports").json()["data"] == []
        for method, where in (("GET", ""), ("DELETE", ""), ("GET", "/report"), ("POST", "/cancel")):
            assert program(method, f"/imports/{batch}{where}").json()["code"] == "import_not_found"
    assert as_alice.get("/imports/imp_x").status_code == 404
