"""The calls of R2R's older client at /v2, in the encodings that it really sends."""

import json
import uuid

import pytest
from django.core.cache import cache
from django.utils.http import urlencode

from accounts.models import User
from conversations.models import Conversation, Grant, Message

FORM = "application/x-www-form-urlencoded"
UNKNOWN = str(uuid.uuid4())


@pytest.fixture
def v2(program, key_of):
    return lambda user: program(key_of(user), "/v2")


@pytest.fixture
def old(v2, alice):
    """Sends as the older client does: old(method, path, form, or text without a type)."""
    return sender(v2(alice))


def sender(program):
    def send(method, path, data=b"", content_type=None):
        if isinstance(data, dict):
            data, content_type = urlencode(data, doseq=True), content_type or FORM
        return program.client.generic(method, f"/v2{path}", data, content_type=content_type or "")

    return send


@pytest.fixture
def talk(old):
    """(the conversation's id, the ids of Q1, A1, Q2, A2)"""
    made = old("POST", "/create_conversation").json()["results"]
    said = (("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("assistant", "A2"))
    return made, [add(old, made, {"role": role, "content": text}) for role, text in said]


def add(old, conversation, message, **fields):
    answer = old("POST", f"/add_message/{conversation}", {"message": str(message), **fields})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]["message_id"]


def read(old, conversation, query=""):
    return old("GET", f"/get_conversation/{conversation}{query}").json()["results"]


def texts(old, conversation, query=""):
    return [message["content"] for _, message in read(old, conversation, query)]


def test_a_conversation_is_created_and_read_as_pairs(old, talk):
    conversation, [question, *_] = talk

    assert uuid.UUID(conversation) == Conversation.objects.get().pk
    pairs = read(old, conversation)
    assert pairs[0] == [
        question,
        {"role": "user", "content": "Q1", "name": None, "function_call": None, "tool_calls": None},
    ]
    assert [message["content"] for _, message in pairs] == ["Q1", "A1", "Q2", "A2"]


@pytest.mark.parametrize(
    ("sent", "role", "text"),
    [
        ("{'role': 'user', 'content': 'Hi'}", "user", "Hi"),
        ("{'role': 'system', 'content': \"It's\\n \"}", "system", "It's\n "),
        ('{"role": "assistant", "content": "Hi"}', "assistant", "Hi"),
        ("role='tool' content='Hi' name='calc' function_call=None tool_calls=None", "tool", "Hi"),
        ("role=<MessageType.USER: 'user'> content='Hi' name=None function_call=None tool_calls=None", "user", "Hi"),
        ("{'text': 'Hello, world!'}", "user", "Hello, world!"),
        ("plain text", "user", "plain text"),
        (" spaces stay ", "user", " spaces stay "),
        ("123", "user", "123"),
        ("[1]", "user", "[1]"),
        ("'quoted'", "user", "'quoted'"),
        ("{'open': ", "user", "{'open': "),
        ("__import__('os').system('x')", "user", "__import__('os').system('x')"),
        ("{'role': 'function', 'content': 'x'}", "function", "x"),
    ],
)
def test_a_message_is_understood_however_the_client_wrote_it(old, sent, role, text):
    conversation = old("POST", "/create_conversation").json()["results"]

    add(old, conversation, sent)

    [[_, message]] = read(old, conversation)
    assert (message["role"], message["content"]) == (role, text)


def test_what_a_message_calls_comes_back(old):
    conversation = old("POST", "/create_conversation").json()["results"]
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

    add(
        old,
        conversation,
        {"role": "assistant", "content": "x", "name": "Al", "tool_calls": [call], "function_call": {"name": "g"}},
    )

    [[_, message]] = read(old, conversation)
    assert message == {
        "role": "assistant", "content": "x", "name": "Al", "function_call": {"name": "g"}, "tool_calls": [call],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "status", "place"),
    [
        ({}, 422, ["body", "message"]),
        ({"message": "{'role': 'user'}"}, 422, ["body", "message", "content"]),
        ({"message": "{'role': 'user', 'content': 5}"}, 422, ["body", "message", "content"]),
        ({"message": "{'role': 'user', 'content': '\\x00'}"}, 422, ["body", "message"]),
        ({"message": "a\0b"}, 422, ["body", "message"]),
        ({"message": "{'content': '\\ud800'}"}, 422, ["body", "message"]),
        ({"message": "x", "metadata": "[1]"}, 422, ["body", "metadata"]),
        ({"message": "x", "metadata": "nonsense"}, 422, ["body", "metadata"]),
        ({"message": "x", "metadata": "{'a': '\\x00'}"}, 422, ["body", "metadata"]),
        ({"message": "x", "parent_id": "x"}, 422, ["body", "parent_id"]),
        ({"message": "x", "parent_id": UNKNOWN}, 404, None),
        ({"message": ""}, 400, None),
        ({"message": "{'content': ''}"}, 400, None),
        ({"message": "{'role': 'nobody', 'content': 'x'}"}, 400, None),
    ],
)
def test_what_cannot_be_added_is_told(old, form, status, place):
    conversation = old("POST", "/create_conversation").json()["results"]

    refused = old("POST", f"/add_message/{conversation}", form)

    assert refused.status_code == status
    if place:
        assert refused.json()["detail"][0]["loc"] == place
    assert not Message.objects.exists()


def test_json_is_understood_as_well(old):
    conversation = old("POST", "/create_conversation").json()["results"]
    for message in ({"role": "user", "content": "Hi"}, "Hi"):
        body = json.dumps({"message": message, "metadata": {"a": [None]}})
        assert old("POST", f"/add_message/{conversation}", body, "application/json").status_code == 200

    assert texts(old, conversation) == ["Hi", "Hi"]
    assert {json.dumps(message.metadata) for message in Message.objects.all()} == {'{"a": [null]}'}


def test_metadata_is_a_repr_and_may_hold_anything(old, talk):
    conversation, _ = talk
    metadata = {"a": 1, "b": True, "n": None, "l": [1, {"x": "y"}]}

    pk = add(old, conversation, "x", metadata=str(metadata))

    assert Message.objects.get(pk=pk).metadata == metadata


def test_metadata_of_a_message_is_merged_from_a_form(old, talk):
    _, [question, *_] = talk
    path = f"/messages/{question}/metadata"

    done = old("PATCH", path, {"a": "1", "b": "", "c": "{'x': 1}", "d": ["1", "2"], "e": "true", "f": "[not one"})
    assert done.json() == {"results": "ok"}
    assert old("PATCH", path, '{"a": null, "edited": 5}', "application/json").status_code == 200

    assert Message.objects.get(pk=question).metadata == {
        "a": None, "b": "", "c": {"x": 1}, "d": ["1", "2"], "e": "true", "f": "[not one",
    }  # fmt: skip
    assert old("PATCH", path, "[1]", "application/json").status_code == 422
    assert old("PATCH", path, {"a": "\0"}).status_code == 422


def test_another_wording_is_a_branch_and_loses_nothing(old, talk, as_alice, alice):
    conversation, [_, answer, *_] = talk

    done = old("PUT", f"/update_message/{answer}", "A1, reworded").json()["results"]

    assert texts(old, conversation) == ["Q1", "A1, reworded"]
    original, new = old("GET", f"/branches_overview/{conversation}").json()["results"]["branches"]
    assert original | {"branch_id": 0} == {"branch_id": 0, "branch_point_id": None, "content": None, "created_at": None}
    assert (new["branch_id"], new["branch_point_id"]) == (done["new_branch_id"], answer)
    assert json.loads(new["content"])["content"] == "A1"
    assert isinstance(new["created_at"], float)
    assert texts(old, conversation, f"?branch_id={original['branch_id']}") == ["Q1", "A1", "Q2", "A2"]
    assert texts(old, conversation, f"?branch_id={new['branch_id']}") == ["Q1", "A1, reworded"]
    assert texts(old, conversation, f"?branch_id={UNKNOWN}") == []

    rows = as_alice.get(f"/conversations/{conversation}").json()["results"]
    metadata = rows[-1]["metadata"]
    assert (rows[-1]["id"], metadata["edited"], metadata["edit_count"]) == (done["new_message_id"], True, 1)
    [edit] = metadata["edit_history"]
    assert (edit["content"], edit["edited_by"]) == ("A1", str(alice.pk))


def test_a_wording_reworded_again_knows_all_it_was(old, talk, as_alice):
    conversation, [_, answer, *_] = talk
    second = old("PUT", f"/update_message/{answer}", "Second").json()["results"]["new_message_id"]
    other = old("PUT", f"/update_message/{answer}", "Other").json()["results"]["new_message_id"]
    third = old("PUT", f"/update_message/{second}", "Third").json()["results"]["new_message_id"]
    as_alice.post(f"/conversations/{conversation}/messages/{third}", {"content": "Fourth"})

    rows = {row["id"]: row["metadata"] for row in as_alice.get(f"/conversations/{conversation}").json()["results"]}

    assert [edit["content"] for edit in rows[third]["edit_history"]] == ["A1", "Second", "Third"]
    assert [edit["content"] for edit in rows[other]["edit_history"]] == ["A1"]
    assert (rows[third]["edit_count"], rows[answer]) == (3, {})


@pytest.mark.parametrize(
    ("data", "content_type", "text"),
    [
        ("new text", None, "new text"),
        ('{"content": "looks like JSON"}', None, '{"content": "looks like JSON"}'),
        ("Grüße\n ", "text/plain", "Grüße\n "),
        ({"role": "user", "content": "new", "name": ""}, None, "new"),
        ({"text": "new"}, None, "new"),
        ('"bare"', "application/json", "bare"),
        ('{"role": "system", "content": "new"}', "application/json", "new"),
        ('{"message": {"content": "new"}}', "application/json", "new"),
    ],
)
def test_the_new_words_come_in_many_forms_and_the_role_stays(old, talk, data, content_type, text):
    conversation, [_, answer, *_] = talk

    assert old("PUT", f"/update_message/{answer}", data, content_type).status_code == 200

    _, message = read(old, conversation)[-1]
    assert (message["role"], message["content"]) == ("assistant", text)


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [("", None, 400), (b"\xff", None, 422), (b"a\0", None, 422), ({"role": "user"}, None, 422),
     ("5", "application/json", 422), ("{", "application/json", 422), ('{"content": ""}', "application/json", 400)],
)  # fmt: skip
def test_what_is_no_new_wording_is_refused(old, talk, data, content_type, status):
    assert old("PUT", f"/update_message/{talk[1][1]}", data, content_type).status_code == status
    assert Message.objects.count() == 4


def test_an_answer_to_an_earlier_message_forks(old, talk):
    conversation, [question, *_] = talk

    add(old, conversation, {"role": "assistant", "content": "Other"}, parent_id=question)

    assert texts(old, conversation) == ["Q1", "Other"]
    branches = old("GET", f"/branches_overview/{conversation}").json()["results"]["branches"]
    assert [branch["branch_point_id"] for branch in branches] == [None, question]


def test_an_overview_is_newest_first(old, v2, root, charlie, django_assert_num_queries):
    made = [old("POST", "/create_conversation").json()["results"] for _ in range(4)]

    with django_assert_num_queries(4):  # the key, whether others let her in, the rows, how many there are
        page = old("GET", "/conversations_overview?offset=1&limit=2").json()
    assert ([row["conversation_id"] for row in page["results"]], page["total_entries"]) == (made[::-1][1:3], 4)
    assert page["results"][0].keys() == {"conversation_id", "created_at", "user_id", "name"}
    chosen = old("GET", f"/conversations_overview?conversation_ids={made[0]}&conversation_ids={made[2]}").json()
    assert [row["conversation_id"] for row in chosen["results"]] == [made[2], made[0]]
    assert old("GET", "/conversations_overview?limit=-1").json()["total_entries"] == 4
    for query, status in (("limit=0", 422), ("limit=1001", 422), ("limit=-2", 422), ("conversation_ids=x", 422)):
        assert old("GET", f"/conversations_overview?{query}").status_code == status
    assert old("GET", f"/conversations_overview?user_ids={charlie.pk}").status_code == 403
    assert v2(root).get(f"/conversations_overview?user_ids={root.pk}").json()["total_entries"] == 0


CALLS = [
    ("GET", "/get_conversation/{conversation}", b""),
    ("GET", "/branches_overview/{conversation}", b""),
    ("POST", "/add_message/{conversation}", {"message": "x"}),
    ("DELETE", "/delete_conversation/{conversation}", b""),
    ("PUT", "/update_message/{message}", "x"),
    ("PATCH", "/messages/{message}/metadata", {"a": "b"}),
]


@pytest.mark.parametrize(("method", "path", "data"), CALLS)
def test_strangers_find_nothing_and_readers_may_only_read(v2, old, talk, bob, charlie, method, path, data):
    conversation, [question, *_] = talk
    mine, unknown = (
        path.format(conversation=pk, message=other) for pk, other in ((conversation, question), (UNKNOWN,) * 2)
    )

    foreign = sender(v2(charlie))(method, mine, data)
    assert foreign.status_code == old(method, unknown, data).status_code == 404
    assert foreign.json()["error_type"] == "R2RException"
    assert old(method, path.format(conversation="x", message="x"), data).status_code == 422
    Grant.objects.create(conversation=Conversation.objects.get(), user=bob)
    assert sender(v2(bob))(method, mine, data).status_code == (200 if method == "GET" else 404)
    assert Message.objects.count() == 4


def test_deleting_answers_with_null(old, talk):
    assert old("DELETE", f"/delete_conversation/{talk[0]}").json() == {"results": None}
    assert not Conversation.objects.exists()


def test_the_older_client_logs_in_and_out(client, alice, settings):
    cache.clear()
    settings.OPEN_SIGNUP = True
    new = {"email": "dora@example.org", "password": "dora's long password"}
    assert client.post("/v2/register", new, content_type="application/json").json()["results"]["email"] == new["email"]

    tokens = client.post("/v2/login", {"username": new["email"], "password": new["password"]}).json()["results"]
    renewed = client.post(
        "/v2/refresh_access_token", json.dumps(tokens["refresh_token"]["token"]), content_type="application/json"
    )
    headers = {"Authorization": f"Bearer {renewed.json()['results']['access_token']['token']}"}

    assert client.get("/v2/user", headers=headers).json()["results"]["id"] == str(
        User.objects.get(email=new["email"]).pk
    )
    assert client.post("/v2/logout", headers=headers).status_code == 200
    assert client.get("/v2/user", headers=headers).status_code == 401


@pytest.mark.parametrize("path", ["conversations_overview/", "create_conversation/x", "export", "messages", "user/x"])
def test_unknown_addresses_are_refused_in_r2r_s_words(old, path):
    answer = old("GET", f"/{path}")

    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})
