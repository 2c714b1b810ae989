"""The pages about who is in a conversation or a project."""

import pytest
from django.urls import reverse

from accounts.models import AuditEvent, User
from conversations.models import Conversation, Grant
from projects.models import Project

NOBODY = "Nobody in your workspace has this e-mail address."


@pytest.fixture
def dora(alice):
    return User.objects.create_user("dora@example.org", "dora's password", name="Dora", workspace=alice.workspace)


@pytest.fixture(params=["conversation", "project"])
def thing(request, alice):
    """Alice's, and nobody is in."""
    if request.param == "conversation":
        return Conversation.objects.start(alice, title="Comets")
    return Project.objects.start(alice, name="Comets")


@pytest.fixture
def address(thing):
    return lambda rest="people/": f"{thing.get_absolute_url()}{rest}"


def test_somebody_is_let_in_by_their_address_given_another_role_and_removed(sign_in, alice, dora, thing, address):
    client = sign_in(alice)
    assert sign_in(dora).get(thing.get_absolute_url()).status_code == 404

    answer = client.post(address(), {"email": " DORA@example.org", "role": "viewer"}, follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain == [(address(), 303)]
    assert "Dora is in, as a viewer." in html
    assert "let in by you" in html
    assert sign_in(dora).get(thing.get_absolute_url()).status_code == 200

    client.post(address(f"people/{dora.typeid}/"), {"role": "editor"})
    assert thing.role_of(dora) == "editor"
    assert "What they wrote stays." in client.get(address(f"people/{dora.typeid}/remove/")).content.decode()
    assert client.post(address(f"people/{dora.typeid}/remove/")).status_code == 303
    assert sign_in(dora).get(thing.get_absolute_url()).status_code == 404
    acts = [event.action.partition(".")[2] for event in AuditEvent.objects.order_by("id")]
    assert acts == ["create", "change", "delete"]


@pytest.mark.parametrize("email", ["charlie@example.org", "nobody@example.org", "gone@example.org"])
def test_who_is_nobody_of_the_workspace_is_told_in_the_same_words(sign_in, alice, charlie, thing, address, email):
    User.objects.create_user("gone@example.org", "gone's password", workspace=alice.workspace, is_active=False)
    for rest in ("people/", "owner/"):
        answer = sign_in(alice).post(address(rest), {"email": email, "role": "viewer"})
        assert answer.status_code == 422
        assert NOBODY in answer.content.decode()
    assert thing.people.rows.count() == 0


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"email": "x"},
        {"email": "alice@example.org", "role": "viewer"},
        {"email": "dora@example.org", "role": "owner"},
    ],
)
def test_what_cannot_be_is_told_in_the_form(sign_in, alice, dora, thing, address, typed):
    answer = sign_in(alice).post(address(), typed or {"role": "viewer"})

    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert thing.people.rows.count() == 0


def test_a_role_that_does_not_exist_changes_nothing(sign_in, alice, dora, thing, address):
    thing.people.let_in(dora, "viewer", by=alice)

    answer = sign_in(alice).post(address(f"people/{dora.typeid}/"), {"role": "owner"}, follow=True)
    assert "Nothing was changed." in answer.content.decode()
    assert thing.role_of(dora) == "viewer"


def test_whoever_is_in_sees_who_is_by_name_and_changes_nothing(sign_in, alice, bob, dora, thing, address):
    thing.people.let_in(dora, "editor", by=alice)
    thing.people.let_in(bob, "viewer", by=alice)
    client = sign_in(dora)
    html = client.get(address()).content.decode()

    assert "Bob" in html
    assert "Alice’s. You may read it, write in it and change it." in html
    assert "bob@example.org" not in html
    assert "<select" not in html
    for rest in ("people/", f"people/{bob.typeid}/", f"people/{bob.typeid}/remove/", "owner/"):
        assert client.post(address(rest), {"email": "bob@example.org", "role": "editor", "sure": ""}).status_code == 403
    assert thing.role_of(bob) == "viewer"


def test_a_stranger_finds_no_page(sign_in, charlie, dora, thing, address):
    for rest in ("people/", "people/leave/", f"people/{dora.typeid}/remove/", "owner/"):
        for client in (sign_in(charlie), sign_in(dora)):
            assert client.get(address(rest)).status_code == 404
            assert client.post(address(rest)).status_code == 404


def test_whoever_was_let_in_leaves_after_being_asked(sign_in, alice, dora, thing, address):
    thing.people.let_in(dora, "viewer", by=alice)
    client = sign_in(dora)

    assert "Only Alice can let you in again." in client.get(address("people/leave/")).content.decode()
    left = client.post(address("people/leave/"))
    assert left["Location"] in (reverse("conversations:shared"), reverse("projects:index"))
    assert client.get(thing.get_absolute_url()).status_code == 404
    assert AuditEvent.objects.latest("id").action.endswith(".leave")
    assert sign_in(alice).post(address("people/leave/")).status_code == 404  # the owner has nothing to leave


def test_ownership_is_handed_over_once_it_is_said_what_goes_with_it(sign_in, alice, dora, thing, address):
    client = sign_in(alice)
    asked = client.post(address("owner/"), {"email": "dora@example.org"})
    assert "to Dora?" in asked.content.decode()
    thing.refresh_from_db()
    assert thing.owner == alice

    done = client.post(address("owner/"), {"email": "dora@example.org", "sure": ""}, follow=True)
    assert "Dora’s now" in done.content.decode()
    thing.refresh_from_db()
    assert (thing.owner, thing.role_of(alice)) == (dora, "editor")
    assert client.post(address("owner/"), {"email": "dora@example.org", "sure": ""}).status_code == 403


def test_a_project_is_not_handed_over_to_somebody_who_has_one_of_that_name(sign_in, alice, dora, project):
    Project.objects.start(dora, name="Observatory")

    answer = sign_in(alice).post(f"{project.get_absolute_url()}owner/", {"email": "dora@example.org", "sure": ""})
    assert answer.status_code == 422
    assert "has a project of that name already" in answer.content.decode()
    assert not Project.objects.get(pk=project.pk).members.filter(user=alice).exists()


def test_who_sees_it_through_the_project_is_told_before_surprises(sign_in, alice, bob, conversation, project):
    conversation.people.let_in(bob, "editor", by=alice)
    path = conversation.get_absolute_url()
    client = sign_in(alice)

    assert "whoever is" in client.get(f"{path}people/").content.decode()
    assert "They go on seeing it" in client.get(f"{path}people/{bob.typeid}/remove/").content.decode()
    assert (
        "It leaves the project Observatory"
        in client.post(f"{path}owner/", {"email": "bob@example.org"}).content.decode()
    )
    assert "You go on seeing it" in sign_in(bob).get(f"{path}people/leave/").content.decode()


def test_the_list_costs_the_same_for_many(sign_in, alice, thing, address, django_assert_num_queries):
    for n in range(10):
        user = User.objects.create_user(f"u{n}@example.org", "a password of theirs", workspace=alice.workspace)
        thing.people.let_in(user, "viewer", by=alice)
    client = sign_in(alice)

    # session with its user, what it is about, its owner, how many people, they with their names, its project, the
    # sidebar’s two
    with django_assert_num_queries(8):
        client.get(address())


def test_many_come_in_pages_and_nobody_is_left_out(sign_in, alice, thing, address, monkeypatch):
    monkeypatch.setattr("conversations.views.people.AT_ONCE", 2)
    for n in range(3):
        user = User.objects.create_user(
            f"u{n}@example.org", "a password of theirs", workspace=alice.workspace, name=f"U{n}"
        )
        thing.people.let_in(user, "viewer", by=alice)
    client = sign_in(alice)

    first = client.get(address()).content.decode()
    assert ("U0" in first, "U1" in first, "U2" in first) == (True, True, False)
    assert 'href="?page=2"' in first
    assert "U2" in client.get(f"{address()}?page=2").content.decode()
    changed = client.post(f"{address(f'people/{user.typeid}/')}?page=2", {"role": "editor"})
    assert changed["Location"] == f"{address()}?page=2"


def test_a_user_that_a_program_made_is_shown_by_name_and_removed(sign_in, alice, conversation):
    made = User.objects.create(workspace=alice.workspace, external_id="app-7", name="Robot")
    conversation.people.let_in(made, "viewer", by=alice)
    client = sign_in(alice)

    assert "Robot" in client.get(f"{conversation.get_absolute_url()}people/").content.decode()
    client.post(f"{conversation.get_absolute_url()}people/{made.typeid}/remove/")
    assert not Grant.objects.filter(user=made).exists()
