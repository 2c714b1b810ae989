"""Whoever reads a link goes on from it in a conversation of their own."""

import json

import pytest

from accounts.models import AuditEvent
from conversations import limits
from conversations.models import Attachment, Conversation
from sharing.spelling import share_id
from tests.sharing.conftest import PNG


@pytest.fixture
def link(conversation, share):
    return share(conversation, read_only=False)


def theirs(user):
    return Conversation.objects.get(owner=user)


def said(conversation):
    return [(m.role, m.text, m.name, m.parent_position) for m in conversation.messages.order_by("position")]


def test_it_is_offered_where_its_owner_allows_it(client, conversation, share, link, sign_in, charlie):
    assert "Continue this conversation" in client.get(link.path).content.decode()
    fixed = share(conversation)
    assert "Continue" not in client.get(fixed.path).content.decode()
    for verb in ("get", "post"):
        answer = getattr(sign_in(charlie), verb)(f"{fixed.path}/continue/")
        assert (answer.status_code, "for reading" in answer.content.decode()) == (403, True)
    assert not Conversation.objects.filter(owner=charlie).exists()


def test_a_stranger_signs_in_first_and_comes_back(client, link):
    answer = client.get(link.continue_path)

    assert answer.status_code == 302
    assert answer["Location"] == f"/account/login/?next={link.continue_path}"


def test_it_says_what_will_be_copied_and_copies_what_the_link_shows(sign_in, charlie, conversation, link):
    conversation.append("system", "secretsystem")
    conversation.append("user", "Later.")
    browser = sign_in(charlie)
    page = browser.get(link.continue_path)
    assert "2 messages will be copied" in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"
    assert page["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert not Conversation.objects.filter(owner=charlie).exists()

    answer = browser.post(link.continue_path)

    copied = theirs(charlie)
    assert (answer.status_code, answer["Location"]) == (303, copied.get_absolute_url())
    assert said(copied) == [
        ("user", "Which telescope should a beginner buy?", "", None),
        ("assistant", "A **Dobsonian** of six to eight inches: the most aperture for the money.", "", 1),
    ]
    assert (copied.title, copied.workspace, copied.length, copied.project) == (
        "Choosing a telescope", charlie.workspace, 2, None,
    )  # fmt: skip
    assert "From a shared link" in browser.get(copied.get_absolute_url()).content.decode()
    event = AuditEvent.objects.get(action="conversation.continue")
    assert (event.target_id, event.details) == (copied.pk, {"messages": 2, "files": 0})
    copied.append("user", "And for planets?")
    assert conversation.messages.count() == 4


def test_the_secret_is_not_kept(sign_in, charlie, link):
    sign_in(charlie).post(link.continue_path)

    copied = theirs(charlie)
    kept = json.dumps([copied.metadata, copied.description, copied.external_id, copied.referrer])
    assert copied.metadata["continued_from"]["title"] == "Choosing a telescope"
    assert share_id(link.secret).removeprefix("share_") not in kept


def test_names_go_along_only_where_they_are_shown(sign_in, charlie, bob, conversation, share):
    conversation.append("user", "Hello", name="Anne")
    hidden, shown = (share(conversation, read_only=False, include_names=names) for names in (False, True))
    sign_in(charlie).post(hidden.continue_path)
    sign_in(bob).post(shown.continue_path)

    assert said(theirs(charlie))[-1][2] == ""
    assert said(theirs(bob))[-1][2] == "Anne"


def test_pictures_go_along_where_they_are_shown(sign_in, charlie, bob, conversation, share, picture):
    hidden, shown = (share(conversation, read_only=False, include_images=yes) for yes in (False, True))
    sign_in(charlie).post(hidden.continue_path)
    assert not Attachment.objects.filter(owner=charlie).exists()
    Conversation.objects.filter(owner=charlie).delete()

    page = sign_in(charlie).get(shown.continue_path).content.decode()
    assert "3 messages and 1 file" in page
    sign_in(charlie).post(shown.continue_path)

    copied = theirs(charlie)
    [file] = copied.attachments.all()
    message = copied.messages.get(position=3)
    assert (file.workspace, file.owner, file.message, file.external_id) == (charlie.workspace, charlie, message, "")
    assert message.parts[0]["attachment_id"] == file.typeid != picture.typeid
    assert copied.attachment_count == 1
    conversation.delete()
    assert file.path.read_bytes() == PNG
    assert f"/attachments/{file.typeid}/" in sign_in(charlie).get(copied.get_absolute_url()).content.decode()


def test_a_file_of_a_message_that_is_not_shown_stays_at_home(sign_in, charlie, conversation, share, picture):
    """Whoever writes parts can name any file."""
    part = {"type": "image", "name": "moon.png", "attachment_id": picture.typeid}
    message = conversation.messages.get(position=2)
    message.parts = [part]
    message.save(update_fields=["parts"])
    sign_in(charlie).post(share(conversation, message=message, include_images=True, read_only=False).continue_path)

    assert theirs(charlie).messages.count() == 1
    assert not Attachment.objects.filter(owner=charlie).exists()


def test_what_does_not_fit_is_refused_whole(
    sign_in, charlie, conversation, share, picture, link, monkeypatch, settings
):
    settings.FILES_QUOTA = 10
    answer = sign_in(charlie).post(share(conversation, read_only=False, include_images=True).continue_path)
    assert (answer.status_code, "no room" in answer.content.decode()) == (422, True)
    monkeypatch.setattr(limits, "MESSAGES", 1)
    answer = sign_in(charlie).post(link.continue_path)
    assert (answer.status_code, "is full" in answer.content.decode()) == (422, True)

    assert not Conversation.objects.filter(owner=charlie).exists()


def test_a_link_that_does_not_open_is_not_continued(sign_in, charlie, conversation, share, link):
    locked = share(conversation, read_only=False, password="aperture fever")
    browser = sign_in(charlie)
    assert browser.post(locked.continue_path).status_code == 403
    browser.post(locked.path, {"password": "aperture fever"})
    assert browser.post(locked.continue_path).status_code == 303
    link.revoke()
    assert browser.post(link.continue_path).status_code == 410
    assert browser.get("/conversations/share/nothing/continue/").status_code == 404
    assert Conversation.objects.filter(owner=charlie).count() == 1


def test_nothing_is_not_continued(sign_in, charlie, conversation, share):
    live = share(conversation, read_only=False, is_live=True)
    conversation.locked().remove_messages([1, 2])

    assert sign_in(charlie).post(live.continue_path).status_code == 400
