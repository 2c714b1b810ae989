"""The page behind a link, as a stranger's browser gets it."""

import re

import pytest
from django.test import Client

from accounts import throttling
from conversations.models import Attachment
from sharing import pages
from sharing.models import ShareLink
from tests.sharing.conftest import PNG


@pytest.fixture
def open_(client):
    def open_(link, query="", **headers):
        return client.get(link.path + query, headers=headers)

    return open_


def test_a_stranger_reads_it_rendered(open_, conversation, share):
    html = open_(share(conversation)).content.decode()

    assert "<h1>Choosing a telescope</h1>" in html
    assert "<strong>Dobsonian</strong>" in html
    assert "Alice" not in html


def test_the_page_keeps_nothing_tells_nobody_and_runs_nothing(open_, conversation, share, sign_in, alice):
    link = share(conversation)
    for answer in (open_(link), sign_in(alice).get(link.path), Client().get("/conversations/share/nothing")):
        html = answer.content.decode()
        assert not answer.cookies
        assert answer["Cache-Control"] == "no-store"
        assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
        assert answer["Referrer-Policy"] == "no-referrer"
        assert '<meta name="robots" content="noindex, nofollow, noarchive">' in html
        assert '<meta name="referrer" content="no-referrer">' in html
        assert "<script" not in html
        assert "<form" not in html
        assert re.findall(r"https?://", html) == []


def test_its_owner_sees_what_strangers_see(open_, conversation, share, sign_in, alice):
    link = share(conversation)

    assert sign_in(alice).get(link.path).content == open_(link).content


def test_a_program_that_asks_for_json_gets_it_at_the_same_address(open_, conversation, share):
    link = share(conversation)

    assert open_(link, Accept="application/json").json()["object"] == "public_share"
    assert open_(link, Accept="application/json, text/html;q=0.5").json()["title"] == "Choosing a telescope"
    assert open_(link, Accept="text/html,*/*;q=0.8")["Content-Type"].startswith("text/html")
    link.revoke()
    refused = open_(link, Accept="application/json")
    assert (refused.status_code, refused.json()["code"]) == (410, "share_revoked")
    assert refused.json()["request_id"]


@pytest.mark.parametrize(
    ("end", "status", "words"),
    [("revoke", 410, "no longer works"), ("expire", 410, "expired"), ("", 404, "nothing here")],
)
def test_a_link_that_is_over_has_a_page_of_its_own(open_, client, conversation, share, end, status, words):
    link = share(conversation)
    if end == "revoke":
        link.revoke()
    elif end == "expire":
        ShareLink.objects.update(expires_at=link.created_at)
    answer = open_(link) if end else client.get("/conversations/share/nothing")

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "telescope" not in answer.content.decode()


def test_views_are_counted_once_for_all_pages_of_it(open_, client, conversation, share, monkeypatch):
    monkeypatch.setattr(pages, "WINDOW", 2)
    conversation.append("user", "And for planets?")
    link = share(conversation)
    client.head(link.path)
    first = open_(link).content.decode()
    [later] = re.findall(r'rel="next" href="[^"?]*(\?[^"]*)"', first)
    second = open_(link, later).content.decode()

    assert "And for planets?" not in first
    assert "And for planets?" in second
    assert "Dobsonian" not in second
    assert "From the beginning" in second
    assert 'rel="next"' not in second
    assert ShareLink.objects.get().view_count == 1


@pytest.mark.parametrize("after", ["x", "-1", "1" * 30, "%00", "٣"])
def test_a_page_that_is_none_is_not_found(open_, conversation, share, after):
    assert open_(share(conversation), f"?after={after}").status_code == 404


def test_only_reading_is_possible(conversation, share, client):
    assert client.post(share(conversation).path).status_code == 405


def test_a_picture_is_a_name_unless_its_owner_shows_it(open_, client, conversation, share, picture):
    hidden, shown = share(conversation), share(conversation, include_images=True)

    assert "moon.png" in open_(hidden).content.decode()
    assert "<img" not in open_(hidden).content.decode()
    [source] = re.findall(r'<img src="([^"]+)"', open_(shown).content.decode())
    assert source == f"{shown.path}/files/{picture.typeid}/"
    answer = client.get(source)
    assert b"".join(answer.streaming_content) == PNG
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("image/png", "no-store")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get(f"{hidden.path}/files/{picture.typeid}/").status_code == 404
    assert (
        open_(shown, Accept="application/json")
        .json()["snapshot"]["items"][-1]["content"][-1]["image"]["url"]
        .endswith(source)
    )
    shown.revoke()
    assert client.get(source).status_code == 404


def test_no_other_file_of_the_conversation_is_behind_a_link(client, conversation, share, picture, alice):
    one = share(conversation, message=conversation.messages.get(position=1), include_images=True)
    assert client.get(f"{one.path}/files/{picture.typeid}/").status_code == 404

    before = share(conversation, include_images=True)
    message = picture.message
    message.edit("Look elsewhere", parts=[{"type": "text", "text": "Look elsewhere"}], by=alice)
    after = share(conversation, include_images=True)
    assert client.get(f"{before.path}/files/{picture.typeid}/").status_code == 200
    assert client.get(f"{after.path}/files/{picture.typeid}/").status_code == 404


def test_what_a_browser_might_run_is_not_given_out(client, conversation, share, picture):
    Attachment.objects.update(content_type="image/svg+xml")
    link = share(conversation, include_images=True)

    assert client.get(f"{link.path}/files/{picture.typeid}/").status_code == 404


def test_a_page_costs_the_same_however_long_the_conversation_is(open_, conversation, share, django_assert_num_queries):
    conversation.append_all([{"role": "user", "text": "More"}] * 150)
    link = share(conversation)

    open_(link)  # the first of a minute sweeps what was counted before
    with django_assert_num_queries(4):  # the count of this minute, the link, the messages, the view
        assert open_(link).content.decode().count("<article") == pages.WINDOW


def test_whoever_opens_too_many_is_told_so_in_words(conversation, share, time_machine_frozen):
    throttling.forget()
    link, browser = share(conversation), Client(REMOTE_ADDR="192.0.2.9")
    answers = [browser.get(link.path) for _ in range(101)]

    assert answers[-1].status_code == 429
    assert "too often" in answers[-1].content.decode()
    assert "Retry-After" in answers[-1]
