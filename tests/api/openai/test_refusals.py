"""Every refusal is worded as OpenAI words it, with all four keys, wherever it comes from."""

import pytest

from accounts import throttling
from api.problem import Problem
from conversations.models import Conversation


def error_of(answer, status):
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Request-Id"]
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


def test_the_shape_is_the_contract_s(openai):
    assert error_of(openai.post("/conversations", {"metadata": []}), 400) == {
        "message": "Invalid 'metadata': expected an object.",
        "type": "invalid_request_error",
        "param": "metadata",
        "code": "invalid_type",
    }


@pytest.mark.parametrize("raw", [b"{", b"nonsense", b"{}{}", b'{"a": NaN}', b"\xff", b'{"metadata": {"a": "\\u0000"}}'])
def test_what_is_no_json_could_not_be_parsed(openai, raw):
    assert error_of(openai("POST", "/conversations", raw=raw), 400) == {
        "message": "We could not parse the JSON body of your request.",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"5"])
def test_a_body_is_an_object(openai, path, raw):
    for at in ("/conversations", path, f"{path}/items"):
        assert error_of(openai("POST", at, raw=raw), 400)["code"] == "invalid_type"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sk-nonsense"}, {"Authorization": "Basic YTpi"}])
def test_without_a_good_key_it_is_401(client, headers):
    answer = client.get("/openai/v1/conversations", headers=headers)

    error = error_of(answer, 401)
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_api_key")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_key_without_the_scope_is_403(program, alice, key_of):
    reading = program(key_of(alice, scopes=["conversations:read"]), "/openai/v1")

    error = error_of(reading.post("/conversations", {}), 403)
    assert (error["type"], error["code"]) == ("invalid_request_error", "insufficient_permissions")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("at", ["/nothing", "/responses", "/conversations/", "", "/", "/conversations/x/items/y/z"])
def test_an_unknown_route_is_an_invalid_url(client, method, at):
    error = error_of(client.generic(method, f"/openai/v1{at}"), 404)

    assert error == {
        "message": f"Invalid URL ({method} /openai/v1{at})",
        "type": "invalid_request_error",
        "param": None,
        "code": None,
    }


def test_an_unknown_row_is_named(openai, path):
    pk = path.rpartition("/")[2]
    for unknown in ("conv_00000000000000000000000000", "conv_1", "x", pk.upper(), pk.replace("conv_", "msg_")):
        error = error_of(openai.get(f"/conversations/{unknown}"), 404)
        assert error["message"] == f"Conversation with id '{unknown}' not found."
        assert error["code"] is None
    error = error_of(openai.get(f"{path}/items/msg_7"), 404)
    assert error["message"] == "Item with id 'msg_7' not found."


def test_what_nobody_could_look_up_is_not_found(openai, path):
    for at in ("/conversations/%00", f"{path}/items/%00", f"{path}/items/a%00b"):
        error_of(openai.get(at), 404)


def test_a_wrong_verb_is_told_which_ones_there_are(openai, path):
    answer = openai.put(path, {})

    assert error_of(answer, 405)["code"] == "method_not_supported"
    assert answer["Allow"] == "HEAD, GET, POST, DELETE"


def test_a_body_too_large_is_413(openai, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    assert error_of(openai.post("/conversations", {"metadata": {"a": "x" * 200}}), 413)["code"] == "request_too_large"


def test_more_than_a_key_may_ask_is_429_and_when_to_come_again(openai, settings):
    settings.API_RATE = 3
    throttling.forget()

    answers = [openai.get("/conversations") for _ in range(4)]

    error = error_of(answers[-1], 429)
    assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


def test_a_fault_says_nothing_of_itself(openai, monkeypatch):
    monkeypatch.setattr("lib.walks.Walk.page", lambda *_, **__: 1 / 0)

    assert error_of(openai.get("/conversations"), 500) == {
        "message": "The server had an error while processing your request.",
        "type": "server_error",
        "param": None,
        "code": None,
    }


def test_nothing_is_409_which_the_clients_would_send_again_for_ever(openai, monkeypatch):
    def busy(*_):
        raise Problem(409, "in_progress", "The first request with this key is still running.")

    monkeypatch.setattr("api.dialect.once", busy)

    assert error_of(openai.post("/conversations", {}, Idempotency_Key="k"), 503)["type"] == "server_error"


def test_a_retry_with_an_idempotency_key_makes_one_thing(openai, alice):
    first = openai.post("/conversations", {}, Idempotency_Key="k1")

    assert openai.post("/conversations", {}, Idempotency_Key="k1").json() == first.json()
    assert Conversation.objects.filter(owner=alice).count() == 1


def test_what_the_sdks_send_beside_is_ignored(openai):
    headers = {"OpenAI-Organization": "o", "OpenAI-Project": "p", "OpenAI-Beta": "b", "x-stainless-lang": "python"}

    answer = openai.get("/conversations?unknown=1", **headers)

    assert answer.status_code == 200
    assert answer["X-Request-Id"]
