import pytest

from conversations import limits
from conversations.models import Conversation


@pytest.fixture
def pair(made):
    return {
        "user_id": "usr_abc123",
        "conversation_id": made["conversation_id"],
        "user_message": "When do we start?",
        "agent_response": "On **Monday**.",
    }


def test_a_pair_is_stored_at_the_end_of_the_active_branch(raven, pair, made):
    stored = raven.post("/memory/ingest", pair | {"metadata": {"channel": "web"}})

    assert stored.status_code == 201
    answer = stored.json()
    assert answer.pop("interaction_id").startswith("int_")
    assert answer == {"success": True, "buffered": False, "buffer_size": 0, "message": "Interaction stored"}
    conversation = Conversation.objects.get()
    assert list(conversation.messages.order_by("position").values_list("role", "text", "metadata")) == [
        ("user", "When do we start?", {"channel": "web"}),
        ("assistant", "On **Monday**.", {"channel": "web"}),
    ]
    read = raven.get(f"/conversations/{made['conversation_id']}").json()
    assert (read["message_count"], "last_message_at" in read) == (2, True)


def test_both_are_stored_or_neither(raven, pair):
    Conversation.objects.update(message_count=limits.MESSAGES - 1)

    refused = raven.post("/memory/ingest", pair)

    assert (refused.status_code, refused.json()["code"]) == (400, "conversation_full")
    assert not Conversation.objects.get().messages.exists()


def test_only_into_a_conversation_of_that_user(raven, raven_of_charlie, pair, conversation, typeid):
    raven.post("/conversations", {"user_id": "another"})
    for wrong in (
        {"user_id": "another"}, {"user_id": "nobody"}, {"conversation_id": typeid(conversation)},
        {"conversation_id": "conv_01jj1hdhn7f9ts7a01wb3hysdb"}, {"conversation_id": "x"},
    ):  # fmt: skip
        refused = raven.post("/memory/ingest", pair | wrong)
        assert (refused.status_code, refused.json()["code"]) == (404, "conversation_not_found")
    assert raven_of_charlie.post("/memory/ingest", pair).json()["code"] == "conversation_not_found"
    assert conversation.messages.count() == 2


@pytest.mark.parametrize("name", ["user_id", "conversation_id", "user_message", "agent_response"])
@pytest.mark.parametrize("value", [None, "", 5])
def test_all_four_are_needed(raven, pair, name, value):
    refused = raven.post("/memory/ingest", pair | {name: value})

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert refused.json()["message"].startswith(name)


def test_nothing_waits_to_be_flushed(raven):
    assert raven.post("/memory/flush", {}).json() == {"success": True}
