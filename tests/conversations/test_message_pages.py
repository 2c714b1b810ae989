"""A message's own pages: to change it, to say it again beside itself, to read what it said before, to delete it."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from conversations.models import Conversation, Grant, Message
from projects.models import Role

QUESTION = "Which telescope should a beginner buy?"


@pytest.fixture
def question(conversation):
    return conversation.messages.get(position=1)


@pytest.fixture
def answer(conversation):
    return conversation.messages.get(position=2)


def url(name, message):
    return reverse(f"conversations:{name}", args=[message.conversation_id, message.pk])


def test_a_message_is_changed_in_its_place_and_its_old_words_can_be_read(sign_in, alice, question):
    client = sign_in(alice)
    assert QUESTION in client.get(url("message_edit", question)).content.decode()

    response = client.post(url("message_edit", question), {"text": "  Which one?\r\n", "version": 1})

    assert response.status_code == 303
    assert response["Location"].endswith(f"?at={question.typeid}#{question.typeid}")
    question.refresh_from_db()
    assert (question.text, question.version, question.updated_by) == ("  Which one?\n", 2, alice)
    thread = client.get(question.conversation.get_absolute_url()).content.decode()
    assert f'<a href="{url("versions", question)}" title="Earlier versions">edited</a>' in thread
    versions = client.get(url("versions", question)).content.decode()
    assert versions.index("Which one?") < versions.index(QUESTION)
    assert "replaced by you" in versions


def test_a_message_is_said_again_beside_itself(sign_in, alice, conversation, question):
    response = sign_in(alice).post(
        url("message_edit", question), {"text": "Which for a child?", "version": 1, "beside": "1"}
    )

    new = conversation.messages.get(position=3)
    assert response["Location"].endswith(f"?at={new.typeid}#{new.typeid}")
    assert (new.text, new.parent_position, new.replaces_position) == ("Which for a child?", None, 1)
    question.refresh_from_db()
    assert question.text == QUESTION


@pytest.mark.parametrize("way", [{}, {"beside": "1"}])
def test_what_somebody_else_wrote_meanwhile_is_shown_and_nothing_is_lost(sign_in, alice, question, way):
    client = sign_in(alice)
    Message.objects.get(pk=question.pk).edit("Theirs, meanwhile.", by=alice)

    response = client.post(url("message_edit", question), {"text": "Mine.", "version": 1} | way)

    html = response.content.decode()
    assert response.status_code == 409
    assert "Theirs, meanwhile." in html
    assert ">\nMine.</textarea>" in html
    assert client.post(url("message_edit", question), {"text": "Mine.", "version": 2} | way).status_code == 303
    assert Message.objects.filter(text="Mine.").exists()


@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": "x", "version": "0"}, {"text": "x", "version": "9" * 30}])
def test_what_makes_no_sense_changes_nothing(sign_in, alice, question, body):
    assert sign_in(alice).post(url("message_edit", question), body).status_code == 422

    question.refresh_from_db()
    assert question.text == QUESTION


def test_a_full_conversation_says_so_and_keeps_what_was_typed(sign_in, alice, question):
    Conversation.objects.update(message_count=10_000)

    response = sign_in(alice).post(url("message_edit", question), {"text": "Mine.", "version": 1, "beside": "1"})

    assert response.status_code == 422
    assert "at most 10,000 messages" in response.content.decode()
    assert ">\nMine.</textarea>" in response.content.decode()


def test_a_message_is_deleted_after_a_look_at_what_goes_with_it(sign_in, alice, conversation, question):
    client = sign_in(alice)
    question.edit("Which?", by=alice)
    before = client.get(url("message_delete", question)).content.decode()
    assert "Earlier versions" in before
    assert "What answers it stays" in before

    response = client.post(url("message_delete", question))

    assert response.status_code == 303
    assert conversation.messages.get().parent_position is None
    event = AuditEvent.objects.get(action="message.delete")
    assert (event.actor_id, event.target_id, event.details) == (alice.pk, conversation.pk, {"position": 1})
    assert client.get(url("message_edit", question)).status_code == 404


def test_what_was_said_beside_a_message_is_taken_back_and_one_reads_on_as_before(sign_in, alice, conversation, answer):
    client = sign_in(alice)
    client.post(url("message_edit", answer), {"text": "None at all.", "version": 1, "beside": "1"})
    new = conversation.messages.get(position=3)
    old = conversation.branches.exclude(name="MAIN").get()

    told = client.get(url("message_delete", new)).content.decode()
    response = client.post(url("message_delete", new), follow=True)

    assert f"The branch MAIN has nothing else of its own and goes with it: “{old}” will be MAIN again." in told
    assert answer.typeid in response.content.decode()
    assert conversation.branches.get().pk == old.pk


def test_editors_change_and_only_the_owner_deletes(sign_in, bob, charlie, conversation, question):
    client = sign_in(bob)  # a viewer, through the project
    assert client.get(url("versions", question)).status_code == 200
    assert client.get(url("message_edit", question)).status_code == 403
    assert "Edit this message" not in client.get(conversation.get_absolute_url()).content.decode()

    Grant.objects.create(conversation=conversation, user=bob, role=Role.EDITOR)
    assert client.post(url("message_edit", question), {"text": "Bob's.", "version": 1}).status_code == 303
    assert client.get(url("message_delete", question)).status_code == 403
    assert client.post(url("message_delete", question)).status_code == 403
    assert "Edit this message" in client.get(conversation.get_absolute_url()).content.decode()

    for name in ("versions", "message_edit", "message_delete"):
        assert sign_in(charlie).get(url(name, question)).status_code == 404
    assert conversation.messages.count() == 2


def test_a_message_of_another_conversation_is_not_reached_through_this_one(sign_in, alice, conversation):
    other = Conversation.objects.start(alice)
    stray = other.messages.get(pk=other.append("user", "Stray"))

    for name in ("versions", "message_edit", "message_delete"):
        path = reverse(f"conversations:{name}", args=[conversation.pk, stray.pk])
        assert sign_in(alice).post(path, {"text": "Mine", "version": 1}).status_code in {404, 405}
    assert other.messages.get().text == "Stray"


def test_a_hundred_versions_are_read_in_pages(sign_in, alice, answer, django_assert_max_num_queries):
    for n in range(45):
        answer.edit(f"wording {n}", by=alice)
    client = sign_in(alice)

    with django_assert_max_num_queries(14):
        first = client.get(url("versions", answer)).content.decode()
    last = client.get(url("versions", answer) + "?page=3").content.decode()

    assert "wording 44" in first
    assert "wording 3<" not in first
    assert "Dobsonian" in last
    assert "wording 44" not in last
