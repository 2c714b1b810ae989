"""Asking the model again, with a real server that answers."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.conf import settings as configured
from django.db import connection
from django.utils import timezone

from accounts.models import ApiKey
from api.models import IdempotencyRecord
from conversations import limits
from conversations.models import Conversation, Grant
from lib import completions
from projects.models import Role
from tests.model_server import completion
from tests.waiting import PATIENCE, wait_until

# A connection that is given back takes the transaction with it that tests otherwise run in.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def ids(as_alice, path):
    """Of the conversation's items, oldest first."""
    return [item["id"] for item in as_alice.get(f"{path}/items?order=asc").json()["data"]]


@pytest.fixture
def waiting(model_server):
    """Starts a request, and returns its future when the model has been asked and says nothing."""
    with ThreadPoolExecutor() as pool:
        model_server.gate.clear()

        def waiting(request, *arguments, **headers):
            def run():
                try:
                    return request(*arguments, **headers)
                finally:
                    connection.close()

            future = pool.submit(run)
            assert model_server.arrived.acquire(timeout=PATIENCE)
            return future

        yield waiting
        model_server.gate.set()


def texts(program, path, branch="MAIN"):
    items = program.get(f"{path}/items?order=asc&content=text&branch={branch}").json()["data"]
    return [item["content"] for item in items]


def test_an_answer_is_asked_for_again_and_stands_beside_the_old_one(as_alice, path, ids, model_server):
    answer = as_alice.post(f"{path}/items/{ids[1]}/regenerate")

    item = answer.json()
    assert answer.status_code == 201
    assert (item["role"], item["content"]) == ("assistant", "You said: Which telescope should a beginner buy?")
    assert (item["model"], item["parent_id"], item["user_item_id"]) == ("llama", ids[0], ids[0])
    assert (item["branch"], item["sequence_number"], item["branch_created"]) == ("MAIN", 2, True)
    assert re.fullmatch(r"MAIN_\d{14}", item["old_main_backup"])
    assert item["new_branch"] | {"name": "MAIN", "item_count": 2, "is_active": True} == item["new_branch"]
    assert item["metadata"] == {"usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}}
    assert texts(as_alice, path)[1] == item["content"]
    assert texts(as_alice, path, item["old_main_backup"])[1].startswith("A **Dobsonian**")
    assert as_alice.get(f"{path}/items/{item['id']}")["ETag"].startswith(answer["ETag"][:-1])


def test_what_the_model_is_told_is_what_stands_before(as_alice, path, ids, model_server, project):
    project.instruction = "Be brief."
    project.save()
    as_alice.post(f"{path}/items", {"role": "user", "content": "And for Mars?"})

    as_alice.post(
        f"{path}/items/{ids[1]}/regenerate?content=parts", {"model": "qwen", "temperature": 0, "max_tokens": 50}
    )

    assert model_server.questions == [
        {
            "model": "qwen",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Which telescope should a beginner buy?"},
            ],
            "stream": False,
            "temperature": 0,
            "max_tokens": 50,
        }
    ]


def test_a_long_conversation_is_cut_like_any_context(as_alice, path, settings, model_server):
    settings.MODEL_CONTEXT_TOKENS = 30
    added = as_alice.post(f"{path}/items", {"role": "user", "content": "And for Mars?"}).json()

    assert as_alice.post(f"{path}/items/{added['id']}/regenerate").status_code == 201

    assert model_server.questions[0]["messages"] == [{"role": "user", "content": "And for Mars?"}]


def test_which_model_is_asked(as_alice, path, ids, model_server):
    for metadata, asked, said in (
        ({}, {}, "llama"),
        ({"model_id": "qwen"}, {}, "qwen"),
        ({"model_id": 7}, {}, "llama"),
        ({"model_id": "qwen"}, {"model": "phi"}, "phi"),
    ):
        as_alice.patch(path, {"metadata": metadata})
        assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", asked).json()["model"] == said


def test_what_nobody_has_answered_is_answered_where_it_is(as_alice, path, model_server):
    added = as_alice.post(f"{path}/items", {"role": "user", "content": "And for Mars?"}).json()

    item = as_alice.post(f"{path}/items/{added['id']}/regenerate").json()

    assert (item["content"], item["parent_id"]) == ("You said: And for Mars?", added["id"])
    assert (item["branch_created"], item["old_main_backup"], item["branch"]) == (False, "", "MAIN")
    assert len(as_alice.get(f"{path}/branches").json()["data"]) == 1


def test_a_question_that_has_an_answer_gets_another_one_beside_it(as_alice, path, ids, conversation, model_server):
    item = as_alice.post(f"{path}/items/{ids[0]}/regenerate").json()

    assert (item["branch_created"], item["parent_id"]) == (True, ids[0])
    new = conversation.messages.get(position=3)
    assert (new.parent_position, new.replaces_position) == (1, 2)


def test_thoughts_and_a_cut_are_kept(as_alice, path, ids, model_server):
    model_server.behaviour = lambda handler, _: handler.send(
        completion("A Dobs", finish_reason="length", reasoning_content="Aperture.")
    )

    item = as_alice.post(f"{path}/items/{ids[1]}/regenerate").json()

    assert (item["content"], item["status"]) == ("A Dobs", "incomplete")
    assert item["parts"][0] == {"type": "reasoning_text", "text": "Aperture.", "reasoning_text": "Aperture."}


def test_what_cannot_be_asked_for_again(as_alice, path, ids, model_server, conversation):
    system = as_alice.post(f"{path}/items", {"role": "system", "content": "Be brief."}).json()["id"]
    assert as_alice.post(f"{path}/items/{system}/regenerate").json()["code"] == "not_editable"
    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", {"temperature": "1"}).status_code == 400
    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", {"max_tokens": 0}).status_code == 400

    opening = Conversation.objects.start(conversation.owner)
    opening.append("assistant", "How can I help?")
    [greeting] = as_alice.get(f"/conversations/{opening.typeid}/items").json()["data"]
    refused = as_alice.post(f"/conversations/{opening.typeid}/items/{greeting['id']}/regenerate")
    assert (refused.status_code, refused.json()["code"]) == (400, "nothing_to_answer")

    Conversation.objects.filter(pk=conversation.pk).update(message_count=limits.MESSAGES)
    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate").json()["code"] == "conversation_full"
    assert model_server.questions == []


def test_strangers_and_readers_ask_nothing(as_bob, as_charlie, as_alice, path, ids, model_server):
    assert as_charlie.post(f"{path}/items/{ids[1]}/regenerate").json()["code"] == "conversation_not_found"
    assert as_bob.post(f"{path}/items/{ids[1]}/regenerate").status_code == 403
    assert model_server.questions == []


@pytest.mark.parametrize(
    ("behaviour", "status", "code"),
    [
        (lambda handler, _: handler.send({"error": "sk-of-the-operator is wrong"}, 401), 502, "upstream_error"),
        (lambda handler, _: handler.send(b"<html>"), 502, "upstream_error"),
        (lambda handler, _: handler.send(b"", 307, Location="/elsewhere"), 502, "upstream_error"),
        (lambda handler, _: setattr(handler, "close_connection", True), 502, "upstream_error"),
    ],
)
def test_a_failed_call_changes_nothing_and_says_nothing_of_the_model_s_server(
    as_alice, path, ids, model_server, behaviour, status, code
):
    model_server.behaviour = behaviour

    refused = as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json().keys() == {"code", "error", "message", "request_id"}
    assert b"sk-" not in refused.content
    assert b"127.0.0.1" not in refused.content
    assert len(texts(as_alice, path)) == 2
    assert len(as_alice.get(f"{path}/branches").json()["data"]) == 1
    model_server.behaviour = None  # it is well again, and the key free
    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k").status_code == 201


def test_who_takes_too_long_is_not_waited_for(as_alice, path, ids, model_server, settings):
    settings.MODEL_TIMEOUT = 0.3
    model_server.gate.clear()

    refused = as_alice.post(f"{path}/items/{ids[1]}/regenerate")

    assert (refused.status_code, refused.json()["code"]) == (504, "upstream_timeout")


def test_the_wait_holds_no_connection_and_keeps_nobody_waiting(
    as_alice, path, ids, model_server, waiting, conversation
):
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")

    wait_until(lambda: connected() == [(connection.connection.info.backend_pid,)])  # which is this thread's own
    conversation.append("user", "Nobody waits for the model.")
    model_server.gate.set()
    assert first.result().status_code == 201


def connected():
    """Whom the server knows: somebody who has hung up too, for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE (datname, usename) = (current_database(), current_user)")
        return cursor.fetchall()


def test_a_full_house_is_told_to_come_again(as_alice, path, ids, waiting):
    for _ in range(completions.AT_ONCE):
        waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate")

    refused = as_alice.post(f"{path}/items/{ids[1]}/regenerate")

    assert (refused.status_code, refused.json()["code"], refused["Retry-After"]) == (503, "model_busy", "5")


# --- what happens meanwhile ---


def test_what_was_said_meanwhile_stays_on_the_branch_it_is_on(as_alice, path, ids, model_server, waiting):
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate")
    as_alice.post(f"{path}/items", {"role": "user", "content": "And for Mars?"})
    as_alice.put(f"{path}/items/{ids[0]}/edit", {"content": "Which telescope for a child?"})
    model_server.gate.set()

    item = first.result().json()

    assert texts(as_alice, path) == ["Which telescope for a child?", "You said: Which telescope should a beginner buy?"]
    assert texts(as_alice, path, item["old_main_backup"])[2] == "And for Mars?"


def test_what_is_gone_meanwhile_has_no_place_for_an_answer(as_alice, path, ids, model_server, waiting):
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate")
    as_alice.delete(f"{path}/items/{ids[1]}")
    model_server.gate.set()
    assert (first.result().status_code, first.result().json()["code"]) == (404, "item_not_found")
    assert len(texts(as_alice, path)) == 1

    model_server.gate.clear()
    second = waiting(as_alice.post, f"{path}/items/{ids[0]}/regenerate")
    as_alice.delete(path)
    model_server.gate.set()
    assert (second.result().status_code, second.result().json()["code"]) == (404, "conversation_not_found")


def test_whose_question_is_gone_meanwhile_the_answer_answers_what_stood_before(
    as_alice, path, ids, model_server, waiting
):
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate")
    as_alice.delete(f"{path}/items/{ids[0]}")
    model_server.gate.set()

    assert first.result().status_code == 201
    assert texts(as_alice, path) == ["You said: Which telescope should a beginner buy?"]


def test_whoever_lost_the_right_meanwhile_writes_nothing(
    as_alice, as_bob, bob, path, ids, conversation, model_server, waiting
):
    grant = Grant.objects.create(conversation=conversation, user=bob, role=Role.EDITOR)
    shown_out = waiting(as_bob.post, f"{path}/items/{ids[1]}/regenerate")
    grant.delete()
    revoked = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate")
    ApiKey.objects.get(user=conversation.owner).revoke()
    model_server.gate.set()

    assert (shown_out.result().status_code, revoked.result().status_code) == (403, 401)
    assert conversation.messages.count() == 2


def test_whoever_says_what_they_read_is_told_that_it_changed(as_alice, path, ids, model_server, waiting):
    etag = as_alice.get(f"{path}/items/{ids[1]}")["ETag"]
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate", If_Match=etag)
    as_alice.put(f"{path}/items/{ids[1]}/edit", {"content": "A Newtonian."})
    model_server.gate.set()

    assert first.result().json()["code"] == "stale"
    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", If_Match=etag).json()["code"] == "stale"
    assert len(model_server.questions) == 1


# --- once ---


def test_two_equal_requests_make_one_reply(as_alice, path, ids, conversation, model_server, waiting):
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")
    told = as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")
    assert (told.status_code, told.json()["code"], told["Retry-After"]) == (409, "in_progress", "1")
    other = as_alice.post(f"{path}/items/{ids[1]}/regenerate", {"model": "qwen"}, Idempotency_Key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    model_server.gate.set()

    again = as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k") if first.result() else None

    assert (again.status_code, again.content) == (201, first.result().content)
    assert again["Idempotency-Replayed"] == "true"
    assert (len(model_server.questions), conversation.messages.count()) == (1, 3)


def test_a_reply_is_given_again_when_its_place_is_gone(as_alice, path, ids, model_server):
    first = as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")
    as_alice.delete(path)

    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k").content == first.content


def test_a_refused_request_leaves_its_key_free(as_alice, path, ids, settings, model_server):
    settings.MODEL_BASE_URL = ""
    assert as_alice.post(f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k").status_code == 503
    assert not IdempotencyRecord.objects.exists()


def test_what_a_killed_server_left_is_taken_over_when_it_can_be_waiting_no_longer(
    as_alice, path, ids, conversation, model_server, waiting
):
    first = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")
    long_ago = timezone.now() - timedelta(seconds=configured.MODEL_TIMEOUT + 61)
    IdempotencyRecord.objects.update(created_at=long_ago)

    second = waiting(as_alice.post, f"{path}/items/{ids[1]}/regenerate", Idempotency_Key="k")
    model_server.gate.set()

    # The first was not killed after all: it may not write any more.
    assert sorted([first.result().status_code, second.result().status_code]) == [201, 409]
    assert second.result().status_code == 201
    assert conversation.messages.count() == 3
