"""Links: made, listed and ended by their owner, and read by whoever has them."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import throttling
from accounts.models import AuditEvent
from conversations.models import Grant
from conversations.refusals import Stale
from sharing import spelling
from sharing.models import DailyViews, ShareLink

ONE_LINK = [
    ("GET", "/shares/{}"),
    ("PATCH", "/shares/{}"),
    ("DELETE", "/shares/{}"),
    ("GET", "/shares/{}/changes"),
    ("POST", "/shares/{}/update"),
    ("GET", "/shares/{}/views"),
]


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def share():
    """A link to this conversation, or to one message of it."""
    return ShareLink.objects.share


@pytest.fixture
def read(client):
    """Opens a link as a stranger would."""
    return lambda share, **headers: client.get(f"/v1/public/shares/{share}", headers=headers)


def test_a_conversation_is_shared_as_the_guide_shows(as_alice, path, settings, typeid, conversation):
    settings.PUBLIC_ORIGIN = "https://chat.example.org"
    answer = as_alice.post(f"{path}/share", {"expires_in": 86400, "read_only": True})

    share = answer.json()
    assert answer.status_code == 201
    assert share == {
        "id": share["share_id"],
        "share_id": share["share_id"],
        "object": "share",
        "slug": share["slug"],
        "url": f"https://chat.example.org/conversations/share/{share['share_id']}",
        "share_url": f"https://chat.example.org/v1/public/shares/{share['slug']}",
        "conversation_id": typeid(conversation),
        "scope": "conversation",
        "live": False,
        "title": "Choosing a telescope",
        "has_password": False,
        "read_only": True,
        "visibility": "unlisted",
        "view_count": 0,
        "snapshot_version": 1,
        "share_options": {
            "include_images": False,
            "include_files": False,
            "include_context_messages": False,
            "include_reasoning": False,
            "include_tools": False,
            "include_system": False,
            "include_names": False,
        },
        "expires_at": share["expires_at"],
        "created_at": share["created_at"],
        "updated_at": share["updated_at"],
    }
    assert share["share_id"].startswith("share_")
    assert len(share["slug"]) == 22
    lives = ShareLink.objects.get().expires_at - timezone.now()
    assert timedelta(hours=23, minutes=59) < lives < timedelta(days=1)
    assert AuditEvent.objects.get(action="sharelink.create").target_id == ShareLink.objects.get().pk


def test_an_empty_body_shares_for_ever(as_alice, path):
    share = as_alice("POST", f"{path}/share").json()

    assert share["expires_at"] is None


def test_whoever_has_the_link_reads_it_in_either_spelling(as_alice, path, read):
    share = as_alice.post(f"{path}/share").json()

    public = read(share["slug"]).json()
    assert public == read(share["share_id"]).json()
    assert public["object"] == "public_share"
    assert (public["share_id"], public["title"]) == (share["share_id"], "Choosing a telescope")
    question, answer = public["snapshot"]["items"]
    text = "Which telescope should a beginner buy?"
    assert question["content"] == [{"type": "input_text", "text": text, "input_text": text}]
    assert answer["content"][0]["type"] == "text"
    assert question["id"].startswith("msg_")
    assert "alice" not in json.dumps(public).lower()


def test_a_reader_is_told_nothing_to_keep_and_nothing_is_sent_on(as_alice, path, read):
    for answer in (read(as_alice.post(f"{path}/share").json()["slug"]), read("nothing")):
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "no-referrer"
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert not answer.cookies


def test_views_are_counted_and_asking_whether_it_is_there_is_none(as_alice, path, read, client):
    share = as_alice.post(f"{path}/share").json()
    assert client.head(f"/v1/public/shares/{share['slug']}").status_code == 200
    assert "last_viewed_at" not in as_alice.get("/shares").json()["data"][0]
    read(share["slug"])
    read(share["share_id"])

    row = as_alice.get("/shares").json()["data"][0]
    assert row["view_count"] == 2
    assert "last_viewed_at" in row
    assert row["updated_at"] == share["updated_at"]


def test_one_item_is_shared_by_two_addresses(as_alice, path, conversation, read, typeid):
    answer = conversation.messages.get(position=2)
    by_item = as_alice.post(f"{path}/items/{typeid(answer)}/share", {"include_context": True}).json()
    by_scope = as_alice.post(f"{path}/share", {"scope": "item", "item_id": typeid(answer)}).json()

    assert by_item["scope"] == by_scope["scope"] == "item"
    assert by_item["item_id"] == by_scope["item_id"] == typeid(answer)
    assert by_item["share_options"]["include_context_messages"] is True
    assert len(read(by_item["slug"]).json()["snapshot"]["items"]) == 2
    assert len(read(by_scope["slug"]).json()["snapshot"]["items"]) == 1


def test_an_item_is_named_as_its_client_knows_it(as_alice, path, conversation, typeid, django_assert_num_queries):
    as_alice.post(f"{path}/items", {"id": "q-2", "role": "user", "content": "And for the car?"})

    made = as_alice.post(f"{path}/items/q-2/share").json()

    assert made["item_id"] == "q-2"
    with django_assert_num_queries(2):  # the key, the links with their items
        assert as_alice.get("/shares").json()["data"][0]["item_id"] == "q-2"
    message = conversation.messages.get(external_id="q-2")
    message.remove()
    assert as_alice.get("/shares").json()["data"][0]["item_id"] == typeid(message)
    assert as_alice.get(f"/shares/{made['id']}").json()["item_id"] == typeid(message)
    assert as_alice.patch(f"/shares/{made['id']}", {"title": "Gone"}).json()["item_id"] == typeid(message)


def test_a_branch_is_named_in_the_body_and_better_in_the_address(as_alice, path, conversation, read):
    conversation.reply(1, "assistant", "Binoculars.")
    backup = conversation.branches.exclude(name="MAIN").get().name

    named = as_alice.post(f"{path}/share", {"branch": backup}).json()
    better = as_alice.post(f"{path}/share?branch=main", {"branch": backup}).json()

    assert "Dobsonian" in read(named["slug"]).content.decode()
    assert "Binoculars" in read(better["slug"]).content.decode()
    assert as_alice.post(f"{path}/share?branch=none").json()["code"] == "branch_not_found"


def test_a_range_is_named_by_its_ends(as_alice, path, conversation, read, typeid):
    conversation.append_all([{"role": "user", "text": "For planets?"}, {"role": "assistant", "text": "A refractor."}])
    first, last = (typeid(conversation.messages.get(position=position)) for position in (2, 3))

    until = as_alice.post(f"{path}/share", {"scope": "range", "item_id": last}).json()
    between = as_alice.post(f"{path}/share", {"scope": "range", "first_item_id": first, "item_id": last}).json()
    backwards = as_alice.post(f"{path}/share", {"scope": "range", "first_item_id": last, "item_id": first})

    assert (between["scope"], between["item_id"]) == ("range", last)
    assert [len(read(share["slug"]).json()["snapshot"]["items"]) for share in (until, between)] == [3, 2]
    assert backwards.json()["code"] == "nothing_to_share"


def test_a_live_link_shows_what_is_written_later(as_alice, path, read):
    share = as_alice.post(f"{path}/share", {"live": True}).json()
    as_alice.post(f"{path}/items", {"role": "user", "content": "For planets?"})

    assert share["live"] is True
    assert len(read(share["slug"]).json()["snapshot"]["items"]) == 3
    assert as_alice.get(f"/shares/{share['id']}/changes").json() == {
        "object": "share.changes", "added": 0, "edited": 0, "removed": 0,
    }  # fmt: skip


def test_a_preview_is_what_strangers_would_read_and_warns_of_secrets(as_alice, path, conversation, read, typeid):
    conversation.append("user", "Mail maria@observatory.ch, and again maria@observatory.ch")
    conversation.append("tool", "postgres://app:hunter22@db/app")
    body = {"title": "Optics", "include_tools": True}
    preview = as_alice.post(f"{path}/share/preview", body).json()
    assert not ShareLink.objects.exists()
    assert not AuditEvent.objects.exists()

    public = read(as_alice.post(f"{path}/share", body).json()["slug"]).json()["snapshot"]
    assert preview["snapshot"] | {"created_at": ""} == public | {"created_at": ""}
    mail, password = (typeid(conversation.messages.get(position=position)) for position in (3, 4))
    assert preview["warnings"] == [
        {"kind": "E-mail address", "excerpt": "maria@…", "item_id": mail, "items": 1},
        {"kind": "Password in an address", "excerpt": "hu…", "item_id": password, "items": 1},
    ]
    assert as_alice.post(f"{path}/share/preview").json()["warnings"][1:] == []


def test_a_key_that_only_reads_may_look(alice, key_of, program, path):
    reader = program(key_of(alice, scopes=["conversations:read"]))

    assert reader.post(f"{path}/share/preview").status_code == 200
    assert reader.post(f"{path}/share").status_code == 403


def test_a_link_is_changed_and_stays_at_its_moment(as_alice, path, conversation, read):
    share = as_alice.post(f"{path}/share", {"title": "Optics", "expires_in": 60, "password": "aperture fever"}).json()
    conversation.append("tool", "42")
    there = f"/shares/{share['id']}"
    changed = as_alice.patch(there, {"title": None, "expires_in": None, "read_only": False, "include_tools": True})

    told = changed.json()
    assert (told["title"], told["expires_at"], told["read_only"]) == ("Choosing a telescope", None, False)
    assert (told["has_password"], told["share_options"]["include_tools"]) == (True, True)
    assert as_alice.get(there).json() == told
    assert as_alice.patch(there, {"password": None}).json()["has_password"] is False
    assert len(read(share["slug"]).json()["snapshot"]["items"]) == 2
    line = AuditEvent.objects.filter(action="sharelink.change").order_by("id").first()
    assert sorted(line.details["fields"]) == ["expires_at", "include_tools", "read_only", "title"]
    assert "aperture" not in as_alice.get("/shares").content.decode()
    as_alice.delete(there)
    assert as_alice.patch(there, {"title": "x"}).json()["code"] == "share_revoked"


def test_a_link_is_brought_up_to_date_at_its_address(as_alice, path, conversation, alice, read):
    share = as_alice.post(f"{path}/share").json()
    conversation.messages.get(position=1).edit("Which binoculars?", by=alice)
    conversation.append("user", "For planets?")
    counts = {"object": "share.changes", "added": 1, "edited": 1, "removed": 0}

    assert as_alice.get(f"/shares/{share['id']}/changes").json() == counts
    assert "binoculars" not in read(share["slug"]).content.decode()
    updated = as_alice.post(f"/shares/{share['id']}/update").json()
    assert (updated["changes"], updated["url"]) == (counts, share["url"])
    assert "binoculars" in read(share["slug"]).content.decode()
    assert AuditEvent.objects.filter(action="sharelink.update").count() == 1


def test_a_call_is_shown_with_what_came_of_it(as_alice, path, read):
    item = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": "{}", "output": "4"}
    as_alice.post(f"{path}/items", item)

    shown = read(as_alice.post(f"{path}/share", {"include_tools": True}).json()["slug"]).json()["snapshot"]["items"]
    assert {name: shown[-1][name] for name in ("type", "call_id", "name", "arguments", "output")} == item
    assert len(read(as_alice.post(f"{path}/share").json()["slug"]).json()["snapshot"]["items"]) == 2


@pytest.mark.parametrize("address", ["/conversations/{}/share/{}", "/conversations/{}/shares/{}", "/shares/{1}"])
@pytest.mark.parametrize("spelling", ["share_id", "slug"])
def test_a_link_is_ended_by_three_addresses_and_twice_is_once(as_alice, conversation, typeid, read, address, spelling):
    share = as_alice.post(f"/conversations/{typeid(conversation)}/share").json()
    there = address.format(typeid(conversation), share[spelling])

    for _ in range(2):
        ended = as_alice.delete(there)
        assert (ended.status_code, ended.json()) == (
            200,
            {"id": share["share_id"], "object": "share.deleted", "deleted": True},
        )
    gone = read(share["slug"])
    assert (gone.status_code, gone.json()["code"]) == (410, "share_revoked")
    assert AuditEvent.objects.filter(action="sharelink.revoke").count() == 1
    assert as_alice.get("/shares?include_revoked=false").json()["data"] == []
    assert "revoked_at" in as_alice.get("/shares").json()["data"][0]


def test_deleting_the_conversation_ends_its_links(as_alice, path, read):
    share = as_alice.post(f"{path}/share").json()
    as_alice.delete(path)

    assert read(share["slug"]).json()["code"] == "share_revoked"
    assert as_alice.get("/shares").json()["data"][0]["title"] == "Untitled Conversation"
    assert as_alice.delete(f"/shares/{share['slug']}").status_code == 200


def test_an_expired_link_says_so(as_alice, path, read):
    share = as_alice.post(f"{path}/share", {"expires_in": 1}).json()
    ShareLink.objects.update(expires_at=timezone.now())

    gone = read(share["slug"])
    assert (gone.status_code, gone.json()["code"]) == (410, "share_expired")


@pytest.mark.parametrize("share", ["x", "share_01jj1hdhn7f9ts7a01wb3hysdb", "0" * 22, "%00", "share_", "é" * 22, "a/b"])
def test_a_link_that_never_was_is_not_found(db, read, share):
    answer = read(share)

    assert answer.status_code == 404
    assert answer.json()["code"] in ("share_not_found", "not_found")


def test_the_row_s_own_id_opens_nothing(as_alice, path, read):
    as_alice.post(f"{path}/share")

    assert read(ShareLink.objects.get().typeid).status_code == 404


def test_every_page_of_links_is_reached(as_alice, path, conversation, django_assert_num_queries):
    made = [as_alice.post(f"{path}/share", {"title": f"Number {n}"}).json()["id"] for n in range(5)]

    first = as_alice.get(f"{path}/shares?limit=2").json()
    assert [row["id"] for row in first["data"]] == made[:2:-1]
    assert (first["has_more"], first["next_after"], first["total"]) == (True, made[3], 5)
    with django_assert_num_queries(5):  # the key, the conversation, where the cursor stands, the rows, how many
        rest = as_alice.get(f"{path}/shares?after={made[3]}").json()
    assert [row["id"] for row in rest["data"]] == made[2::-1]
    with django_assert_num_queries(2):  # the key, the rows
        assert len(as_alice.get("/shares").json()["data"]) == 5
    assert as_alice.get("/shares?after=share_01jj1hdhn7f9ts7a01wb3hysdb").json()["code"] == "invalid_cursor"


def test_reading_costs_the_same_however_long_it_is(as_alice, path, conversation, read, django_assert_num_queries):
    conversation.append_all([{"role": "user", "text": "More"}] * 100)
    share = as_alice.post(f"{path}/share").json()
    read(share["slug"])  # the first of a minute sweeps what was counted before

    with django_assert_num_queries(5):  # the count of this minute, the link, how long the messages are, they, the view
        assert len(read(share["slug"]).json()["snapshot"]["items"]) == 102


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"expires_in": 0}, "expires_in must be at least 1."),
        ({"expires_in": 31_536_001}, "expires_in must be at most 31,536,000."),
        ({"expires_in": "60"}, "expires_in must be a whole number."),
        ({"expires_in": 1.5}, "expires_in must be a whole number."),
        ({"expires_in": True}, "expires_in must be a whole number."),
        ({"read_only": "yes"}, "read_only must be true or false."),
        ({"title": "x" * 257}, "title must be at most 256 characters long."),
        ({"title": " " * 257}, "title must be at most 256 characters long."),
        ({"scope": "everything"}, "scope must be conversation, range or item."),
        ({"scope": "item"}, "item_id is missing."),
        ({"scope": "range"}, "item_id is missing."),
        ({"scope": "item", "item_id": "msg_1", "live": True}, "live is for whole conversations."),
        ({"password": "short"}, "password must be at least 8 characters long."),
        ({"password": " \n"}, "password must be at least 8 characters long."),
        ({"password": "x" * 129}, "password must be at most 128 characters long."),
        ([], "The body must be an object."),
    ],
)
def test_what_is_wrong_is_named(as_alice, path, body, message):
    refused = as_alice.post(f"{path}/share", body)

    assert (refused.status_code, refused.json()["message"]) == (400, message)
    assert not ShareLink.objects.exists()


def test_nothing_to_share_is_said(as_alice):
    empty = as_alice.post("/conversations", {}).json()["id"]

    refused = as_alice.post(f"/conversations/{empty}/share")
    assert (refused.status_code, refused.json()["code"]) == (400, "nothing_to_share")
    missing = as_alice.post(f"/conversations/{empty}/share", {"scope": "item", "item_id": "msg_1"})
    assert (missing.status_code, missing.json()["code"]) == (404, "item_not_found")


@pytest.mark.parametrize("role", [None, "viewer", "editor", "owner"])
def test_only_the_owner_publishes_and_sees_what_is_published(as_alice, as_bob, bob, conversation, path, typeid, role):
    if role:
        Grant.objects.create(conversation=conversation, user=bob, role=role)
    share = as_alice.post(f"{path}/share").json()
    item = typeid(conversation.messages.first())

    for verb, address in [
        ("POST", f"{path}/share"),
        ("POST", f"{path}/share/preview"),
        ("POST", f"{path}/items/{item}/share"),
        ("GET", f"{path}/shares"),
        ("DELETE", f"{path}/share/{share['id']}"),
        ("DELETE", f"{path}/shares/{share['slug']}"),
    ]:
        assert as_bob(verb, address).status_code == 403, address
    assert as_bob.get("/shares").json()["data"] == []
    for verb, address in ONE_LINK:
        refused = as_bob(verb, address.format(share["slug"]))
        assert (refused.status_code, refused.json()["code"]) == (404, "share_not_found"), address
    assert ShareLink.objects.get().revoked_at is None


def test_a_stranger_finds_nothing_of_it(as_alice, as_charlie, conversation, path, typeid):
    share = as_alice.post(f"{path}/share").json()
    item = typeid(conversation.messages.first())

    for verb, address in [
        ("POST", f"{path}/share"),
        ("POST", f"{path}/share/preview"),
        ("POST", f"{path}/items/{item}/share"),
        ("GET", f"{path}/shares"),
        ("DELETE", f"{path}/share/{share['id']}"),
        ("DELETE", f"{path}/shares/{share['slug']}"),
        *((verb, address.format(share["slug"])) for verb, address in ONE_LINK),
    ]:
        assert as_charlie(verb, address).status_code == 404, address
    assert as_charlie.get(f"/shares?after={share['id']}").json()["code"] == "invalid_cursor"
    assert ShareLink.objects.get().revoked_at is None


def test_an_address_reads_a_hundred_times_a_minute(as_alice, path, time_machine_frozen):
    share = as_alice.post(f"{path}/share").json()
    throttling.forget()
    flood, other = Client(REMOTE_ADDR="192.0.2.7"), Client(REMOTE_ADDR="192.0.2.8")
    there = f"/v1/public/shares/{share['slug']}"

    answers = [flood.get(there).status_code for _ in range(101)]

    assert answers == [200] * 100 + [429]
    assert other.get(there).status_code == 200
    assert int(flood.get(there)["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "::ffff:c000:207"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_a_customer_has_a_whole_network_of_long_addresses(rf, address, known_as):
    assert throttling.client(rf.get("/", REMOTE_ADDR=address)) == known_as


def test_a_list_is_narrowed_to_a_state_and_a_conversation(as_alice, alice, conversation, typeid, share):
    other = type(conversation).objects.start(alice)
    other.append("user", "Hello")
    links = {
        "working": share(conversation, title="working"),
        "expired": share(conversation, title="expired", expires_at=timezone.now()),
        "revoked": share(other, title="revoked"),
    }
    links["revoked"].revoke()

    def titles(query):
        return [row["title"] for row in as_alice.get(f"/shares?{query}").json()["data"]]

    assert [titles(f"state={state}") for state in links] == [[state] for state in links]
    assert titles(f"conversation={typeid(conversation)}") == ["expired", "working"]
    assert titles(f"conversation={typeid(conversation)}&state=revoked") == []
    for query in ("state=gone", "conversation=x", "conversation="):
        assert as_alice.get(f"/shares?{query}").status_code == 400


def test_two_who_change_a_link_do_not_overwrite_each_other(as_alice, path):
    made = as_alice.post(f"{path}/share", {"title": "One"})
    there = f"/shares/{made.json()['id']}"
    ShareLink.objects.update(view_count=7)  # readers do not stop who changes it
    assert as_alice.get(there, If_None_Match=made["ETag"])["ETag"] == made["ETag"]

    first = as_alice.patch(there, {"title": "Two"}, If_Match=made["ETag"])
    second = as_alice.patch(there, {"title": "Three"}, If_Match=made["ETag"])

    assert (first.status_code, second.status_code, second.json()["code"]) == (200, 412, "stale")
    assert as_alice.get(there).json()["title"] == "Two"
    assert as_alice.patch(there, {"title": "Three"}, If_Match=first["ETag"]).status_code == 200
    assert as_alice.patch(there, {"title": "Four"}).status_code == 200


def test_a_change_between_the_look_and_the_lock_is_seen(alice, conversation, share):
    link = share(conversation, title="One")
    read = link.updated_at
    ShareLink.objects.get().change(title="Two")

    with pytest.raises(Stale):
        link.change(title="Three", expected_at=read)
    assert ShareLink.objects.get().title == "Two"


def test_views_are_told_by_the_day(as_alice, conversation, share, time_machine_frozen):
    link = share(conversation)
    DailyViews.objects.create(link=link, day="2026-11-19", count=7)
    DailyViews.objects.create(link=link, day="2026-11-17", count=9)
    answer = as_alice.get(f"/shares/{link.typeid}/views?days=3").json()

    assert answer["data"] == [
        {"day": "2026-11-18", "count": 0},
        {"day": "2026-11-19", "count": 7},
        {"day": "2026-11-20", "count": 0},
    ]
    assert (answer["total"], answer["last_viewed_at"]) == (0, None)
    assert len(as_alice.get(f"/shares/{link.typeid}/views").json()["data"]) == 30
    for days in ("0", "366", "x"):
        assert as_alice.get(f"/shares/{link.typeid}/views?days={days}").status_code == 400


def test_several_are_revoked_at_once_by_any_of_their_names(as_alice, as_bob, conversation, share):
    links = [share(conversation) for _ in range(4)]
    names = [links[0].typeid, spelling.slug(links[1].secret), spelling.share_id(links[2].secret), "nobody", "link_x"]
    links[2].revoke()
    told = {"object": "shares.revoked", "revoked_count": 0, "ended_before_count": 0}
    assert as_bob.post("/shares/revoke", {"share_ids": names}).json() == told | {"failed_count": 5, "failed_ids": names}
    assert as_bob.post("/shares/revoke", {"all": True}).json()["revoked_count"] == 0

    answer = as_alice.post("/shares/revoke", {"share_ids": names})
    assert answer.json() == {
        "object": "shares.revoked",
        "revoked_count": 2,
        "ended_before_count": 1,
        "failed_count": 2,
        "failed_ids": ["nobody", "link_x"],
    }
    assert as_alice.post("/shares/revoke", {"all": True}).json()["revoked_count"] == 1
    assert AuditEvent.objects.filter(action="sharelink.revoke").count() == 4
    assert not ShareLink.objects.working().exists()


@pytest.mark.parametrize(
    "body", [{}, {"share_ids": []}, {"all": False}, {"all": True, "share_ids": ["x"]}, {"share_ids": ["x"] * 101}]
)
def test_what_to_revoke_is_said_plainly(as_alice, body):
    assert as_alice.post("/shares/revoke", body).status_code == 400
