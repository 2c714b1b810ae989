"""Who may what: every role at every verb, through the pages and through /v1."""

import json

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Message

ROLES = ("owner", "editor", "commenter", "viewer", "member_editor", "member_viewer", "stranger", "elsewhere")
READ = {"owner", "editor", "commenter", "viewer", "member_editor", "member_viewer"}
NOTE = READ - {"viewer", "member_viewer"}
WRITE = {"owner", "editor", "member_editor"}
OWN = {"owner"}

# Verb: (who may, method, address below the conversation, body). {m} is a message, {u} a colleague.
PAGES = {
    "read": (READ, "GET", "", None),
    "read what is new": (READ, "GET", "news/?tip=1&revision=0", None),
    "see who is in": (READ, "GET", "people/", None),
    "download": (READ, "GET", "download/markdown/", None),
    "read a message": (READ, "GET", "messages/{m}/", None),
    "note for oneself": (READ, "POST", "notes/", {"text": "x"}),
    "append": (WRITE, "POST", "messages/", {"text": "x", "tip": "1"}),
    "edit": (WRITE, "POST", "messages/{m}/edit/", {"text": "x", "version": "1"}),
    "rename": (WRITE, "POST", "edit/", {"title": "x"}),
    "make a branch": (WRITE, "POST", "branches/new/?at={m}", {"name": "x"}),
    "delete a message": (OWN, "POST", "messages/{m}/delete/", {}),
    "move": (OWN, "POST", "project/", {"project": ""}),
    "let in": (OWN, "POST", "people/", {"email": "colleague@example.org", "role": "viewer"}),
    "hand over": (OWN, "POST", "owner/", {"email": "colleague@example.org", "sure": ""}),
    "delete": (OWN, "POST", "delete/", {}),
}
V1 = {
    "read": (READ, "GET", "", None),
    "read items": (READ, "GET", "/items", None),
    "see who is in": (READ, "GET", "/grants", None),
    "export": (READ, "GET", "/export", None),
    "note for oneself": (READ, "POST", "/notes", {"text": "x"}),
    "note for others": (NOTE, "POST", "/notes", {"text": "x", "shared": True}),
    "note for others at an item": (NOTE, "POST", "/items/{m}/notes", {"text": "x", "shared": True}),
    "append": (WRITE, "POST", "/items", {"role": "user", "content": "x"}),
    "append several": (WRITE, "POST", "/items", {"items": [{"role": "user", "content": "x"}]}),
    "edit": (WRITE, "PUT", "/items/{m}/edit", {"content": "x"}),
    "edit as a branch": (WRITE, "POST", "/items/{m}/edit", {"content": "x"}),
    "rename": (WRITE, "PATCH", "", {"title": "x"}),
    "make a branch": (WRITE, "POST", "/branches", {"name": "x"}),
    "delete a message": (OWN, "DELETE", "/items/{m}", None),
    "share by a link": (OWN, "POST", "/share", {}),
    "let in": (OWN, "POST", "/grants", {"user": "{u}", "role": "viewer"}),
    "show out": (OWN, "DELETE", "/grants/{u}", None),
    "hand over": (OWN, "PUT", "/owner", {"user": "{u}"}),
    "delete": (OWN, "DELETE", "", None),
}


@pytest.fixture
def cast(alice, charlie, project):
    """{role: a user who has it}"""
    people = {"owner": alice, "elsewhere": charlie}
    for role in {*ROLES, "colleague"} - people.keys():
        people[role] = User.objects.create_user(f"{role}@example.org", "a password", workspace=alice.workspace)
    return people


@pytest.fixture
def opened(alice, cast, project):
    conversation = Conversation.objects.start(alice, title="Comets", project=project)
    conversation.append("user", "What is a comet?")
    for role in ("editor", "commenter", "viewer"):
        conversation.people.let_in(cast[role], role, by=alice)
    for role in ("editor", "viewer"):
        project.people.let_in(cast[f"member_{role}"], role, by=alice)
    return conversation


def expected(role, may):
    return "done" if role in may else 403 if role in READ else 404


def outcome(status):
    return "done" if status < 400 else status


def filled(text, conversation, cast):
    return text.replace("{m}", conversation.messages.get().typeid).replace("{u}", cast["colleague"].typeid)


@pytest.mark.parametrize("verb", PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_on_the_pages(role, verb, cast, opened):
    may, method, rest, body = PAGES[verb]
    client = Client()
    client.force_login(cast[role])
    path = f"{opened.get_absolute_url()}{filled(rest, opened, cast)}"
    headers = {"HX-Request": "true"} if verb == "read what is new" else {}
    answer = client.generic(method, path, headers=headers) if body is None else client.post(path, body)

    assert outcome(answer.status_code) == expected(role, may)


@pytest.mark.parametrize("verb", V1)
@pytest.mark.parametrize("role", ROLES)
def test_for_programs(role, verb, cast, opened, key_of):
    may, method, rest, body = V1[verb]
    path = f"/v1/conversations/{opened.typeid}{filled(rest, opened, cast)}"
    data = b"" if body is None else filled(json.dumps(body), opened, cast).encode()
    headers = {"Authorization": f"Bearer {key_of(cast[role])}"}
    answer = Client().generic(method, path, data, content_type="application/json", headers=headers)

    assert outcome(answer.status_code) == expected(role, may), answer.content


@pytest.mark.parametrize("role", ROLES)
def test_a_search_finds_it_for_whom_it_is_open(role, cast, opened):
    assert bool(Message.objects.search("comet", cast[role]).hits) == (role in READ)
