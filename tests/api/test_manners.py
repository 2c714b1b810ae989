"""What every address of the API does, whatever it is about."""

import gzip
import json
import threading
import time
from datetime import timedelta

import brotli
import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts import throttling
from accounts.models import ApiKey, RequestCount, User
from api.models import IdempotencyRecord
from conversations import paths
from conversations.models import Conversation


def test_an_unknown_address_is_refused_without_a_key(client):
    answer = client.get("/v1/nothing")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
    assert answer.json()["error"] == answer.json()["message"]
    assert answer.json()["request_id"] == answer["X-Request-Id"]


def test_what_postgresql_cannot_hold_is_no_address_and_no_place(as_alice, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}"

    for address in ("items/%00", "branches/a%00", "items/by-call-id/%00"):
        assert as_alice.get(f"{path}/{address}").status_code in (404, 405)
    assert as_alice.patch(f"{path}/items/by-call-id/%00", {"status": "failed"}).status_code == 404
    for query in ("items?after=%00", "items?cursor=%00", "?items_after=%00", "items?branch=%00", "items?call_id=%00"):
        assert as_alice.get(f"{path}/{query}".replace("/?", "?")).status_code == 400


def test_what_is_not_utf8_is_no_question(as_alice, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}"

    for query in ("/search?q=%ff", "/conversations?tag=%C0%80", f"{path}/items?branch=a%ED%A0%80"):
        answer = as_alice.get(query)
        assert (answer.status_code, answer.json()["message"]) == (400, "The query is not UTF-8.")
    assert as_alice.put(f"{path}/tags/caf%C3%A9").json()["name"] == "café"
    assert as_alice.get("/conversations?tag=caf%C3%A9").json()["total"] == 1


def test_more_parameters_than_anybody_means_are_refused(as_alice, caplog):
    answer = as_alice.get("/conversations?" + "&".join(["a=1"] * 1_201))

    assert (answer.status_code, answer.json()["message"]) == (400, "The query has more than 1,200 parameters.")
    assert not caplog.records


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/conversations/", "/v1/conversations/%00", "/v1//conversations"])
def test_nothing_is_ever_redirected(client, path):
    answer = client.post(path, b"{}", content_type="application/json")

    assert answer.status_code in (401, 404)
    assert answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer rk_live_nonsense"},
        {"Authorization": "Basic YTpi"},
        {"X-User-Id": "alice@example.org"},
    ],
)
def test_without_a_good_key_nobody_is_let_in(client, alice, headers):
    client.force_login(alice)  # a cookie is not looked at

    answer = client.get("/v1/conversations", headers=headers)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_who_is_not_let_in_hears_what_to_do(client, key_of, alice):
    key = key_of(alice)
    ApiKey.objects.update(revoked_at=timezone.now())

    assert "Account → API keys" in client.get("/v1/me").json()["message"]
    for secret in (key, key[:-1], "nonsense"):
        refused = client.get("/v1/me", headers={"Authorization": f"Bearer {secret}"})
        assert refused.json()["message"] == "This API key is not valid: it is mistyped, revoked or expired."


def test_a_key_may_come_in_either_header_and_bearer_wins(client, alice, key_of):
    good = key_of(alice)

    assert client.get("/v1/conversations", headers={"X-API-Key": good}).status_code == 200
    both = {"X-API-Key": good, "Authorization": "Bearer rk_live_nonsense"}
    assert client.get("/v1/conversations", headers=both).status_code == 401


def test_a_revoked_key_and_a_disabled_user_are_out_at_once(as_alice, alice):
    assert as_alice.get("/conversations").status_code == 200
    ApiKey.objects.get().revoke()
    assert as_alice.get("/conversations").status_code == 401


def test_a_key_does_only_what_its_scopes_say(program, alice, key_of):
    reading = program(key_of(alice, scopes=["conversations:read"]))

    assert reading.get("/conversations").status_code == 200
    refused = reading.post("/conversations", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")
    assert reading("DELETE", "/conversations/x/items").status_code == 405  # the verb comes before the scope


def test_a_workspace_key_acts_for_whom_it_names(program, alice, charlie):
    secret = ApiKey.objects.mint(workspace=alice.workspace)[1]
    User.objects.create(workspace=alice.workspace, external_id="app-user-7")

    assert program(secret).get("/conversations").json()["code"] == "user_required"
    assert program(secret, **{"Parley-User": "app-user-7"}).post("/conversations", {}).status_code == 201
    assert program(secret, **{"Parley-User": alice.typeid}).get("/conversations").json()["total"] == 0
    assert program(secret, **{"Parley-User": charlie.typeid}).get("/conversations").json()["code"] == "user_not_found"


def test_a_user_s_key_acts_for_others_only_with_the_scope(program, alice, bob, key_of):
    assert program(key_of(alice), **{"Parley-User": bob.typeid}).get("/conversations").status_code == 403
    scoped = key_of(alice, scopes=["conversations:read", "users:write"])
    assert program(scoped, **{"Parley-User": bob.typeid}).get("/conversations").status_code == 200


def test_a_wrong_verb_is_told_which_ones_there_are(as_alice):
    answer = as_alice.put("/conversations")

    assert (answer.status_code, answer["Allow"]) == (405, "HEAD, GET, POST, DELETE")


def test_a_preflight_needs_no_key_and_every_answer_may_be_read(client, as_alice):
    preflight = client.options("/v1/conversations")

    assert (preflight.status_code, preflight.content) == (204, b"")
    assert preflight["Access-Control-Allow-Origin"] == "*"
    assert "Idempotency-Key" in preflight["Access-Control-Allow-Headers"]
    answer = as_alice.get("/conversations")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert {"Content-Disposition", "ETag"} <= set(answer["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in preflight


def test_answers_are_compressed_for_whoever_takes_it_and_can_be_changed_all_the_same(as_alice):
    made = as_alice.post("/conversations", {"title": "x" * 250, "metadata": {"a": "b" * 500}})

    read = as_alice.get(f"/conversations/{made.json()['id']}", Accept_Encoding="gzip")

    assert read["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(read.content))["title"] == "x" * 250
    assert (
        as_alice.patch(f"/conversations/{made.json()['id']}", {"title": "y"}, If_Match=read["ETag"]).status_code == 200
    )


@pytest.mark.parametrize(
    ("taken", "encoding"),
    [
        ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip;q=1, br;q=0.9", "br"), ("br;q=0, gzip", "gzip"),
        ("x-br", None), ("brotli", None), ("gzip, br; q=0.0", "gzip"), ("", None),
    ],
)  # fmt: skip
def test_brotli_is_spoken_with_whoever_takes_it(as_alice, taken, encoding):
    made = as_alice.post("/conversations", {"title": "x" * 250}).json()["id"]

    read = as_alice.get(f"/conversations/{made}", Accept_Encoding=taken)

    assert read.get("Content-Encoding") == encoding
    assert (read["Vary"], read["Content-Length"]) == ("Accept-Encoding", str(len(read.content)))
    assert read["ETag"].startswith('W/"' if encoding else '"')
    if encoding == "br":
        assert json.loads(brotli.decompress(read.content))["title"] == "x" * 250
        assert len(read.content) < 400
        assert as_alice.patch(f"/conversations/{made}", {"title": "y"}, If_Match=read["ETag"]).status_code == 200


def test_what_is_streamed_is_packed_with_gzip_as_it_goes(as_alice, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}/export?format=txt"
    plain, packed = as_alice.get(path), as_alice.get(path, Accept_Encoding="gzip, br")

    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.getvalue()) == plain.getvalue()
    assert "Content-Length" not in packed


def test_what_has_no_body_has_no_length_and_no_type(as_alice, conversation, typeid):
    path = f"/conversations/{typeid(conversation)}"
    known = as_alice.get(path, If_None_Match=as_alice.get(path)["ETag"])
    preflight = as_alice("OPTIONS", path)

    assert (known.status_code, preflight.status_code) == (304, 204)
    for answer in (known, preflight):
        assert not {"Content-Length", "Content-Type"} & set(answer.headers)
        assert (answer["Vary"], answer["X-Content-Type-Options"]) == ("Accept-Encoding", "nosniff")


def test_a_request_s_id_is_echoed_when_it_is_one(as_alice):
    assert as_alice.get("/conversations", X_Request_Id="abc-123")["X-Request-Id"] == "abc-123"
    assert as_alice.get("/conversations", X_Request_Id="a b")["X-Request-Id"] != "a b"


def test_only_json_is_answered(as_alice):
    assert as_alice.get("/conversations", Accept="text/html").json()["code"] == "not_acceptable"
    assert as_alice.get("/conversations", Accept="application/*").status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"{", b"{}x", b"\xff", b"\x00", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": 1e999}', b'{"title": "\\u0000"}',
        b'{"title": "\\ud800"}', b'{"a": 1, "a": 2}', b"[" * 10_000, b'{"a":' * 101 + b"1" + b"}" * 101,
        b"9" * 5_000, b'\xef\xbb\xbf{}', b'{"\\u0000": 1}',
    ],
)  # fmt: skip
def test_what_is_no_clean_json_is_refused(as_alice, raw):
    answer = as_alice("POST", "/conversations", raw=raw)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_json")
    assert not Conversation.objects.exists()


def test_a_byte_order_mark_is_called_by_its_name(as_alice):
    answer = as_alice("POST", "/conversations", raw=b"\xef\xbb\xbf{}").json()

    assert answer["message"] == "The body is not valid JSON: A byte order mark, at character 0."


def test_numbers_of_any_size_come_back(as_alice):
    numbers = {"large": 10**300, "small": -(2**63) - 1, "exact": 12345678901234567890123, "fraction": -0.1}

    made = as_alice.post("/conversations", {"metadata": numbers | {"float": 1e200}}).json()

    for metadata in (made["metadata"], as_alice.get(f"/conversations/{made['id']}").json()["metadata"]):
        assert float(metadata.pop("float")) == 1e200
        assert metadata == numbers


def test_a_body_is_json_whatever_it_is_called(as_alice):
    answer = as_alice.client.generic(
        "POST", "/v1/conversations", b'{"title": "x"}', content_type="application/x-www-form-urlencoded"
    )

    assert answer.json()["title"] == "x"


def test_a_body_too_large_is_413(as_alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100

    answer = as_alice.post("/conversations", {"title": "x" * 200})

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("method", "address", "body", "message"),
    [
        ("POST", "/conversations", None, "The body must not be null."),
        ("POST", "/conversations", [], "The body must be an object."),
        ("POST", "/conversations", {"items": "Hi"}, "items must be a list."),
        ("POST", "/conversations", {"items": [None]}, "items[0] must not be null."),
        ("POST", "/conversations", {"items": [{}]}, "items[0].role is missing."),
        ("POST", "/conversations/bulk-delete", {"conversation_ids": [None]}, "conversation_ids[0] must not be null."),
        ("PATCH", "/users/me/settings/preferences", {}, "preferences is missing."),
        ("PUT", "{items}/edit", {"content": 5}, "content must be a string or 1 to 100 parts."),
        ("PUT", "{items}/edit", {"content": ["x"]}, "content[0] must be an object with a type."),
        ("PUT", "{items}/edit", {}, "content is missing."),
        ("PATCH", "{call}", {}, "status is missing."),
    ],
)
def test_what_is_wrong_is_said_in_one_manner(as_alice, conversation, typeid, method, address, body, message):
    path = f"/conversations/{typeid(conversation)}"
    conversation.append("assistant", "", type="function_call", call_id="call_7")
    places = {
        "items": f"{path}/items/{typeid(conversation.messages.first())}",
        "call": f"{path}/items/by-call-id/call_7",
    }

    answer = as_alice(method, address.format(**places), raw=json.dumps(body).encode())

    assert (answer.status_code, answer.json()["message"]) == (400, message)


def test_a_bad_host_and_a_fault_are_json_too(as_alice, monkeypatch):
    assert as_alice.get("/conversations", Host="evil.example").json()["code"] == "invalid_request"

    monkeypatch.setattr("conversations.listing.page", lambda *_, **__: 1 / 0)
    fault = as_alice.get("/conversations")
    assert (fault.status_code, fault.json()["code"]) == (500, "internal_error")
    assert "ZeroDivision" not in fault.content.decode()


def test_however_many_hosts_there_were_none_goes_unchecked(as_alice, monkeypatch):
    monkeypatch.setattr("api.middleware._HOSTS", 2)

    for _ in range(2):
        for port in range(1, 5):
            assert as_alice.get("/me", Host=f"testserver:{port}").status_code == 200
        assert as_alice.get("/me", Host="evil.example").status_code == 400


def test_programs_are_sent_to_https_and_told_there_to_stay(as_alice, settings):
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 60

    sent, asked = as_alice.get("/conversations?limit=5"), as_alice("OPTIONS", "/conversations")
    assert (sent.status_code, sent["Location"]) == (301, "https://testserver/v1/conversations?limit=5")
    assert not any("Strict-Transport-Security" in answer for answer in (sent, asked))
    assert as_alice.get("/conversations", Host="evil.example").json()["code"] == "invalid_request"

    there = as_alice.client.get("/v1/conversations", secure=True)
    assert (there.status_code, there["Strict-Transport-Security"]) == (200, "max-age=60")


def test_programs_are_led_past_what_pages_need(as_alice, sign_in, alice):
    answer = as_alice.get("/conversations")
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert (answer["Content-Length"], answer["X-Content-Type-Options"]) == (str(len(answer.content)), "nosniff")
    assert not answer.cookies

    signed_in = sign_in(alice)
    assert signed_in.get("/v1/conversations").status_code == 401
    assert signed_in.get("/").status_code == 302  # and the pages are still there
    page = signed_in.get("/conversations/", headers={"Accept-Encoding": "gzip, br"})
    assert page["Content-Security-Policy"] != answer["Content-Security-Policy"]
    assert (page["Content-Encoding"], page["Cache-Control"]) == ("gzip", "no-store, private")
    assert (page["X-Content-Type-Options"], page["X-Frame-Options"]) == ("nosniff", "DENY")
    assert not {"Access-Control-Allow-Origin", "X-Request-Id"} & set(page.headers)


def test_more_than_a_key_may_ask_is_429(as_alice, settings):
    settings.API_RATE = 3
    throttling.forget()

    answers = [as_alice.get("/conversations") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60


@pytest.mark.parametrize("late", [0, 1])
def test_who_was_counted_as_the_minute_ended_is_told_to_wait_too(as_alice, settings, monkeypatch, late):
    settings.API_RATE = 1
    throttling.forget()
    minute = int(time.time() // 60) - late
    monkeypatch.setattr(throttling, "_window", lambda minutes: minute)
    monkeypatch.setattr(throttling.time, "time", lambda: 60.0 * (minute + 1) + late)

    answers = [as_alice.get("/conversations") for _ in range(2)]

    assert [(answer.status_code, answer.get("Retry-After")) for answer in answers] == [(200, None), (429, "1")]


def test_the_same_post_twice_makes_one_thing(as_alice):
    first = as_alice.post("/conversations", {"title": "Once"}, Idempotency_Key="k1")
    again = as_alice.post("/conversations", {"title": "Once"}, Idempotency_Key="k1")

    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert again["ETag"] == first["ETag"]
    assert Conversation.objects.count() == 1
    other = as_alice.post("/conversations", {"title": "Other"}, Idempotency_Key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_refused_request_may_use_its_key_again(as_alice, as_charlie):
    assert as_alice.post("/conversations", {"title": 5}, Idempotency_Key="k1").status_code == 400
    assert as_alice.post("/conversations", {"title": "Mended"}, Idempotency_Key="k1").status_code == 201
    assert as_charlie.post("/conversations", {"title": "Mine"}, Idempotency_Key="k1").status_code == 201


def test_a_key_of_yesterday_may_be_used_for_something_else(as_alice):
    as_alice.post("/conversations", {"title": "Once"}, Idempotency_Key="k1")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))

    assert as_alice.post("/conversations", {"title": "Other"}, Idempotency_Key="k1").status_code == 201
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_old_keys_that_another_request_is_sweeping_away_are_not_waited_for(as_alice):
    as_alice.post("/conversations", {"title": "Yesterday"}, Idempotency_Key="k1")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))

    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("DELETE FROM api_idempotencyrecord")

        assert as_alice.post("/conversations", {"title": "Today"}, Idempotency_Key="k2").status_code == 201
        other.rollback()


def test_what_was_counted_an_hour_ago_is_swept_away(as_alice):
    RequestCount.objects.create(name="key:gone", minute=1, used=5)
    throttling.forget()

    as_alice.get("/conversations")

    assert not RequestCount.objects.filter(name="key:gone").exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_key_make_one_thing(program, alice, key_of):
    secret, answers = key_of(alice), []

    def post():
        try:
            answers.append(program(secret).post("/conversations", {"title": "Once"}, Idempotency_Key="k1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in answers} == {201}
    assert len({json.loads(answer.content)["id"] for answer in answers}) == 1
    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("prefix", ["/v1", "/openai/v1"])
def test_an_item_that_is_deleted_while_it_is_read_is_404(
    program, alice, key_of, conversation, typeid, monkeypatch, prefix
):
    message, items_named = conversation.messages.get(position=2), paths.items_named
    monkeypatch.setattr(paths, "items_named", lambda *args: message.remove() or items_named(*args))

    answer = program(key_of(alice), prefix).get(f"/conversations/{typeid(conversation)}/items/{message.typeid}")

    assert answer.status_code == 404
