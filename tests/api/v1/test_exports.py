import json

import pytest

from accounts.models import AuditEvent
from conversations.models import Grant, Note
from projects.models import Role


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


def content(answer):
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def lines(answer):
    return [json.loads(line) for line in content(answer).rstrip("\n").split("\n")]


def test_a_branch_is_read_elsewhere_as_markdown_or_text(time_machine_frozen, as_alice, path, conversation, typeid):
    conversation.append("assistant", "Hm.", parts=[{"type": "reasoning", "text": "Hm."}])

    answer = as_alice.get(f"{path}/export")
    assert answer["Content-Disposition"] == f'attachment; filename="{typeid(conversation)}.md"'
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    told = content(answer)
    assert told.startswith("# Choosing a telescope\n\n## User\n\n*20 November 2026, 10:15*\n\nWhich telescope")
    assert "## Assistant\n\n*20 November 2026, 10:15*\n\nA **Dobsonian** of six" in told
    assert "Hm." not in told
    plain = content(as_alice.get(f"{path}/export?format=txt"))
    assert plain.startswith("Choosing a telescope\n====================\n\nUser, 20 November 2026, 10:15\n\nWhich")


def test_another_branch_by_its_name(as_alice, path):
    first = as_alice.get(f"{path}/items?order=asc").json()["data"][0]["id"]
    as_alice.post(f"{path}/branches", {"name": "idea", "fork_from_item_id": first})

    assert "Dobsonian" not in content(as_alice.get(f"{path}/export?branch=idea"))
    assert as_alice.get(f"{path}/export?branch=none").json()["code"] == "branch_not_found"
    assert as_alice.get(f"{path}/export?format=pdf").json()["code"] == "invalid_request"


def test_jsonl_is_all_of_it(as_alice, path, alice, conversation):
    conversation.messages.get(position=1).edit("Which?", by=alice)
    conversation.add_note(alice, "mine")

    exported = lines(as_alice.get(f"{path}/export?format=jsonl"))

    kinds = [line["type"] for line in exported]
    assert kinds == ["export", "conversation", "branch", "message", "message", "revision", "note", "end"]
    assert exported[-1] == {"type": "end", "conversations": 1, "messages": 2, "lines": 8}


def test_json_is_the_same_as_one_document(as_alice, path, conversation):
    conversation.append("user", "Line\nfeed, \\n and \u2028 [x]\n,\n")

    answer = as_alice.get(f"{path}/export?format=json")
    document = json.loads(content(answer))

    assert (answer["Content-Type"], answer["Content-Disposition"][-6:]) == ("application/json", '.json"')
    told = lines(as_alice.get(f"{path}/export?format=jsonl"))
    assert document[1:] == told[1:]
    assert document[0].keys() == told[0].keys()


def test_the_specification_knows_that_json_is_a_list(as_alice):
    answers = as_alice.get("/schema").json()["paths"]["/v1/conversations/{conversation}/export"]["get"]["responses"]

    kinds = {kind: told["schema"]["type"] for kind, told in answers["200"]["content"].items()}
    assert kinds.pop("application/json") == "array"
    assert set(kinds.values()) == {"string"}


def test_a_reader_s_export_holds_nothing_that_is_the_owner_s_business(as_bob, path, alice, bob, conversation):
    conversation.add_note(alice, "Alice’s secret")
    conversation.add_note(bob, "Bob’s own")
    conversation.add_note(alice, "Alice’s for all", shared=True)
    Grant.objects.create(conversation=conversation, user=bob, role=Role.VIEWER)

    exported = lines(as_bob.get(f"{path}/export?format=jsonl"))

    assert [line["text"] for line in exported if line["type"] == "note"] == ["Bob’s own", "Alice’s for all"]
    assert not any(line["type"] == "grant" for line in exported)
    assert Note.objects.count() == 3
    event = AuditEvent.objects.get(action="conversations.export")
    assert (event.actor_id, event.target_id) == (bob.pk, alice.pk)


def test_strangers_export_nothing(as_charlie, path):
    assert as_charlie.get(f"{path}/export").json()["code"] == "conversation_not_found"
    assert not AuditEvent.objects.filter(action="conversations.export").exists()
