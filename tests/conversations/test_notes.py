"""Notes as pages: a reader's own, and those that everybody in the conversation reads."""

import pytest

from conversations import limits
from conversations.models import Conversation, Note


@pytest.fixture
def shared(alice, bob):
    conversation = Conversation.objects.start(alice, title="Comets")
    conversation.append("user", "What is a comet?")
    conversation.people.let_in(bob, "commenter", by=alice)
    return conversation


@pytest.fixture
def address(shared):
    return f"{shared.get_absolute_url()}notes/"


@pytest.fixture
def beside(shared):
    return f"{shared.get_absolute_url()}messages/{shared.messages.get().typeid}/notes/"


def test_what_a_commenter_writes_for_all_is_read_by_all_with_its_writer(sign_in, alice, bob, charlie, shared, beside):
    assert ">Everybody in this conversation reads it</label>" in sign_in(bob).get(beside).content.decode()
    assert sign_in(bob).post(beside, {"text": "A **dirty** snowball?", "shared": "on"}).status_code == 303
    html = sign_in(alice).get(beside).content.decode()

    assert "<strong>Bob</strong>" in html
    assert "A **dirty** snowball?" in html
    assert ">1 note</a>" in sign_in(alice).get(shared.get_absolute_url()).content.decode()
    assert sign_in(charlie).get(beside).status_code == 404


def test_what_one_keeps_to_oneself_nobody_else_reads(sign_in, alice, bob, shared, address, beside):
    sign_in(bob).post(beside, {"text": "For me"})
    assert "only you" in sign_in(bob).get(address).content.decode()
    assert "For me" not in sign_in(alice).get(address).content.decode()
    assert "1 note" not in sign_in(alice).get(shared.get_absolute_url()).content.decode()
    note = Note.objects.get()
    assert sign_in(alice).get(f"/notes/{note.typeid}/delete/").status_code == 404


def test_a_viewer_writes_for_themselves_alone(sign_in, alice, bob, shared, address):
    shared.people.let_in(bob, "viewer", by=alice)

    assert 'name="shared"' not in sign_in(bob).get(address).content.decode()
    sign_in(bob).post(address, {"text": "For me", "shared": "on"})
    assert Note.objects.get().shared is False


def test_where_nobody_else_is_a_note_is_ones_own_without_being_asked(sign_in, alice):
    alone = Conversation.objects.start(alice, title="Alone")
    html = sign_in(alice).get(f"{alone.get_absolute_url()}notes/").content.decode()

    assert 'name="shared"' not in html
    sign_in(alice).post(f"{alone.get_absolute_url()}notes/", {"text": "Mine"})
    assert Note.objects.get().shared is False


def test_a_note_is_changed_by_its_writer_and_taken_away_by_the_owner_too(sign_in, alice, bob, shared, address):
    note = shared.add_note(bob, "First", shared=True)
    hers = shared.add_note(alice, "Hers", shared=True)
    page = f"/notes/{note.typeid}"

    assert sign_in(alice).post(f"{page}/edit/", {"text": "x"}).status_code == 403
    assert sign_in(bob).post(f"/notes/{hers.typeid}/delete/").status_code == 403
    assert sign_in(bob).post(f"{page}/edit/", {"text": "Second", "shared": "on"}).status_code == 303
    assert "Second" in sign_in(alice).get(address).content.decode()
    assert "of Bob?" in sign_in(alice).get(f"{page}/delete/").content.decode()
    assert sign_in(alice).post(f"{page}/delete/").status_code == 303
    assert list(Note.objects.all()) == [hers]


def test_who_may_no_longer_write_for_others_does_not_change_what_they_read(sign_in, alice, bob, shared):
    note = shared.add_note(bob, "First", shared=True)
    shared.people.let_in(bob, "viewer", by=alice)
    assert sign_in(bob).post(f"/notes/{note.typeid}/edit/", {"text": "x", "shared": "on"}).status_code == 403

    shared.people.show_out(bob, by=alice)
    assert sign_in(bob).get(f"/notes/{note.typeid}/edit/").status_code == 404
    assert sign_in(bob).post(f"/notes/{note.typeid}/delete/").status_code == 404


@pytest.mark.parametrize("text", ["", " \n", "x" * (limits.NOTE + 1)])
def test_what_is_no_note_is_told_in_the_form(sign_in, alice, address, text):
    assert sign_in(alice).post(address, {"text": text}).status_code == 422
    assert not Note.objects.exists()


def test_the_list_costs_the_same_for_many(sign_in, alice, bob, shared, address, django_assert_num_queries):
    for n in range(10):
        shared.messages.get().add_note(bob, f"{n}", shared=True)
    client = sign_in(alice)

    # session with its user, the conversation, how many, the notes with their writers, the sidebar’s two
    with django_assert_num_queries(6):
        client.get(address)
