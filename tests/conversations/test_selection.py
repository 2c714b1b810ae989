"""Several conversations at once: chosen in the history, archived, brought back, moved, deleted."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from conversations import history, limits
from conversations.models import Attachment, Conversation
from projects.models import Project
from sharing.models import ShareLink

INDEX = reverse("conversations:index")
ABSENT = "conv_01h455vb4pex5vsknk084sn02q"


@pytest.fixture
def three(alice):
    """Of Alice's, with two messages each."""
    found = [Conversation.objects.start(alice, title=f"Night {n}") for n in range(3)]
    for conversation in found:
        conversation.append("user", "What did we see?")
        conversation.append("assistant", "Clouds.")
    return found


@pytest.fixture
def send(sign_in):
    def send(user, word, *conversations, follow=True, **fields):
        ids = [getattr(one, "typeid", one) for one in conversations]
        url = reverse(f"conversations:selected_{word}")
        return sign_in(user).post(url, {"conversation": ids, **fields}, follow=follow)

    return send


def notice(response):
    return re.sub(r"\s+", " ", re.search(r'id="flashes".*?<p>(.*?)</p>', response.content.decode(), re.DOTALL)[1])


def titles(client, query=""):
    return [row.title for row in client.get(f"{INDEX}{query}").context["page"].rows]


def test_rows_are_checkboxes_only_while_one_selects(sign_in, alice, three):
    client = sign_in(alice)
    plain, choosing = (client.get(url).content.decode() for url in (INDEX, f"{INDEX}?select"))

    assert 'type="checkbox"' not in plain
    assert 'href="?select="' in plain
    for conversation in three:
        box = f'<label class="row__link"><input type="checkbox" name="conversation" value="{conversation.typeid}">'
        assert box in choosing
    below = client.get(
        f"{INDEX}?select=&after={history.page(alice, size=1).next_cursor}", headers={"HX-Request": "true"}
    )
    assert below.content.decode().count('type="checkbox"') == 2
    assert "<form" not in below.content.decode()


def test_a_filter_stays_while_one_selects_and_is_selected_from(sign_in, alice, three):
    client = sign_in(alice)
    piece = client.get(f"{INDEX}?title=night", headers={"HX-Request": "true"}).content.decode()

    assert 'href="?title=night&amp;select="' in piece
    html = client.get(f"{INDEX}?title=night&select=").content.decode()
    assert '<input type="hidden" name="select">' in html
    assert html.count('name="conversation"') == 3


def test_archived_ones_leave_the_history_can_be_seen_and_come_back(sign_in, send, alice, three):
    client, before = sign_in(alice), three[0].updated_at
    assert notice(send(alice, "archive", *three[:2])) == "Archived 2 conversations."
    assert titles(client) == ["Night 2"]
    assert titles(client, "?archived") == ["Night 1", "Night 0"]
    three[0].refresh_from_db()
    assert three[0].revision == 3
    assert three[0].updated_at > before

    again = send(alice, "archive", *three)
    assert notice(again) == "Archived 1 conversation. 2 were archived already."
    assert "All that you have is" in client.get(INDEX).content.decode()
    back = send(alice, "unarchive", three[0], archived="")
    assert notice(back) == "Brought back 1 conversation."
    assert back.redirect_chain == [(f"{INDEX}?archived", 303)]
    assert titles(client) == ["Night 0"]


def test_the_archive_says_what_will_be_there(sign_in, charlie):
    html = sign_in(charlie).get(f"{INDEX}?archived").content.decode()

    assert "Nothing is archived." in html
    assert "All that you have is" not in sign_in(charlie).get(INDEX).content.decode()


def test_several_move_into_a_project_of_ones_own_and_out_again(send, alice, bob, project, three):
    foreign = Project.objects.start(bob, name="Bob’s")
    asked = send(alice, "move", *three).content.decode()
    assert "Where 3 conversations belong" in asked
    assert asked.count('<input type="hidden" name="conversation"') == 3

    assert notice(send(alice, "move", *three, project=project.pk)) == "Moved 3 conversations into “Observatory”."
    assert project.conversations.count() == 3
    assert send(alice, "move", *three, project=foreign.pk).status_code == 422
    assert notice(send(alice, "move", three[0], project="")) == "Moved 1 conversation out of their projects."
    assert project.conversations.count() == 2


def test_deleting_says_what_goes_then_what_went_and_leaves_an_audit_line(send, alice, conversation, three):
    ShareLink.objects.share(three[0])
    ShareLink.objects.share(three[0]).revoke()
    message = three[1].messages.first()
    Attachment.objects.create(
        workspace=alice.workspace, owner=alice, conversation=three[1], message=message, name="m.png"
    )
    Conversation.objects.filter(pk=three[1].pk).update(attachment_count=1)

    asked = send(alice, "delete", *three, ABSENT)
    facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", asked.content.decode())
    assert facts == [
        ("Conversations", "3"), ("Messages", "6"), ("Attachments", "1"), ("Share links", "1; they end at once"),
    ]  # fmt: skip
    assert "1 of those you selected is no longer there, or not yours." in asked.content.decode()
    assert Conversation.objects.count() == 4

    gone = send(alice, "delete", *three, ABSENT, sure="")
    told = "Deleted 3 conversations with 6 messages and 1 attachment. 1 was no longer there, or not yours."
    assert notice(gone) == told
    assert list(Conversation.objects.all()) == [conversation]
    event = AuditEvent.objects.get(action="conversations.delete")
    assert (event.details["conversations"], event.details["messages"]) == (3, 6)


@pytest.mark.parametrize("word", ["archive", "unarchive", "move", "delete"])
def test_what_is_not_ones_own_is_not_touched(send, bob, charlie, conversation, word):
    before = Conversation.objects.values().get()
    for stranger in (bob, charlie):  # Bob may read it
        response = send(stranger, word, conversation, sure="", project="")
        assert notice(response) == "What you selected is no longer there, or not yours."

    assert Conversation.objects.values().get() == before


@pytest.mark.parametrize("word", ["archive", "unarchive", "move", "delete"])
def test_nothing_selected_says_so_and_leads_back_to_the_checkboxes(sign_in, send, alice, three, word):
    response = send(alice, word)

    assert notice(response) == "Select conversations first."
    assert response.redirect_chain == [(f"{INDEX}?select", 303)]
    assert sign_in(alice).get(reverse(f"conversations:selected_{word}")).status_code == 303


@pytest.mark.parametrize("made_up", ["x", "\x00", "conv_", "msg_01h455vb4pex5vsknk084sn02q", "' OR 1=1 --", "<b>"])
def test_made_up_ids_break_nothing_and_are_counted(send, alice, three, made_up):
    response = send(alice, "archive", made_up, three[0])

    assert notice(response) == "Archived 1 conversation. 1 was no longer there, or not yours."


def test_more_than_a_hundred_at_once_are_refused_and_nothing_is_changed(send, alice, three):
    ids = [three[0].typeid, *(f"made-up-{n}" for n in range(limits.SELECTION))]

    assert send(alice, "archive", *ids).status_code == 400
    assert not Conversation.objects.exclude(archived_at=None).exists()


def test_each_costs_the_same_however_many_are_chosen(sign_in, alice, three, django_assert_num_queries):
    client = sign_in(alice)
    chosen = {"conversation": [one.typeid for one in three]}

    # session with its user, which are theirs, the rows locked, the change (in a savepoint, two more), the notice's none
    with django_assert_num_queries(6):
        client.post(reverse("conversations:selected_archive"), chosen)
    # session with its user, which are theirs, titles, weight, share links, the sidebar's two
    with django_assert_num_queries(7):
        client.post(reverse("conversations:selected_delete"), chosen)


def test_one_is_archived_and_brought_back_from_its_own_page(sign_in, alice, bob, conversation):
    client = sign_in(alice)
    html = client.get(conversation.get_absolute_url()).content.decode()
    assert f'action="{reverse("conversations:selected_archive")}"' in html
    assert "selected/" not in sign_in(bob).get(conversation.get_absolute_url()).content.decode()

    Conversation.objects.update(archived_at=timezone.now())
    html = client.get(conversation.get_absolute_url()).content.decode()
    assert f'action="{reverse("conversations:selected_unarchive")}"' in html
    assert '<span class="chip">Archived</span>' in html
