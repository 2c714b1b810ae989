"""The projects beside every page."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations import recent_projects as recent
from conversations.models import Conversation
from projects.models import Project, ProjectMember

ELSEWHERE = "conversations:imports"


def names(user):
    return [project.name for project in recent.recent_projects(user).found[0]]


def beside(client, path=None):
    """The sidebar's projects, as they stand in the page."""
    html = client.get(path or reverse(ELSEWHERE)).content.decode()
    found = re.search(r'<nav aria-label="Recent projects">.*?</nav>', html, re.DOTALL)
    return found and found[0]


@pytest.fixture
def shelf(alice):
    """A project for each letter, the last of them used last; each used an hour after the one before."""
    now = timezone.now()
    made = []
    for n, letter in enumerate("hgfedcba"):
        made.append(Project.objects.start(alice, name=letter, created_at=now - timedelta(days=9)))
        Conversation.objects.start(alice, project=made[-1], created_at=now - timedelta(hours=20 - n))
    return made


def test_they_are_the_ones_that_the_door_lets_through(alice, bob, charlie, project, monkeypatch):
    Project.objects.start(alice, name="Travel")
    Project.objects.start(bob, name="Bob’s own")
    Project.objects.start(charlie, name="Charlie’s own")
    Project.objects.start(alice, name="Long ago", archived_at=timezone.now())
    stray = User.objects.create_user("stray@example.org", "stray's password")
    ProjectMember.objects.create(project=project, user=stray)  # of another workspace
    monkeypatch.setattr(recent, "HANDFUL", 50)

    for user in (alice, bob, charlie, stray):
        seen = Project.objects.visible_to(user).filter(archived_at=None)
        assert sorted(names(user)) == sorted(seen.values_list("name", flat=True))


def test_a_handful_that_was_used_last_stands_by_name_and_all_are_a_link_away(sign_in, alice, shelf):
    assert names(alice) == ["a", "b", "c", "d", "e"]
    assert "All projects" in beside(sign_in(alice))

    Conversation.objects.filter(project__name="h").update(last_message_at=timezone.now())
    Project.objects.start(alice, name="new")
    assert names(alice) == ["a", "b", "c", "h", "new"]
    Project.objects.exclude(name__in="ab").delete()
    assert "All projects" not in beside(sign_in(alice))


def test_each_has_its_colour_and_says_how_many_it_holds_up_to_a_bound(sign_in, alice, shelf, monkeypatch):
    monkeypatch.setattr(recent, "COUNTED", 2)
    alpha, beta, gamma = shelf[-1], shelf[-2], shelf[-3]
    alpha.change(colour="teal")
    for _ in range(3):
        Conversation.objects.start(alice, project=alpha)
    Conversation.objects.start(alice, project=beta)
    Conversation.objects.start(alice, project=beta).archive()
    told = {found.name: found.count for found in recent.recent_projects(alice).found[0]}

    assert (told[alpha.name], told[beta.name], told[gamma.name]) == ("2+", "2", "1")
    html = beside(sign_in(alice))
    assert "project--teal" in html
    assert '2+<span class="visually-hidden"> conversations</span>' in html
    assert '1<span class="visually-hidden"> conversation</span>' in html


def test_the_one_that_is_open_is_marked_and_names_are_escaped(sign_in, alice, project):
    Project.objects.start(alice, name="<i>Nebulae")
    html = beside(sign_in(alice), project.get_absolute_url())

    assert re.findall(r'href="([^"]+)" aria-current="page"', html) == [project.get_absolute_url()]
    assert "&lt;i&gt;Nebulae" in html


def test_nothing_stands_there_where_there_are_none(sign_in, charlie):
    assert beside(sign_in(charlie)) is None


def test_what_each_project_holds_is_asked_of_the_index_of_its_history(alice, shelf):
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")
        assert recent.recent_projects(alice).found
        cursor.execute("EXPLAIN " + asked.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert plan.count("Index Only Scan using project_history") == 2
