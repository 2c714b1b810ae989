"""A real server on loopback behaves as badly as servers do."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from lib import completions
from lib.completions import ModelBusy, ModelFailed, ModelServer, ModelTimedOut
from tests.model_server import completion
from tests.waiting import PATIENCE

ASKED = [{"role": "user", "content": "Which star is that?"}]


def ask(server, *, patience=10, key="sk-of-the-operator", **wishes):
    return ModelServer(server.url, key, patience).complete(ASKED, model="llama", **wishes)


def behaves(server, body, status=200, **headers):
    server.behaviour = lambda handler, question: handler.send(body, status, **headers)


def test_a_model_is_asked_as_every_server_understands(model_server):
    answer = ask(model_server, temperature=0.5)

    assert (answer.text, answer.model) == ("You said: Which star is that?", "llama")
    assert answer.usage == {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
    assert model_server.questions == [{"model": "llama", "messages": ASKED, "stream": False, "temperature": 0.5}]
    assert model_server.headers["Authorization"] == "Bearer sk-of-the-operator"
    assert model_server.headers["Accept-Encoding"] == "identity"


def test_a_server_without_a_key_is_sent_none(model_server):
    ask(model_server, key="")

    assert "Authorization" not in model_server.headers


def test_what_a_model_thought_and_that_it_was_cut_are_known(model_server):
    behaves(model_server, completion("Vega", finish_reason="length", reasoning_content="Blue, in the north."))

    answer = ask(model_server)

    assert (answer.text, answer.reasoning, answer.is_cut) == ("Vega", "Blue, in the north.", True)


def test_what_postgresql_cannot_hold_is_taken_out(model_server):
    behaves(model_server, completion("a\x00b\ud83d", model="m\x00"))

    answer = ask(model_server)

    assert (answer.text, answer.model) == ("ab\ufffd", "m")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad Gateway</html>",
        b'{"choices": [{"message": {"content": "cut o',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"choices": ' + b"9" * 5_000 + b"}",
        {"error": {"message": "sk-of-the-operator is not valid"}},
        {"choices": []},
        {"choices": [None]},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {"content": None}}]},
        {"choices": [{"message": {"content": [{"type": "text", "text": "x"}]}}]},
        {"choices": [{"message": {"content": " \n"}}]},
        {"choices": {"0": "x"}},
        [],
        None,
    ],
)
def test_what_is_no_answer_is_none(model_server, body):
    behaves(model_server, body)

    with pytest.raises(ModelFailed):
        ask(model_server)


@pytest.mark.parametrize("usage", [None, [], "many", {"prompt_tokens": "12"}, {"prompt_tokens": -1, "x": 1}])
def test_nonsense_beside_an_answer_is_left_out(model_server, usage):
    behaves(model_server, completion("Vega", model=7) | {"usage": usage})

    answer = ask(model_server)

    assert (answer.text, answer.model, answer.usage) == ("Vega", "llama", {})


@pytest.mark.parametrize("status", [201, 301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
def test_no_other_status_is_an_answer_and_none_is_followed(model_server, status, caplog):
    behaves(model_server, completion("secret words"), status, Location=f"{model_server.url}/chat/completions")

    with pytest.raises(ModelFailed) as refused:
        ask(model_server)

    assert len(model_server.questions) == 1
    assert str(refused.value) == "The model’s server did not give an answer."
    assert caplog.messages == [f"no answer: status {status}"]


def test_a_compressed_answer_is_not_unpacked(model_server):
    behaves(model_server, completion("x"), Content_Encoding="gzip")

    with pytest.raises(ModelFailed):
        ask(model_server)


def test_an_endless_answer_is_read_only_so_far(model_server):
    sent = []

    def endless(handler, question):
        handler.send_response(200)
        handler.send_header("Connection", "close")
        handler.end_headers()
        while True:
            sent.append(handler.wfile.write(b" " * 65_536))

    model_server.behaviour = endless

    with pytest.raises(ModelFailed):
        ask(model_server)

    assert sum(sent) < 4 * completions.ANSWER_BYTES  # the rest lay in the buffers between


def test_an_answer_that_breaks_off_is_none(model_server):
    def breaks_off(handler, question):
        handler.send_response(200)
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        handler.wfile.write(json.dumps(completion("x")).encode())
        handler.close_connection = True

    model_server.behaviour = breaks_off

    with pytest.raises(ModelFailed):
        ask(model_server)


def test_a_server_that_hangs_up_or_speaks_something_else_is_told_apart_from_an_answer(model_server):
    def hangs_up(handler, question):
        handler.close_connection = True

    def speaks_otherwise(handler, question):
        handler.wfile.write(b"220 mail.example.org ESMTP\r\n")
        handler.close_connection = True

    for behaviour in (hangs_up, speaks_otherwise):
        model_server.behaviour = behaviour
        with pytest.raises(ModelFailed):
            ask(model_server)


def test_nobody_is_there():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        with pytest.raises(ModelFailed):
            ModelServer(url, "", 10).complete(ASKED, model="llama")
    with pytest.raises(ModelFailed):
        ModelServer("http://nobody.invalid/v1", "", 10).complete(ASKED, model="llama")


def test_a_server_that_is_asked_for_https_and_has_none(model_server):
    with pytest.raises(ModelFailed):
        ModelServer(model_server.url.replace("http:", "https:"), "", 10).complete(ASKED, model="llama")


def drip(handler, text, dripped):
    for byte in text:
        handler.wfile.write(bytes([byte]))
        dripped.append(byte)
        time.sleep(0.05)  # this is the behaviour that is tested, not a wait for something


@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n" + b" " * 1_000,
    ],
    ids=["in its head", "in its body"],
)
def test_a_byte_now_and_then_does_not_make_patience_begin_anew(model_server, text):
    dripped = []
    model_server.behaviour = lambda handler, question: drip(handler, text, dripped)

    with pytest.raises(ModelTimedOut):
        ask(model_server, patience=0.5)

    assert len(dripped) < len(text)  # which would take most of a minute


def test_silence_ends_when_patience_does(model_server):
    model_server.gate.clear()

    with pytest.raises(ModelTimedOut):
        ask(model_server, patience=0.3)


def test_so_many_may_wait_at_once_and_afterwards_others(model_server):
    model_server.gate.clear()
    with ThreadPoolExecutor(completions.AT_ONCE) as pool:
        waiting = [pool.submit(ask, model_server) for _ in range(completions.AT_ONCE)]
        for _ in waiting:
            assert model_server.arrived.acquire(timeout=PATIENCE)
        with pytest.raises(ModelBusy):
            ask(model_server)
        model_server.gate.set()
        assert {future.result().text for future in waiting} == {"You said: Which star is that?"}

    behaves(model_server, b"no answer")
    for _ in range(completions.AT_ONCE + 1):  # a place is free again whatever came of it
        with pytest.raises(ModelFailed):
            ask(model_server)


def test_what_the_environment_says_of_proxies_is_not_asked(model_server, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "socks5://127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)

    assert ask(model_server).text == "You said: Which star is that?"
