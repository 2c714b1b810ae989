import json
from datetime import timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from accounts.admin.base import AT_ONCE, CappedPaginator
from accounts.models import AuditEvent, Session, User
from conversations.models import (
    Attachment,
    Bookmark,
    Branch,
    Conversation,
    Grant,
    ImportBatch,
    ImportLine,
    Message,
    Note,
    Pin,
    Rendering,
    Revision,
    Source,
    Tag,
    Tagging,
    Tombstone,
)
from lib.typeid import new_id
from projects.models import Project, ProjectMember
from sharing.models import DailyViews, ShareLink

pytestmark = pytest.mark.django_db
SECRET = "the planted word"


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org", "root's password")


@pytest.fixture
def private(alice):
    return everything_of(alice, 1)


def everything_of(owner, number):
    """A row in every table of conversations, each holding the planted word where people's words go."""
    workspace = owner.workspace
    project = Project.objects.create(
        owner=owner, workspace=workspace, name=f"Project {number}", description=SECRET, instruction=SECRET
    )
    batch = ImportBatch.objects.create(owner=owner, workspace=workspace, file_name=f"{number}.zip", format="chatgpt")
    conversation = Conversation.objects.start(
        owner, title=f"Title {number}", project=project, description=SECRET, metadata={"note": SECRET}
    )
    message = Message.objects.get(
        pk=conversation.append("user", f"{SECRET} <script>", parts=[{"type": "code", "text": SECRET}])
    )
    mine = {"conversation": conversation, "user": owner}
    reader = User.objects.create_user(f"reader{number}@example.org", workspace=workspace)
    Grant.objects.create(conversation=conversation, user=reader)
    ProjectMember.objects.create(project=project, user=reader)
    Pin.objects.create(**mine)
    Bookmark.objects.create(message=message, **mine)
    Note.objects.create(message=message, text=SECRET, **mine)
    Tagging.objects.create(conversation=conversation, tag=Tag.objects.create(owner=owner, name=f"tag {number}"))
    Branch.objects.filter(conversation=conversation).update(description=SECRET)
    Revision.objects.create(
        conversation=conversation, message=message, version=1, conversation_revision=1, text=SECRET, edited_by=owner
    )
    Attachment.objects.create(
        workspace=workspace, owner=owner, conversation=conversation, message=message, name=f"{number}.png"
    )
    Source.objects.create(
        conversation=conversation, format="chatgpt", fingerprint=b"f" * 32, payload=SECRET.encode(), import_batch=batch
    )
    Rendering.objects.create(
        message=message, conversation=conversation, message_version=1, renderer_version=1, html=SECRET
    )
    ImportLine.objects.create(batch=batch, record=1, outcome="notice", reason="A notice")
    link = ShareLink.objects.create(
        workspace=workspace,
        owner=owner,
        conversation=conversation,
        digest=number.to_bytes(32),
        password=SECRET,
    )
    now = timezone.now()
    DailyViews.objects.create(link=link, day=now.date(), count=number)
    Tombstone.objects.create(
        id=new_id(),
        kind="conversation",
        owner_id=owner.pk,
        conversation_id=conversation.pk,
        created_at=now,
        updated_at=now,
        deleted_at=now,
    )
    return Conversation.objects.get(pk=conversation.pk)


def page(model, word="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{word}", args=args)


OURS = [model for model in admin.site._registry if model._meta.app_label in {"conversations", "projects", "sharing"}]


def test_every_table_is_in_the_admin():
    from django.apps import apps

    for app in ("accounts", "projects", "conversations", "sharing", "api"):
        for model in apps.get_app_config(app).get_models():
            # A session's primary key signs in whoever reads it.
            assert model in admin.site._registry or model is Session, model


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_lists_ask_as_much_for_many_rows_as_for_one(sign_in, root, alice, model, django_assert_max_num_queries):
    for number in range(1, 6):
        everything_of(alice, number)
    client = sign_in(root)

    # session with its user, capped count, page; the filter of formats and the dates of tombstones take up to two more.
    with django_assert_max_num_queries(5):
        response = client.get(page(model))

    assert response.status_code == 200
    assert response.context["cl"].result_count >= 5


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_what_people_wrote_is_on_no_page_without_a_reason(sign_in, root, private, model):
    client = sign_in(root)
    pages = [page(model), *(page(model, "change", row.pk) for row in model.objects.all()[:3])]

    for url in pages:
        response = client.get(url)
        assert response.status_code == 200
        assert SECRET not in response.text


def test_every_id_and_address_is_found(sign_in, root, private, alice):
    client = sign_in(root)
    other = Conversation.objects.start(root, title="Another")
    queries = [private.typeid, str(private.pk), alice.typeid, alice.email, "ALICE@", "title 1", private.project.typeid]

    for query in queries:
        assert list(client.get(page(Conversation), {"q": query}).context["cl"].result_list) == [private], query
    for query in (other.typeid, "conv_nonsense", "%", "nobody@example.org"):
        assert private not in client.get(page(Conversation), {"q": query}).context["cl"].result_list
    for model in (Message, Branch, Revision, Attachment, Grant, Source, Note, ShareLink):
        assert client.get(page(model), {"q": private.typeid}).context["cl"].result_count == 1, model
        assert client.get(page(model), {"q": other.typeid}).context["cl"].result_count == (model is Branch), model


def test_a_query_that_cannot_be_asked_is_answered_with_a_page(sign_in, root, private):
    client = sign_in(root)

    for model in (Conversation, Message, User, AuditEvent):
        for query in ("\ud800".encode("utf-8", "surrogatepass"), "x" * 5_000, "(((", "\\"):
            assert client.get(page(model), {"q": query}).status_code == 200


def test_words_of_messages_are_not_searched(sign_in, root, private):
    client = sign_in(root)

    for model in (Message, Revision, Note, Conversation):
        assert client.get(page(model), {"q": "planted"}).context["cl"].result_count == 0
    for lookup in ("text__contains", "text__startswith", "parts__0__text", "metadata__note"):
        assert client.get(page(Message), {lookup: "p"}).status_code == 400
    assert client.get(page(Attachment), {"message__text__contains": "p"}).status_code == 400


@pytest.mark.parametrize("model", [Conversation, Message, Revision, Branch, Source, Rendering, Tombstone, Grant])
def test_nothing_is_made_or_edited_where_that_would_lie(sign_in, root, private, model):
    client = sign_in(root)
    url = page(model, "change", model.objects.first().pk)

    assert client.get(page(model, "add")).status_code == 403
    assert client.post(url, {"title": "Edited", "text": "edited", "role": "owner"}).status_code == 403


def test_reading_takes_a_reason_and_is_written_down(sign_in, root, private):
    client = sign_in(root)
    url = page(Conversation, "read", private.pk)
    assert SECRET not in client.get(url).text
    refused = client.post(url, {"reason": "because"})
    assert (refused.status_code, AuditEvent.objects.count()) == (422, 0)

    response = client.post(url, {"reason": "Support request 4711"}, follow=True)

    assert f"{SECRET} &lt;script&gt;" in response.text
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.target_id) == ("conversation.read", root.pk, private.pk)
    assert (event.reason, event.details) == ("Support request 4711", {"messages": 1})


def test_a_reading_opens_one_conversation_for_one_superuser_for_half_an_hour(sign_in, root, private, time_machine):
    other = everything_of(User.objects.create_user("eve@example.org"), 2)
    opened = sign_in(root).post(page(Conversation, "read", private.pk), {"reason": "Support request 4711"})["Location"]
    event = AuditEvent.objects.get()
    colleague = User.objects.create_superuser("colleague@example.org", "a password")

    assert sign_in(root).get(opened).status_code == 200
    assert sign_in(colleague).get(opened).status_code == 404
    assert sign_in(root).get(page(Conversation, "text", other.pk, event.pk)).status_code == 404
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    assert sign_in(root).get(opened).status_code == 404


def test_a_long_conversation_is_read_in_pages(sign_in, root, private):
    for number in range(2, 61):
        private.append("user", f"number {number}.")
    client = sign_in(root)
    first = client.post(page(Conversation, "read", private.pk), {"reason": "Support request 4711"}, follow=True)
    address = first.redirect_chain[-1][0]

    second = client.get(f"{address}?after=50")

    assert ("number 50." in first.text, "number 51." in first.text) == (True, False)
    assert ("number 50." in second.text, "number 60." in second.text) == (False, True)
    for nonsense in ("x", "-1", "9" * 30, "٣"):
        assert client.get(address, {"after": nonsense}).status_code == 404


def test_only_superusers_read(sign_in, alice, bob, private):
    for person in (alice, bob):
        assert sign_in(person).get(page(Conversation, "read", private.pk), follow=True).status_code == 404


def act(client, action, rows, **data):
    model = type(rows[0])
    return client.post(page(model), {"action": action, "_selected_action": [row.pk for row in rows]} | data)


def test_selected_conversations_are_exported_with_a_reason(sign_in, root, private, charlie):
    Conversation.objects.start(charlie, title="Not chosen").append("user", "not chosen")

    response = act(sign_in(root), "export_jsonl", [private], reason="Request of the owner")

    lines = [json.loads(line) for line in b"".join(response).splitlines()]
    assert response.streaming
    assert response["Content-Disposition"].startswith('attachment; filename="conversations-')
    assert [line["text"] for line in lines if line["type"] == "message"] == [f"{SECRET} <script>"]
    event = AuditEvent.objects.get()
    assert (event.action, event.actor_id, event.target_id) == ("conversations.export", root.pk, private.owner_id)
    assert (event.reason, event.details) == ("Request of the owner", {"conversations": 1, "messages": 1})


def test_without_a_reason_nothing_is_exported(sign_in, root, private):
    response = act(sign_in(root), "export_jsonl", [private], reason=" ")

    assert response.status_code == 302
    assert not AuditEvent.objects.exists()


def test_deleting_says_what_goes_asks_little_and_is_written_down(sign_in, root, private, django_assert_max_num_queries):
    client = sign_in(root)
    url = page(Conversation, "delete", private.pk)

    # session with its user, savepoints, the conversation, its counts
    with django_assert_max_num_queries(7):
        asked = client.get(url)
    assert "Messages: 1" in asked.text
    assert client.post(url, {"post": "yes"}).status_code == 302

    assert not Conversation.objects.filter(pk=private.pk).exists()
    assert not Message.objects.exists()
    event = AuditEvent.objects.get()
    assert (event.action, event.target_id) == ("conversation.delete", private.pk)
    assert "Title" not in str(event.__dict__)


def test_several_are_deleted_at_once_within_a_limit(sign_in, root, alice, private, monkeypatch):
    client = sign_in(root)
    rows = [private, *(Conversation.objects.start(alice) for _ in range(3))]
    monkeypatch.setattr("accounts.admin.base.AT_ONCE", 3)

    refused = client.post(
        page(Conversation),
        {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"},
        follow=True,
    )
    assert "Select at most 3 conversations" in refused.text
    assert Conversation.objects.count() == 4

    act(client, "delete_selected", rows[:3], post="yes")
    assert Conversation.objects.count() == 1
    assert AT_ONCE == 1_000


def test_a_count_stops_and_says_so(alice, sign_in, root, monkeypatch, private):
    monkeypatch.setattr(CappedPaginator, "CAP", 3)
    for _ in range(4):
        Conversation.objects.start(alice)

    response = sign_in(root).get(page(Conversation))

    assert "3 or more conversations" in response.text


def test_a_share_link_is_revoked(sign_in, root, private):
    link = ShareLink.objects.get()

    act(sign_in(root), "revoke_selected", [link])

    link.refresh_from_db()
    assert link.revoked_at
    assert AuditEvent.objects.filter(action="sharelink.revoke", target_id=link.pk).exists()
    states = {
        state: sign_in(root).get(page(ShareLink), {"state": state}).context["cl"].result_count
        for state in ("working", "expired", "revoked", "nonsense")
    }
    assert states == {"working": 0, "expired": 0, "revoked": 1, "nonsense": 1}
    assert "revoked" in sign_in(root).get(page(ShareLink, "change", link.pk)).text


def test_somebody_let_in_can_be_shown_out(sign_in, root, private):
    grant = Grant.objects.get()

    sign_in(root).post(page(Grant, "delete", grant.pk), {"post": "yes"})

    assert not Grant.objects.exists()
    assert Conversation.objects.filter(pk=private.pk).exists()
