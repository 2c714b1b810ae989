"""Everything of a workspace as one file, for superusers."""

import csv
import io
import json

import pytest

from accounts.models import AuditEvent
from conversations.models import Conversation, Message

NAMED = 'Trip, "big"\nand far'


@pytest.fixture
def archive(as_alice, as_charlie, thread):
    """Two conversations of the workspace's, one that has no name, and one of another workspace."""
    as_alice.post(thread[0], {"name": NAMED})
    as_alice.post("/conversations", {})
    as_charlie.post("/conversations", {"name": "Foreign"})
    return thread


def table(answer):
    assert answer.status_code == 200, answer.content
    return list(csv.reader(io.StringIO(answer.getvalue().decode(), newline="")))


def test_conversations_are_a_csv_that_comes_back_whole(as_root, archive, alice):
    answer = as_root.post("/conversations/export")
    raw = answer.getvalue()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="documents_export.csv"'
    assert raw.startswith(b'"id","user_id","created_at","name"\r\n')
    assert raw.endswith(b'""\r\n')  # no name
    _head, first, second = csv.reader(io.StringIO(raw.decode(), newline=""))
    named, unnamed = Conversation.objects.filter(owner=alice).order_by("created_at")
    assert first == [str(named.pk), str(alice.pk), f"{named.created_at:%Y-%m-%d %H:%M:%S}", NAMED]
    assert second[0] == str(unnamed.pk)


def test_messages_are_a_csv_with_objects_as_json(as_root, archive, as_alice):
    path, [question, _answer] = archive
    as_alice.post(f"{path}/messages/{question}", {"content": "=1+1"})

    head, first, second = table(as_root.post("/conversations/export_messages", {}))

    assert head == ["id", "conversation_id", "parent_id", "content", "metadata", "created_at"]
    assert (first[0], first[2], second[2]) == (question, "", question)
    content = json.loads(first[3])
    assert (content["content"], len(content)) == ("=1+1", 10)
    metadata = json.loads(first[4])
    assert (metadata["k"], metadata["edit_count"]) == ("v", 1)


def test_columns_are_chosen_and_the_header_left_away(as_root, archive, program, as_alice):
    program(as_alice.secret).post("/conversations", {"items": [
        {"role": "user", "content": [{"type": "image_url", "image_url": "data:image/png;base64,AAAA"}]},
    ]})  # fmt: skip

    rows = table(as_root.post("/conversations/export_messages", {"columns": ["has_image", "content"]}))
    assert [row[0] for row in rows] == ["has_image", "false", "false", "true"]
    assert "AAAA" not in rows[3][1]
    bare = {"columns": ["name"], "include_header": False, "filters": {"name": NAMED}}
    assert table(as_root.post("/conversations/export", bare)) == [[NAMED]]
    none = bare | {"filters": {"name": "nothing"}}
    assert as_root.post("/conversations/export", none).getvalue() == b""
    assert table(as_root.post("/conversations/export", none | {"include_header": True})) == [["name"]]


def test_filters_are_read_as_r2r_reads_them(as_root, archive, alice):
    named, unnamed = Conversation.objects.filter(owner=alice).order_by("created_at")

    def found(**filters):
        answer = as_root.post("/conversations/export", {"columns": ["id"], "include_header": False, "filters": filters})
        return [row[0] for row in table(answer)]

    both, first, second = [str(named.pk), str(unnamed.pk)], [str(named.pk)], [str(unnamed.pk)]
    assert found(unknown={"$eq": 1}) == both
    assert found(id=str(named.pk)) == found(id={"$eq": str(named.pk)}) == first
    assert found(id={"$in": [str(named.pk)]}) == first
    assert found(id={"$ne": str(named.pk)}) == second
    assert found(name={"$eq": None}) == second
    assert found(name={"$ne": None}) == first
    assert found(created_at={"$gt": named.created_at.isoformat()}) == second
    assert found(created_at={"$gte": "2020-01-01", "$lte": named.created_at.isoformat()}) == first
    assert found(created_at={"$lt": "2020-01-01T00:00:00"}, name=NAMED) == []


def test_messages_are_filtered_by_what_would_be_written(as_root, archive):
    _, [question, answer] = archive
    body = {"columns": ["id", "content", "metadata"], "include_header": False}
    rows = {row[0]: row for row in table(as_root.post("/conversations/export_messages", body))}

    for filters, expected in (
        ({"content": rows[answer][1]}, [answer]),
        ({"metadata": {"$ne": rows[question][2]}}, [answer]),
        ({"has_image": {"$in": [True]}}, []),
        ({"parent_id": {"$eq": question}}, [answer]),
    ):
        found = table(as_root.post("/conversations/export_messages", body | {"filters": filters}))
        assert [row[0] for row in found] == expected


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"columns": ["id", "text"]}, ["body", "columns", 1]),
        ({"columns": [["id"]]}, ["body", "columns", 0]),
        ({"columns": "id"}, ["body", "columns"]),
        ({"columns": []}, ["body", "columns"]),
        ({"filters": []}, ["body", "filters"]),
        ({"filters": {"id": "x"}}, ["body", "filters", "id"]),
        ({"filters": {"id": {"$like": "x"}}}, ["body", "filters", "id"]),
        ({"filters": {"id": {"$in": "x"}}}, ["body", "filters", "id"]),
        ({"filters": {"created_at": {"$gt": "yesterday"}}}, ["body", "filters", "created_at"]),
        ({"filters": {"created_at": 5}}, ["body", "filters", "created_at"]),
        ({"include_header": "yes"}, ["body", "include_header"]),
    ],
)
def test_what_cannot_be_exported_is_told(as_root, body, place):
    refused = as_root.post("/conversations/export_messages", body)

    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == place


def test_json_comes_to_whoever_asks_for_it(as_root, archive):
    one = as_root.post("/conversations/export", {"columns": ["name"]}, Accept="application/json")
    assert json.loads(one.getvalue()) == {"results": [{"name": NAMED}, {"name": None}], "total_entries": 2}
    none = as_root.post("/conversations/export", {"filters": {"name": "x"}}, Accept="application/json")
    assert json.loads(none.getvalue()) == {"results": [], "total_entries": 0}

    lines = as_root.post("/conversations/export_messages", {}, Accept="application/x-ndjson")
    assert lines["Content-Type"] == "application/x-ndjson"
    first, second = map(json.loads, lines.getvalue().splitlines())
    assert (first["content"]["content"], first["metadata"], second["parent_id"]) == ("Hello", {"k": "v"}, first["id"])
    assert first["created_at"].endswith("Z")


def test_only_a_superuser_takes_all_of_it_and_whose_it_is_can_see_that(
    as_alice, as_root, archive, root, alice, charlie
):
    for path in ("/conversations/export", "/conversations/export_messages"):
        refused = as_alice.post(path, {"columns": "nonsense"})
        assert (refused.status_code, refused.json()["message"]) == (403, "Only a superuser can export data.")

    as_root.post("/conversations/export_messages").getvalue()

    told = AuditEvent.objects.filter(action="conversations.export", actor_id=root.pk)
    assert [event.target_id for event in told] == [alice.pk]
    assert told[0].details["conversations"] == 2


def test_the_older_client_s_server_had_one_file(program, key_of, root, alice, archive):
    assert program(key_of(alice), "/v2").get("/export/messages").status_code == 403

    head, first, _second = table(program(key_of(root), "/v2").get("/export/messages"))

    assert head == ["id", "conversation_id", "parent_id", "content", "created_at", "metadata"]
    assert json.loads(first[3])["content"] == "Hello"


def test_an_export_is_as_many_queries_however_long_it_is(as_root, root, django_assert_max_num_queries):
    conversation = Conversation.objects.start(root)
    conversation.append_all([{"role": "user", "text": f"Number {n}"} for n in range(200)])
    as_root.get("/conversations")

    with django_assert_max_num_queries(8):
        answer = as_root.post("/conversations/export_messages", {"columns": ["id"]})

    assert len(table(answer)) == 201 == Message.objects.count() + 1
