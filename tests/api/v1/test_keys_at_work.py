"""Appends of a key that this process has seen a moment ago: one statement finds out whether it is still good, and adds.

Whatever is not that simple is as it would have been without."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import throttling
from accounts.models import ApiKey, User
from accounts.models import api_key as api_keys
from conversations import limits
from conversations.models import Conversation
from tests.waiting import count_lock_waits, wait_until

ITEM = {"role": "user", "content": "And a tripod?"}
CHANGES = {
    "revoked": lambda: ApiKey.objects.update(revoked_at=timezone.now()),
    "expired": lambda: ApiKey.objects.update(expires_at=timezone.now()),
    "deleted": lambda: ApiKey.objects.all().delete(),
    "its user is out": lambda: User.objects.update(is_active=False),
}


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def at_work(as_alice, path):
    """Alice's program, whose key has just been read."""
    assert as_alice.get(path).status_code == 200
    return as_alice


def count():
    return Conversation.objects.get().messages.count()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("body", [ITEM, {"role": "nobody"}, {"items": [ITEM]}, {**ITEM, "parent_id": "x"}])
def test_a_key_that_is_no_longer_good_adds_nothing_and_hears_nothing_else(at_work, path, change, body):
    change()

    assert at_work.post(f"{path}/items", body).status_code == 401
    assert count() == 2


def test_a_key_that_may_only_read_by_now_adds_nothing(at_work, path):
    ApiKey.objects.update(scopes=["conversations:read"])

    refused = at_work.post(f"{path}/items", ITEM)

    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert count() == 2


def test_a_key_that_may_write_by_now_does(program, alice, key_of, path):
    reading = program(key_of(alice, scopes=["conversations:read"]))
    assert reading.get(path).status_code == 200
    assert reading.post(f"{path}/items", ITEM).status_code == 403
    ApiKey.objects.update(scopes=["conversations:write"])

    assert reading.post(f"{path}/items", ITEM).status_code == 201


@pytest.mark.parametrize(
    ("changes", "acts"),
    [
        ({}, True),
        ({"expires_at": timezone.now() + timedelta(days=1)}, True),
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, False),
        ({"revoked_at": timezone.now()}, False),
        ({"user": None}, False),
    ],
)
def test_a_statement_takes_the_keys_that_are_found(alice, changes, acts):
    key, secret = ApiKey.objects.mint(workspace=alice.workspace, user=alice)
    ApiKey.objects.update(**changes)

    with connection.cursor() as cursor:
        cursor.execute(api_keys.ACTING_FOR, {"key": key.digest, "scope": "conversations:write"})
        rows = cursor.fetchall()
    assert rows == ([(alice.pk, alice.workspace_id)] if acts else [])
    found = ApiKey.objects.find(secret)
    assert bool(found and found.user) == acts


def test_others_conversations_stay_others(as_bob, as_charlie, conversation, path, bob):
    for program in (as_bob, as_charlie):
        assert program.get("/conversations").status_code == 200
    assert as_charlie.post(f"{path}/items", ITEM).status_code == 404
    assert as_bob.post(f"{path}/items", ITEM).status_code == 403  # of the project, to read

    conversation.people.let_in(bob, "editor", by=conversation.owner)
    assert as_bob.post(f"{path}/items", ITEM).json()["author"]["name"] == "Bob"
    assert as_charlie.post("/conversations/conv_x/items", ITEM).status_code == 404


def test_a_request_is_counted_once_however_it_ends(as_bob, conversation, path, bob, settings):
    settings.API_RATE = 5
    throttling.forget()
    conversation.people.let_in(bob, "editor", by=conversation.owner)

    answers = [as_bob.post(f"{path}/items", ITEM).status_code for _ in range(6)]

    assert answers == [201, 201, 201, 201, 201, 429]


def test_what_is_refused_is_refused_in_the_same_words(at_work, path, conversation):
    Conversation.objects.update(message_count=limits.MESSAGES)
    assert at_work.post(f"{path}/items", ITEM).json()["code"] == "conversation_full"
    conversation.delete()
    assert at_work.post(f"{path}/items", ITEM).status_code == 404


def test_an_idempotency_key_and_somebody_else_are_looked_at(program, alice, bob, key_of, conversation, path):
    secret = key_of(alice, scopes=["conversations:read", "conversations:write", "users:write"])
    assert program(secret).get(path).status_code == 200

    ids = {program(secret).post(f"{path}/items", ITEM, Idempotency_Key="k1").json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert program(secret, **{"Parley-User": bob.typeid}).post(f"{path}/items", ITEM).status_code == 403


def test_the_use_of_a_key_is_noted_every_minute_all_the_same(at_work, path, monkeypatch, django_assert_num_queries):
    used = ApiKey.objects.get().last_used_at
    at_work.post(f"{path}/items", ITEM)
    assert ApiKey.objects.get().last_used_at == used

    monkeypatch.setattr(api_keys, "USE_NOTED_EVERY", timedelta(0))
    with django_assert_num_queries(3):  # the key, its use, the message
        at_work.post(f"{path}/items", ITEM)
    assert ApiKey.objects.get().last_used_at > used


def test_a_process_does_not_remember_keys_without_end(at_work, path, monkeypatch):
    monkeypatch.setattr(api_keys, "KEPT", 1)
    at_work.get(path)

    assert len(api_keys._seen) == 1


@pytest.mark.django_db(transaction=True)
def test_whoever_waited_for_another_comes_behind_them(programs, path, conversation):
    answers = after_waiting(programs, path, conversation, lambda locked: None)

    assert [each["sequence_number"] for each in answers] == [3, 4, 5, 6]
    listed = programs[0].get(f"{path}/items?order=asc").json()["data"]
    assert [each["parent_id"] for each in answers] == [each["id"] for each in listed[1:5]]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("body", [ITEM, {"items": [ITEM, ITEM]}])
def test_whoever_waited_for_a_fork_writes_on_the_new_branch(programs, path, conversation, body):
    answers = after_waiting(programs, path, conversation, lambda locked: locked.reply(1, "assistant", "Forked."), body)

    said = [item["id"] for answer in answers for item in answer.get("data", [answer])]
    assert {item["branch"] for answer in answers for item in answer.get("data", [answer])} == {"MAIN"}
    listed = programs[0].get(f"{path}/items?order=asc&branch=MAIN").json()
    assert sorted(said) == sorted(item["id"] for item in listed["data"][2:])
    assert programs[0].get(f"{path}/branches/MAIN").json()["item_count"] == listed["total"] == 2 + len(said)


@pytest.fixture
def programs(program, alice, key_of, path):
    """Several of Alice's, whose keys have just been read."""
    found = [program(key_of(alice)) for _ in range(4)]
    for each in found:
        assert each.get(path).status_code == 200
    return found


def after_waiting(programs, path, conversation, change, body=ITEM):
    """What all of them are answered who wanted to write while somebody else did `change`; the earliest first."""

    def post(each):
        try:
            return each.post(f"{path}/items", body).json()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(programs)) as pool:
        with transaction.atomic():
            change(conversation.locked())
            waiting = [pool.submit(post, each) for each in programs]
            wait_until(lambda: count_lock_waits() == len(waiting))
        answers = [found.result() for found in waiting]
    return sorted(answers, key=lambda answer: answer.get("sequence_number", 0))
