"""The page and the dialog that a link is made with: what it may show, what it would, and what looks like a secret."""

import re
import secrets
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from conversations.models import Grant
from sharing import pages
from sharing.models import ShareLink
from tests.sharing.conftest import PNG

HTMX = {"HX-Request": "true"}


@pytest.fixture
def sheet(conversation):
    return reverse("sharing:new", args=[conversation.pk])


@pytest.fixture
def as_alice(sign_in, alice):
    return sign_in(alice)


@pytest.fixture
def filled(as_alice, sheet):
    """The fields of the form as they stand when it is opened, with others in place of some."""

    def filled(query="", **fields):
        html = as_alice.get(sheet + query).content.decode()
        draft = re.search(r'name="draft" value="([^"]+)"', html)[1]
        return {"what": "branch", "draft": draft, **fields}

    return filled


def at(conversation, position):
    return conversation.messages.get(position=position).typeid


def test_a_link_is_made_without_a_script(as_alice, sheet, filled, conversation):
    answer = as_alice.post(sheet, filled(title="Optics", expires="86400", password="aperture fever", may_continue="on"))

    link = ShareLink.objects.get()
    assert (answer.status_code, answer["Location"]) == (303, link.get_absolute_url())
    assert (link.title, link.read_only, link.is_opened_by("aperture fever")) == ("Optics", False, True)
    assert timedelta(hours=23) < link.expires_at - timezone.now() <= timedelta(days=1)
    assert not any(link.included.values())
    assert AuditEvent.objects.get(action="sharelink.create").target_id == link.pk


def test_in_the_dialog_its_address_comes_instead_of_the_form(as_alice, sheet, filled):
    answer = as_alice.post(sheet, filled(), headers=HTMX)

    html = answer.content.decode()
    assert answer.status_code == 200
    assert ShareLink.objects.get().path in html
    assert "copy-button" in html
    assert "<html" not in html


def test_the_form_is_a_page_or_a_piece_of_one(as_alice, sheet):
    whole, piece = as_alice.get(sheet), as_alice.get(sheet, headers=HTMX)

    assert "<html" in whole.content.decode()
    assert "<html" not in piece.content.decode()
    assert 'name="what"' in piece.content.decode()
    assert "HX-Request" in whole["Vary"]
    assert "frame-src 'self'" in whole["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"what": "branch"}, [1, 2, 3, 4]),
        ({"what": "range", "message": 3}, [1, 2, 3]),
        ({"what": "range", "first": 2, "message": 3}, [2, 3]),
        ({"what": "answer", "message": 4}, [3, 4]),
        ({"what": "message", "message": 2}, [2]),
    ],
)
def test_what_it_shows_is_chosen(as_alice, sheet, filled, conversation, fields, shown):
    conversation.append_all([{"role": "user", "text": "For planets?"}, {"role": "assistant", "text": "A refractor."}])
    sent = {name: at(conversation, value) if isinstance(value, int) else value for name, value in fields.items()}
    as_alice.post(sheet, filled(**sent))

    assert ShareLink.objects.get().positions == shown


def test_a_live_one_is_made_whatever_was_written_meanwhile(as_alice, sheet, filled, conversation):
    sent = filled(what="live")
    conversation.append("user", "For planets?")
    as_alice.post(sheet, sent)

    assert ShareLink.objects.get().is_live


def test_a_message_in_question_is_chosen_already(as_alice, sheet, conversation):
    html = as_alice.get(f"{sheet}?message={at(conversation, 1)}").content.decode()

    assert re.search(r'value="message" checked', html)
    assert re.search(rf'value="{at(conversation, 1)}" selected', html)


def test_the_branch_that_is_looked_at_is_shared(as_alice, sheet, filled, conversation):
    conversation.reply(1, "assistant", "Binoculars.")
    html = as_alice.get(f"{sheet}?tip=2").content.decode()
    other = conversation.branches.exclude(name="MAIN").get()
    assert f'name="branch" value="{other.typeid}"' in html
    assert f"the branch <bdi>{other}" in html
    as_alice.post(sheet, filled("?tip=2", branch=other.typeid))

    assert ShareLink.objects.get().positions == [1, 2]


def test_of_a_long_conversation_those_near_are_offered(as_alice, sheet, conversation, django_assert_max_num_queries):
    conversation.append_all([{"role": "user", "text": f"Number {n}"} for n in range(300)])
    with django_assert_max_num_queries(14):
        html = as_alice.get(sheet).content.decode()
    assert html.count("<option") < 130
    assert "Number 299" in html
    assert "Number 100<" in as_alice.get(f"{sheet}?message={at(conversation, 103)}").content.decode()


def test_offering_them_reads_no_other_messages(as_alice, sheet, conversation):
    with CaptureQueriesContext(connection) as asked:
        as_alice.get(sheet)
    [offered] = [query["sql"] for query in asked if "opening" in query["sql"]]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # two rows are read fastest as they lie
        cursor.execute(f"EXPLAIN {offered}")
        assert re.search(r"Index Cond: \(+conversation_id = ", "".join(line for (line,) in cursor.fetchall()))


# --- the preview ---


def preview(client, sheet, sent):
    return client.post(f"{sheet}preview/", sent, follow=True)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"title": "Optics & <b>more</b>"},
        {"include_tools": "on", "include_names": "on", "may_continue": "on"},
        {"what": "live"},
        {"password": "aperture fever"},
    ],
)
def test_the_preview_is_what_strangers_get_byte_for_byte(
    as_alice, sheet, filled, conversation, client, fields, time_machine_frozen
):
    conversation.append("tool", "42")
    sent = filled(**fields)
    seen = preview(as_alice, sheet, sent)
    as_alice.post(sheet, sent)

    link = ShareLink.objects.get()
    link.change(password="")  # which the page itself would be behind
    assert seen.status_code == 200
    assert seen.content == client.get(link.path).content


def test_its_pictures_are_there_for_whoever_may_see_them_anyway(
    as_alice, sheet, filled, picture, sign_in, charlie, client, settings
):
    html = preview(as_alice, sheet, filled(include_images="on")).content.decode()
    [address] = re.findall(r'<img src="([^"]+)"', html)

    answer = as_alice.get(address)
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "image/png", "no-store")
    assert b"".join(answer.streaming_content) == PNG
    assert client.get(address).status_code == sign_in(charlie).get(address).status_code == 404


def test_only_a_page_of_ours_may_frame_it(as_alice, sheet, filled):
    seen = preview(as_alice, sheet, filled())

    assert "frame-ancestors 'self'" in seen["Content-Security-Policy"]
    assert seen["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src" not in seen["Content-Security-Policy"]


def test_the_links_of_a_preview_lead_to_pages_of_it(as_alice, sheet, filled, conversation, client, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 2)
    conversation.append_all([{"role": "user", "text": f"Number {n}"} for n in range(4)])
    sent = filled(title="Optics", may_continue="on")
    [(first, _)] = preview(as_alice, sheet, sent).redirect_chain
    html = as_alice.get(first).content.decode()
    links = {urljoin(first, href) for href in re.findall(r'href="(share_[^"]+)"', html)}
    seen = {link: as_alice.get(link) for link in links}

    assert sorted(answer.status_code for answer in seen.values()) == [
        200,
        200,
        404,
        404,
    ]  # two parts; to copy, to go on
    assert {answer["X-Frame-Options"] for answer in seen.values()} == {"SAMEORIGIN"}
    as_alice.post(sheet, sent)
    path = ShareLink.objects.get().path
    for link, answer in seen.items():
        if answer.status_code == 200:
            assert "Number" in answer.content.decode()
            assert answer.content == client.get(f"{path}?{urlsplit(link).query}").content


def test_a_preview_is_there_only_for_whoever_sent_the_form(as_alice, sheet, filled, sign_in, bob):
    [(page, _)] = preview(as_alice, sheet, filled(password="aperture fever")).redirect_chain

    assert "aperture" not in page
    assert as_alice.get(page[:-9] + "/page").status_code == 404
    assert sign_in(bob).get(page).status_code == 404
    assert as_alice.post(page).status_code == 405
    endless = {f"include_{name}": secrets.token_urlsafe(2_000) for name in ("tools", "names")}
    assert as_alice.post(f"{sheet}preview/", filled(**endless)).status_code == 422


def test_a_preview_leaves_nothing_behind(as_alice, sheet, filled):
    preview(as_alice, sheet, filled())

    assert not ShareLink.objects.exists()
    assert not AuditEvent.objects.filter(action__startswith="sharelink").exists()


def test_nobody_previews_under_an_id_of_somebody_else_s(as_alice, sheet, filled, sign_in, bob, conversation, charlie):
    sent = filled()
    assert preview(as_alice, sheet, sent | {"draft": sent["draft"][:-1]}).status_code == 422
    other = type(conversation).objects.start(charlie)
    other.append("user", "Hi")
    theirs = reverse("sharing:new", args=[other.pk])
    answer = preview(sign_in(charlie), theirs, sent)

    assert answer.status_code == 422
    assert "not made for you" in answer.content.decode()


def test_a_link_that_is_made_is_previewed_no_more_and_not_made_twice(as_alice, sheet, filled):
    sent = filled()
    first, second = as_alice.post(sheet, sent), as_alice.post(sheet, sent)

    assert first["Location"] == second["Location"]
    assert ShareLink.objects.count() == 1
    assert preview(as_alice, sheet, sent).status_code == 409


def test_what_was_written_since_the_preview_is_not_published_unseen(as_alice, sheet, filled, conversation):
    sent = filled()
    conversation.append("user", "My diary")
    answer = as_alice.post(sheet, sent)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "has changed since you looked" in html
    assert not ShareLink.objects.exists()
    again = sent | {"draft": re.search(r'name="draft" value="([^"]+)"', html)[1]}
    assert as_alice.post(sheet, again).status_code == 303
    assert ShareLink.objects.get().positions == [1, 2, 3]


def test_a_second_page_of_it_can_be_looked_at(as_alice, sheet, filled, conversation):
    conversation.append_all([{"role": "user", "text": f"Number {n}"} for n in range(120)])
    sent = filled()

    assert "Number 119" not in preview(as_alice, sheet, sent).content.decode()
    assert (
        "Number 119"
        in preview(as_alice, sheet, sent | {"part": 2}).content.decode()
        + preview(as_alice, sheet, sent | {"part": 3}).content.decode()
    )
    for part in ("0", "-1", "x", "9" * 40, "٣"):
        assert preview(as_alice, sheet, sent | {"part": part}).status_code == 200


# --- secrets ---


def test_what_looks_like_a_secret_is_shown_again_before_it_is_public(as_alice, sheet, filled, conversation):
    conversation.append("user", "Mail maria@observatory.ch")
    sent = filled()
    beside = as_alice.post(f"{sheet}findings/", sent).content.decode()
    assert "E-mail address" in beside
    assert "maria@…" in beside
    assert "maria@observatory" not in beside
    assert at(conversation, 3) in beside

    answer = as_alice.post(sheet, sent)
    assert answer.status_code == 422
    assert "E-mail address" in answer.content.decode()
    assert not ShareLink.objects.exists()
    seen = re.search(r'name="seen" value="(\w+)"', answer.content.decode())[1]
    assert as_alice.post(sheet, sent | {"seen": seen}).status_code == 303


def test_what_is_left_out_is_not_warned_of(as_alice, sheet, filled, conversation):
    conversation.append("tool", "Mail maria@observatory.ch")

    assert "E-mail" not in as_alice.post(f"{sheet}findings/", filled()).content.decode()
    assert "E-mail" in as_alice.post(f"{sheet}findings/", filled(include_tools="on")).content.decode()


# --- refusals ---


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"what": "everything"}, "This is none of the choices."),
        ({"what": "message"}, "Choose a message."),
        ({"what": "message", "message": "msg_1"}, "That message is gone."),
        ({"branch": "branch_01jj1hdhn7f9ts7a01wb3hysdb"}, "That branch is gone."),
        ({"expires": "custom"}, "Choose the last day."),
        ({"expires": "custom", "expires_on": "2020-01-01"}, "Choose a day from today"),
        ({"expires": "custom", "expires_on": "9999-12-31"}, "Choose a day from today"),
        ({"expires": "custom", "expires_on": "soon"}, "That is no day. Write it like 2027-01-31."),
        ({"expires": "-1"}, "This is none of the choices."),
        ({"password": "short"}, "at least 8 characters"),
        ({"title": "x" * 257}, "This has 257 characters; there is room for 256."),
        ({"title": "\x00"}, "Null characters"),
        ({"draft": "x"}, "Look at the preview again"),
        ({"draft": ""}, "Look at the preview again"),
    ],
)
def test_what_is_wrong_is_said_in_the_form(as_alice, sheet, filled, fields, words):
    for answer in (
        as_alice.post(sheet, filled() | fields),
        as_alice.post(sheet, filled() | fields, headers=HTMX),
    ):
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not ShareLink.objects.exists()
    assert preview(as_alice, sheet, filled() | fields).status_code == 422
    assert as_alice.post(f"{sheet}findings/", filled() | fields).status_code == 200


def test_a_part_that_ends_before_it_begins_is_none(as_alice, sheet, filled, conversation):
    sent = filled(what="range", first=at(conversation, 2), message=at(conversation, 1))

    assert "begins after it ends" in as_alice.post(sheet, sent).content.decode()


def test_nothing_is_not_shared(as_alice, alice, conversation):
    empty = type(conversation).objects.start(alice)
    there = reverse("sharing:new", args=[empty.pk])
    draft = re.search(r'name="draft" value="([^"]+)"', as_alice.get(there).content.decode())[1]
    answer = as_alice.post(there, {"what": "branch", "draft": draft})

    assert answer.status_code == 422
    assert "nothing here" in answer.content.decode()
    assert "nothing here" in preview(as_alice, there, {"what": "branch", "draft": draft}).content.decode()


@pytest.mark.parametrize("query", ["?message=x", "?message=msg_01jj1hdhn7f9ts7a01wb3hysdb", "?tip=x", "?tip=%00"])
def test_what_is_not_there_is_not_found(as_alice, sheet, query):
    assert as_alice.get(sheet + query).status_code == 404


@pytest.mark.parametrize("role", [None, "viewer", "editor", "owner"])
def test_only_the_owner_shares(sheet, sign_in, bob, charlie, conversation, role):
    if role:
        Grant.objects.create(conversation=conversation, user=bob, role=role)
    for way in (sheet, f"{sheet}preview/", f"{sheet}findings/"):
        assert sign_in(bob).post(way).status_code == 403
        assert sign_in(charlie).post(way).status_code == 404
        assert Client().post(way).status_code == 302
    assert sign_in(bob).get(sheet).status_code == 403
    assert sign_in(charlie).get(sheet).status_code == 404


def test_a_message_of_another_conversation_is_none_of_this_one(as_alice, sheet, filled, alice, conversation):
    other = type(conversation).objects.start(alice)
    other.append("user", "Diary")
    theirs = other.messages.get()

    assert as_alice.get(f"{sheet}?message={theirs.typeid}").status_code == 404
    sent = filled(what="message", message=theirs.typeid)
    assert "That message is gone" in as_alice.post(sheet, sent).content.decode()


def test_the_thread_leads_there_for_its_owner_alone(sign_in, alice, bob, conversation):
    there = conversation.get_absolute_url()
    mine, theirs = (sign_in(user).get(there).content.decode() for user in (alice, bob))

    assert f'href="{there}share/"' in mine
    assert f'href="{there}share/?message={at(conversation, 2)}"' in mine
    assert "<dialog" in mine
    assert f"{there}share/" not in theirs
    assert "<dialog" not in theirs
