"""Projects as pages: a list, one with its conversations, and the forms around it."""

import pytest
from django.urls import reverse

from conversations import history
from conversations.models import Conversation
from projects.models import Project, ProjectMember


@pytest.fixture
def page_of(project):
    return lambda name="conversations:project": reverse(name, args=[project.pk])


def test_the_list_shows_what_is_mine_and_what_i_was_let_into_with_counts(sign_in, alice, bob, charlie, conversation):
    assert "1 conversation" in sign_in(alice).get(reverse("projects:index")).content.decode()
    theirs = sign_in(bob).get(reverse("projects:index")).content.decode()
    assert "Observatory" in theirs
    assert "Of Alice" in theirs
    assert "No projects yet" in sign_in(charlie).get(reverse("projects:index")).content.decode()


def test_the_list_costs_the_same_for_many(sign_in, alice, django_assert_num_queries):
    for n in range(10):
        Project.objects.start(alice, name=f"Number {n}")
    client = sign_in(alice)

    with django_assert_num_queries(5):  # session with its user, how many, the projects with counts, the sidebar’s two
        client.get(reverse("projects:index"))


def test_a_project_shows_its_conversations_page_by_page(
    sign_in, alice, project, page_of, monkeypatch, django_assert_num_queries
):
    for n in range(60):
        Conversation.objects.start(alice, title=f"Talk {n:02}", project=project)
    Conversation.objects.start(alice, title="Elsewhere")
    client = sign_in(alice)

    with django_assert_num_queries(5):  # session with its user, the project, its rows, the sidebar’s two
        first = client.get(page_of())
    names = {row.title for row in first.context["page"].rows}
    rest = client.get(page_of(), {"after": first.context["page"].next_cursor})
    names |= {row.title for row in rest.context["page"].rows}
    assert names == {f"Talk {n:02}" for n in range(60)}
    assert client.get(page_of(), {"after": "x"}).status_code == 400
    assert history.PAGE == 50


def test_a_member_reads_it_and_does_not_change_it(sign_in, bob, conversation, page_of):
    client = sign_in(bob)

    assert "Choosing a telescope" in client.get(page_of()).content.decode()
    assert client.get(page_of("projects:edit")).status_code == 403
    assert client.post(page_of("projects:delete")).status_code == 403
    ProjectMember.objects.update(role="editor")
    assert client.get(page_of("projects:edit")).status_code == 200


def test_a_stranger_finds_nothing(sign_in, charlie, page_of):
    for name in ("conversations:project", "projects:edit", "projects:delete"):
        assert sign_in(charlie).get(page_of(name)).status_code == 404
        assert sign_in(charlie).post(page_of(name)).status_code in (404, 405)


def test_a_project_is_made_changed_and_deleted(sign_in, alice):
    client = sign_in(alice)
    made = client.post(reverse("projects:new"), {"name": "Optics", "description": "Mirrors"})
    project = Project.objects.get()
    assert (made.status_code, made["Location"]) == (303, project.get_absolute_url())
    conversation = Conversation.objects.start(alice, title="Kept", project=project)

    client.post(reverse("projects:edit", args=[project.pk]), {"name": "Lenses", "colour": "teal"})
    project.refresh_from_db()
    assert (project.name, project.colour, project.description) == ("Lenses", "teal", "")

    asked = client.get(reverse("projects:delete", args=[project.pk])).content.decode()
    assert "Conversations that stay" in asked
    assert client.post(reverse("projects:delete", args=[project.pk])).status_code == 303
    conversation.refresh_from_db()
    assert conversation.project_id is None
    assert conversation.revision == 1


@pytest.mark.parametrize("name", ["", " ", "observatory", "x" * 121, "a\tb", "a\x00b"])
def test_a_name_that_cannot_be_is_told_in_the_form(sign_in, alice, project, name):
    answer = sign_in(alice).post(reverse("projects:new"), {"name": name})

    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    assert Project.objects.count() == 1


def test_a_conversation_is_moved_by_its_owner_into_a_project_of_theirs(sign_in, alice, bob, conversation, project):
    other = Project.objects.start(alice, name="Travel")
    path = reverse("conversations:move", args=[conversation.pk])
    foreign = Project.objects.start(bob, name="Bob's")

    assert "Travel" in sign_in(alice).get(path).content.decode()
    assert sign_in(bob).post(path, {"project": foreign.pk}).status_code == 403
    assert sign_in(alice).post(path, {"project": foreign.pk}).status_code == 422
    assert sign_in(alice).post(path, {"project": other.pk}).status_code == 303
    conversation.refresh_from_db()
    assert conversation.project == other
    sign_in(alice).post(path, {"project": ""})
    conversation.refresh_from_db()
    assert conversation.project is None
