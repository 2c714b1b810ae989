"""Who is in a conversation, what that lets them do, and what goes with it when it is handed over."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent
from conversations.models import Conversation, Grant, Message
from projects.models import Project, ProjectMember, Role
from projects.refusals import NotTheOwner, OwnerIsIn
from sharing.models import ShareLink
from tests.waiting import count_lock_waits, wait_until


@pytest.fixture
def private(alice):
    conversation = Conversation.objects.start(alice, title="Private")
    conversation.append("user", "Which telescope?")
    conversation.append("assistant", "A Dobsonian.")
    return conversation


def test_a_role_is_the_most_of_what_grant_and_project_let(conversation, project, alice, bob, charlie):
    assert (conversation.role_of(alice), conversation.role_of(charlie)) == (Role.OWNER, None)
    assert conversation.role_of(bob) == Role.VIEWER  # through the project
    conversation.people.let_in(bob, Role.EDITOR, by=alice)
    assert conversation.role_of(bob) == Role.EDITOR
    conversation.people.let_in(bob, Role.VIEWER, by=alice)
    project.people.let_in(bob, Role.COMMENTER, by=alice)
    assert conversation.role_of(bob) == Role.COMMENTER

    Project.objects.filter(pk=project.pk).update(owner=bob)
    assert conversation.role_of(bob) == Role.EDITOR  # whoever has the project edits what is in it


@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_while_their_role_is_changed_is_let_in_anew(private, alice, bob):
    private.people.let_in(bob, Role.VIEWER, by=alice)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            private.people.show_out(bob, by=bob)
            change = pool.submit(_change_role, private, bob, alice)
            wait_until(lambda: change.done() or count_lock_waits())
        change.result()

    assert private.role_of(bob) == Role.EDITOR
    assert [event.action for event in AuditEvent.objects.order_by("id")] == [
        "grant.create",
        "grant.leave",
        "grant.create",
    ]


def _change_role(conversation, user, by):
    try:
        conversation.people.let_in(user, Role.EDITOR, by=by)
    finally:
        connection.close()


def test_a_role_is_one_question(conversation, alice, bob, django_assert_num_queries):
    with django_assert_num_queries(1):
        conversation.role_of(bob)
    with django_assert_num_queries(0):
        conversation.role_of(alice)


def test_every_change_is_a_line_of_the_trail_and_what_changes_nothing_is_none(private, alice, bob):
    for role in (Role.VIEWER, Role.VIEWER, Role.EDITOR):
        private.people.let_in(bob, role, by=alice)
    for _ in range(2):
        private.people.show_out(bob, by=alice)
    private.people.let_in(bob, Role.VIEWER, by=alice)
    private.people.show_out(bob, by=bob)

    lines = AuditEvent.objects.order_by("id").values_list("action", "target_id", "actor_id")
    assert [(action, actor) for action, _, actor in lines] == [
        ("grant.create", alice.pk),
        ("grant.change", alice.pk),
        ("grant.delete", alice.pk),
        ("grant.create", alice.pk),
        ("grant.leave", bob.pk),
    ]
    assert {target for _, target, _ in lines} == {private.pk}
    assert AuditEvent.objects.get(action="grant.change").details == {
        "user": bob.typeid,
        "role": "editor",
        "was": "viewer",
    }


def test_who_was_let_in_by_whom_stays_known_when_their_role_changes(private, alice, bob):
    first = private.people.let_in(bob, Role.VIEWER, by=alice)
    again = private.people.let_in(bob, Role.EDITOR, by=alice)

    assert (again.pk, again.created_at, again.granted_by) == (first.pk, first.created_at, alice)


def test_what_is_handed_over_takes_its_links_along_and_leaves_the_project(conversation, project, alice, bob):
    link = ShareLink.objects.share(conversation)
    pin = conversation.pin(alice)
    conversation.add_note(alice, "Mine")
    conversation.people.let_in(bob, Role.VIEWER, by=alice)

    conversation.hand_over(bob, by=alice)

    conversation = Conversation.objects.get()
    assert (conversation.owner, conversation.project) == (bob, None)
    assert [(grant.user, grant.role, grant.granted_by) for grant in Grant.objects.all()] == [(alice, "editor", bob)]
    assert ShareLink.objects.visible_to(bob).get() == link
    assert link.messages()
    assert list(conversation.pins.all()) == [pin]
    assert conversation.notes.get().user == alice
    assert set(conversation.messages.values_list("owner", "author")) == {(bob.pk, alice.pk)}
    assert Message.objects.search("Dobsonian", bob).hits
    assert Message.objects.search("Dobsonian", alice).hits
    assert AuditEvent.objects.filter(action="grant.handover", target_id=conversation.pk, actor_id=alice.pk).exists()


def test_it_stays_in_a_project_of_the_new_owner(conversation, project, alice, bob):
    project.hand_over(bob, by=alice)
    conversation.hand_over(bob, by=alice)

    conversation.refresh_from_db()
    assert conversation.project == project
    assert ProjectMember.objects.get().user == alice
    assert conversation.role_of(alice) == Role.EDITOR


def test_only_its_owner_hands_over_and_not_to_themselves(private, alice, bob):
    with pytest.raises(OwnerIsIn):
        private.hand_over(alice, by=alice)
    private.hand_over(bob, by=alice)
    with pytest.raises(NotTheOwner):  # somebody was faster, in another tab
        private.hand_over(alice, by=alice)
    assert Conversation.objects.get().owner == bob


def test_a_turn_remembers_who_wrote_it_where_that_was_not_the_owner(private, alice, bob):
    private.append("user", "Mine", author=alice.pk)
    private.append("user", "His", author=bob.pk)
    private.append_all([{"role": "user", "text": "His too", "author": bob.pk}, {"role": "user", "text": "Anybody’s"}])

    authors = list(private.messages.order_by("position").values_list("author", flat=True))[2:]
    assert authors == [None, bob.pk, bob.pk, None]
