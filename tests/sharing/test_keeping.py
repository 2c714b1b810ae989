"""The page of one link, for whoever made it: its address, what it shows, and what can be done with it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from sharing.models import ShareLink


@pytest.fixture
def link(conversation, share):
    return share(conversation)


@pytest.fixture
def as_alice(sign_in, alice):
    return sign_in(alice)


def there(name, link):
    return reverse(f"sharing:{name}", args=[link.pk])


def same(**fields):
    """The change form as it stands when it is opened."""
    return {"title": "Choosing a telescope", "expires": "", **fields}


def test_its_address_is_shown_as_often_as_one_likes(as_alice, link, settings, django_assert_num_queries):
    settings.PUBLIC_ORIGIN = "https://chat.example.org"
    for _ in range(2):
        assert f"https://chat.example.org{link.path}" in as_alice.get(link.get_absolute_url()).content.decode()
    with django_assert_num_queries(6):  # session and user, link, conversation, views, the sidebar's two
        as_alice.get(link.get_absolute_url())


@pytest.mark.parametrize("state", ["revoked", "expired", "gone", "with another key"])
def test_what_has_become_of_it_is_plain(as_alice, link, conversation, settings, state):
    if state == "revoked":
        link.revoke()
        words = "Revoked on"
    elif state == "expired":
        link.change(expires_at=timezone.now())
        words = "Expired on"
    elif state == "gone":
        conversation.delete()
        words = "a conversation that is gone"
    else:
        settings.SHARE_KEY = "another"
        words = "cannot be shown any more"

    assert words in as_alice.get(link.get_absolute_url()).content.decode()
    for name in ("edit", "update", "revoke"):
        assert as_alice.get(there(name, link)).status_code in (200, 302, 409), name


def test_a_page_whose_address_can_be_shown_no_more_is_not_previewed(as_alice, link, settings):
    settings.SHARE_KEY = "another"
    seen = as_alice.post(there("edit_preview", link), same(), follow=True)

    assert (seen.status_code, "can be shown no more" in seen.content.decode()) == (422, True)


def test_a_title_turns_nothing_around_it_and_pushes_nothing_away(as_alice, conversation, share):
    conversation.rename("\u202e" + "W" * 255)
    link = share(conversation)
    for name in ("detail", "update", "revoke"):
        html = as_alice.get(there(name, link)).content.decode()
        main = html[html.index("<main") :]
        title = main.index("\u202eWWW")
        assert re.search(r'(<bdi>|dir="auto"[^>]*>)$', main[:title]), name
    assert "W" * 81 not in main
    assert (
        f'{conversation.get_absolute_url()}">\u202e{"W" * 78}…</a>.'
        in as_alice.get(link.get_absolute_url()).content.decode()
    )


def test_nobody_else_finds_it(sign_in, bob, charlie, link):
    for user in (bob, charlie):
        browser = sign_in(user)
        for name in ("detail", "edit", "update", "revoke"):
            assert browser.get(there(name, link)).status_code == 404
        for name in ("edit", "edit_findings", "edit_preview", "update", "revoke"):
            assert browser.post(there(name, link)).status_code == 404
    assert ShareLink.objects.get().works


def test_it_is_changed(as_alice, link):
    answer = as_alice.post(
        there("edit", link),
        same(title="Optics", expires="604800", password="aperture fever", include_names="on", may_continue="on"),
    )

    link.refresh_from_db()
    assert answer["Location"] == link.get_absolute_url()
    assert (link.title, link.read_only, link.include_names) == ("Optics", False, True)
    assert timedelta(days=6) < link.expires_at - timezone.now() <= timedelta(days=7)
    assert link.is_opened_by("aperture fever")
    assert AuditEvent.objects.filter(action="sharelink.change").count() == 1


def test_what_is_not_touched_stays(as_alice, conversation, share):
    link = share(conversation, password="aperture fever", expires_at=timezone.now() + timedelta(days=3))
    before = link.expires_at
    html = as_alice.get(there("edit", link)).content.decode()
    assert "As it is: until" in html
    assert "aperture" not in html
    as_alice.post(there("edit", link), same(expires="keep"))

    link.refresh_from_db()
    assert (link.expires_at, link.is_opened_by("aperture fever")) == (before, True)
    as_alice.post(there("edit", link), same(expires="", open="on"))
    link.refresh_from_db()
    assert (link.expires_at, link.password) == (None, "")


def test_an_expired_one_opens_again(as_alice, conversation, share, client):
    link = share(conversation, expires_at=timezone.now())
    assert as_alice.post(there("edit", link), same(expires="keep")).status_code == 422
    as_alice.post(there("edit", link), same(expires="86400"))

    assert client.get(link.path).status_code == 200


def test_the_preview_of_a_change_is_what_strangers_get_then(as_alice, conversation, share, client):
    conversation.append("tool", "What the tool said")
    link = share(conversation)
    conversation.append("user", "My diary")
    seen = as_alice.post(there("edit_preview", link), same(title="Optics", include_tools="on"), follow=True)
    assert b"What the tool said" not in client.get(link.path).content
    as_alice.post(there("edit", link), same(title="Optics", include_tools="on"))

    assert seen.content == client.get(link.path).content
    assert b"diary" not in seen.content


def test_more_is_not_shown_before_its_secrets_were_seen(as_alice, conversation, share):
    conversation.append("tool", "Mail maria@observatory.ch")
    link = share(conversation)
    sent = same(include_tools="on")
    assert "maria@…" in as_alice.post(there("edit_findings", link), sent).content.decode()
    refused = as_alice.post(there("edit", link), sent)
    assert refused.status_code == 422
    assert not ShareLink.objects.get().include_tools

    seen = re.search(r'name="seen" value="(\w+)"', refused.content.decode())[1]
    assert as_alice.post(there("edit", link), sent | {"seen": seen}).status_code == 303
    assert as_alice.post(there("edit", link), sent | {"expires": "86400"}).status_code == 303  # nothing more is shown


@pytest.mark.parametrize("fields", [{"expires": "custom"}, {"expires": "x"}, {"password": "x"}, {"title": "x" * 257}])
def test_what_is_wrong_is_said(as_alice, link, fields):
    assert as_alice.post(there("edit", link), same(**fields)).status_code == 422
    assert as_alice.post(there("edit_preview", link), same(**fields)).status_code == 422
    assert ShareLink.objects.get().title == "Choosing a telescope"


def test_an_update_says_what_it_changes_shows_it_and_does_it(as_alice, conversation, alice, share, client):
    link = share(conversation)
    conversation.messages.get(position=1).edit("Which binoculars?", by=alice)
    conversation.append("user", "For planets? Mail maria@observatory.ch")
    html = as_alice.get(there("update", link)).content.decode()
    assert re.findall(r"<dd>(\d+) message", html) == ["1", "1", "0"]
    assert "E-mail address" in html
    seen = as_alice.post(there("edit_preview", link), {"now": "1"}, follow=True)
    revision = re.search(r'name="revision" value="(\d+)"', html)[1]
    answer = as_alice.post(there("update", link), {"revision": revision})

    assert answer["Location"] == link.get_absolute_url()
    assert seen.content == client.get(link.path).content
    assert b"binoculars" in seen.content
    assert AuditEvent.objects.filter(action="sharelink.update").count() == 1


def test_what_came_after_the_summary_is_not_published_unseen(as_alice, conversation, share):
    link = share(conversation)
    conversation.append("user", "For planets?")
    html = as_alice.get(there("update", link)).content.decode()
    conversation.append("user", "My diary")
    answer = as_alice.post(
        there("update", link), {"revision": re.search(r'name="revision" value="(\d+)"', html)[1]}, follow=True
    )

    assert "has changed since you looked" in answer.content.decode()
    assert ShareLink.objects.get().positions == [1, 2]
    assert as_alice.post(there("update", link), {"revision": "x"}).status_code == 404


def test_it_is_revoked_after_a_question(as_alice, link, client):
    assert "Revoke" in as_alice.get(there("revoke", link)).content.decode()
    assert client.get(link.path).status_code == 200
    for _ in range(2):
        assert as_alice.post(there("revoke", link))["Location"] == link.get_absolute_url()

    assert client.get(link.path).status_code == 410
    assert AuditEvent.objects.filter(action="sharelink.revoke").count() == 1
    assert as_alice.get(there("revoke", link))["Location"] == link.get_absolute_url()
    assert as_alice.post(there("edit", link), same(title="Optics")).status_code == 422
