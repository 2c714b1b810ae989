"""Each way of sharing something, changing that and ending it leaves exactly one line in the audit trail."""

import json
import re

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse

from accounts.models import AuditEvent, User
from lib.typeid import encode
from sharing import spelling
from sharing.models import ShareLink

OF_SHARING = ("sharelink.", "grant.", "projectmember.")


@pytest.fixture
def root(alice):
    """A superuser of Alice's workspace."""
    return User.objects.create_superuser("root@example.org", "root's password", workspace=alice.workspace)


@pytest.fixture
def link(conversation):
    return ShareLink.objects.share(conversation)


@pytest.fixture
def trail(link):
    """[(action, actor, target, details)] of what happens from now on."""
    before = set(AuditEvent.objects.values_list("pk", flat=True))

    def told():
        lines = AuditEvent.objects.exclude(pk__in=before).order_by("pk")
        return [
            (line.action, line.actor_id, line.target_id, line.details)
            for line in lines
            if line.action.startswith(OF_SHARING)
        ]

    return told


@pytest.fixture
def program(client, key_of):
    """Asks any dialect, with the key of somebody."""

    def program(user, method, path, body=None):
        answer = client.generic(
            method,
            path,
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key_of(user)}"},
        )
        assert answer.status_code < 300, answer.content

    return program


def share_of(link):
    return spelling.share_id(link.secret)


MAKING = {
    "/v1": (lambda c: (f"/v1/conversations/{c.typeid}/share", {}), {"scope": "branch", "messages": 2}),
    "/v1, live": (lambda c: (f"/v1/conversations/{c.typeid}/share", {"live": True}), {"scope": "branch", "live": True}),
    "/v1, an item": (
        lambda c: (f"/v1/conversations/{c.typeid}/items/{c.messages.get(position=2).typeid}/share", {}),
        {"scope": "message", "messages": 1},
    ),
}


@pytest.mark.parametrize("way", MAKING)
def test_a_link_is_made(program, trail, alice, conversation, link, way):
    address, details = MAKING[way]
    program(alice, "POST", *address(conversation))

    made = ShareLink.objects.exclude(pk=link.pk).get()
    assert trail() == [("sharelink.create", alice.pk, made.pk, details)]


def test_a_link_is_made_on_a_page(sign_in, trail, alice, conversation, link):
    form, browser = reverse("sharing:new", args=[conversation.pk]), sign_in(alice)
    draft = re.search(r'name="draft" value="([^"]+)"', browser.get(form).content.decode())[1]
    for _ in range(2):  # sent twice it is made once
        assert browser.post(form, {"what": "branch", "draft": draft}).status_code == 303

    made = ShareLink.objects.exclude(pk=link.pk).get()
    assert trail() == [("sharelink.create", alice.pk, made.pk, {"scope": "branch", "messages": 2})]


def test_a_link_is_looked_after_on_its_page(sign_in, trail, alice, conversation, link):
    conversation.append("user", "And for planets?")
    forms = {
        "edit": {"title": "Choosing a telescope", "expires": "", "include_names": "on"},
        "update": {"revision": type(conversation).objects.get().revision},
        "revoke": {},
    }
    for name, form in forms.items():
        assert sign_in(alice).post(reverse(f"sharing:{name}", args=[link.pk]), form).status_code == 303
    sign_in(alice).post(reverse("sharing:revoke", args=[link.pk]))

    assert [(action, actor, target) for action, actor, target, _ in trail()] == [
        ("sharelink.change", alice.pk, link.pk),
        ("sharelink.update", alice.pk, link.pk),
        ("sharelink.revoke", alice.pk, link.pk),
    ]
    assert [details for *_, details in trail()] == [
        {"scope": "branch", "messages": 2, "fields": ["include_names"]},
        {"scope": "branch", "messages": 3, "was": 2},
        {"scope": "branch", "messages": 3},
    ]


def test_a_link_is_changed_by_programs(program, trail, alice, link):
    asked = {"title": "Secret words", "password": "aperture fever"}
    program(alice, "PATCH", f"/v1/shares/{share_of(link)}", asked)
    program(alice, "PATCH", f"/v1/shares/{share_of(link)}", {"title": "Secret words"})  # which it is called already

    [(action, actor, target, details)] = trail()
    assert (action, actor, target) == ("sharelink.change", alice.pk, link.pk)
    assert set(details.pop("fields")) == {"title", "password"}
    assert details == {"scope": "branch", "messages": 2}


def test_a_link_is_brought_up_to_date(program, trail, alice, conversation, link):
    conversation.append("user", "And for planets?")
    program(alice, "POST", f"/v1/shares/{share_of(link)}/update")

    assert trail() == [("sharelink.update", alice.pk, link.pk, {"scope": "branch", "messages": 3, "was": 2})]


def test_links_work_longer(sign_in, trail, alice, link):
    link.change(expires_at=link.created_at, by=alice)
    sign_in(alice).post(reverse("sharing:selected_extend"), {"link": [link.typeid]})

    assert [line[:3] for line in trail()] == [("sharelink.change", alice.pk, link.pk)] * 2
    assert trail()[1][3] == {"scope": "branch", "messages": 2, "fields": ["expires_at"]}


ENDING_BY_PROGRAM = {
    "the guide's": lambda link: ("DELETE", f"{conversation_of(link)}/share/{share_of(link)}"),
    "below the conversation": lambda link: ("DELETE", f"{conversation_of(link)}/shares/{share_of(link)}"),
    "by itself": lambda link: ("DELETE", f"/v1/shares/{share_of(link)}"),
    "several": lambda link: ("POST", "/v1/shares/revoke", {"share_ids": [share_of(link)]}),
    "all": lambda link: ("POST", "/v1/shares/revoke", {"all": True}),
}


def conversation_of(link):
    return f"/v1/conversations/{encode('conv', link.conversation_id)}"


@pytest.mark.parametrize("way", ENDING_BY_PROGRAM)
def test_a_program_ends_a_link(program, trail, alice, link, way):
    for _ in range(2):  # done twice it is still done, and said once
        program(alice, *ENDING_BY_PROGRAM[way](link))

    assert trail() == [("sharelink.revoke", alice.pk, link.pk, {"scope": "branch", "messages": 2})]


ENDING_ON_A_PAGE = {
    "selected": ("alice", "sharing:selected_revoke"),
    "all": ("alice", "sharing:revoke_all"),
    "selected of the workspace": ("root", "sharing:workspace_selected_revoke"),
    "all of the workspace": ("root", "sharing:workspace_revoke_all"),
    "in the administration": ("root", "admin:sharing_sharelink_changelist"),
}


@pytest.mark.parametrize("way", ENDING_ON_A_PAGE)
def test_a_page_ends_a_link(sign_in, trail, alice, root, link, way):
    who, url = ENDING_ON_A_PAGE[way]
    user = {"alice": alice, "root": root}[who]
    form = {"link": [link.typeid], "action": "revoke_selected", ACTION_CHECKBOX_NAME: [str(link.pk)]}
    for _ in range(2):
        assert sign_in(user).post(reverse(url), form).status_code in (302, 303)

    assert trail() == [("sharelink.revoke", user.pk, link.pk, {"scope": "branch", "messages": 2})]


def test_what_ends_with_its_conversation_is_in_the_line_of_that(sign_in, trail, alice, conversation, link):
    sign_in(alice).post(reverse("conversations:delete", args=[conversation.pk]))

    assert trail() == []
    assert AuditEvent.objects.get(action="conversation.delete").details["share_links"] == 1


# --- people ---


@pytest.mark.parametrize("dialect", ["v1", "r2r", "page"])
def test_somebody_is_let_into_a_conversation_and_shown_out(sign_in, program, trail, alice, bob, conversation, dialect):
    let_in = {"user": bob.typeid, "role": "viewer"}
    if dialect == "v1":
        program(alice, "POST", f"/v1/conversations/{conversation.typeid}/grants", let_in)
        program(alice, "DELETE", f"/v1/conversations/{conversation.typeid}/grants/{bob.typeid}")
    elif dialect == "r2r":
        program(alice, "POST", f"/v3/conversations/{conversation.pk}/users/{bob.pk}")
        program(alice, "DELETE", f"/v3/conversations/{conversation.pk}/users/{bob.pk}")
    else:
        page = reverse("conversations:people", args=[conversation.pk])
        assert sign_in(alice).post(page, {"email": bob.email, "role": "viewer"}).status_code == 303
        out = reverse("conversations:people_remove", args=[conversation.pk, bob.pk])
        assert sign_in(alice).post(out).status_code == 303

    assert trail() == [
        ("grant.create", alice.pk, conversation.pk, let_in),
        ("grant.delete", alice.pk, conversation.pk, {"user": bob.typeid}),
    ]


@pytest.mark.parametrize("way", ["one", "several"])
def test_a_superuser_shows_somebody_out_and_the_owner_is_told(
    sign_in, trail, alice, bob, root, project, conversation, way
):
    grant = conversation.people.let_in(bob, "viewer", by=alice)
    rows = {"conversations_grant": grant, "projects_projectmember": project.members.get()}
    for name, row in rows.items():
        if way == "one":
            sign_in(root).post(reverse(f"admin:{name}_delete", args=[row.pk]), {"post": "yes"})
        else:
            form = {"action": "delete_selected", ACTION_CHECKBOX_NAME: [str(row.pk)], "post": "yes"}
            sign_in(root).post(reverse(f"admin:{name}_changelist"), form)

    assert trail()[1:] == [
        ("grant.delete", root.pk, conversation.pk, {"user": bob.typeid}),
        ("projectmember.delete", root.pk, project.pk, {"user": bob.typeid}),
    ]
    activity = sign_in(alice).get(reverse("accounts:activity")).content.decode()
    assert "Showed somebody out of a conversation" in activity
    assert "Showed somebody out of a project" in activity


def test_no_line_has_anybodys_words(program, sign_in, alice, conversation):
    program(alice, "POST", f"/v1/conversations/{conversation.typeid}/share", {"title": "Secret words"})
    link = ShareLink.objects.get()
    program(
        alice, "PATCH", f"/v1/shares/{share_of(link)}", {"title": "Secret words too", "password": "secret password"}
    )
    sign_in(alice).post(reverse("sharing:revoke_all"))

    assert len(lines := AuditEvent.objects.filter(action__startswith="sharelink.")) == 3
    assert not any(
        word in repr(vars(line)) for line in lines for word in ("Secret", "secret", "telescope", share_of(link))
    )
