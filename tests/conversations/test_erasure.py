"""After an account is deleted nothing of it is left: no word in any table, no byte on the disk."""

import re
import threading
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, ClientSettings, Login, Session, User, Workspace
from api.models import IdempotencyRecord
from conversations.erasure import Erasure
from conversations.models import (
    Attachment,
    Bookmark,
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
from conversations.uploads import directory
from projects.models import Project, ProjectMember
from sharing.models import ShareLink
from tests.waiting import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)

NONCE = "zqxjkv"
PASSWORD = "alice's password"
# Tables that hold nothing of anybody's, and the trail, which is there to stay.
NOBODYS = {
    "accounts_auditevent",
    "accounts_requestcount",  # names of keys and addresses, for an hour
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "cache",
    "django_content_type",
    "django_migrations",
    "django_session",
}
# What signing in and finding files stand on; everything else that is text gets a nonce.
KEPT = {
    ("accounts_user", "password"),
    ("accounts_user", "email"),
    ("accounts_session", "session_key"),
    ("conversations_attachment", "sha256"),
    ("conversations_importbatch", "file_path"),
}


@pytest.fixture(autouse=True)
def _no_earlier_tries(tmp_path, settings):
    cache.clear()
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def full_account():
    """Alice, with one row in every table that can hold one of hers, and a nonce in every column that can hold text."""
    alice = User.objects.create_user(f"{NONCE}@example.org", PASSWORD, name="Alice")
    project = Project.objects.create(owner=alice, workspace=alice.workspace, name="P")
    ProjectMember.objects.create(project=project, user=alice)
    upload = directory() / "waiting"
    upload.write_text(NONCE)
    batch = ImportBatch.objects.create(
        owner=alice, workspace=alice.workspace, file_name="x", file_path=str(upload), counts={"x": 1}
    )
    ImportLine.objects.create(batch=batch, record=1, outcome="notice", reason="x")
    conversation = Conversation.objects.start(alice, title="T", project=project, import_batch=batch)
    message = Message.objects.get(pk=conversation.append("user", "x", parts=[{"type": "text"}]))
    at = {"conversation": conversation, "message": message}
    Rendering.objects.create(**at, message_version=1, renderer_version=1, html="x")
    Revision.objects.create(**at, version=1, conversation_revision=1, edited_by=alice, import_batch=batch)
    attachment = Attachment.objects.create(
        **at, owner=alice, workspace=alice.workspace, name="x", sha256="ab" * 32, import_batch=batch
    )
    attachment.path.parent.mkdir(parents=True)
    attachment.path.write_text(NONCE)
    Bookmark.objects.create(**at, user=alice)
    Note.objects.create(**at, user=alice, text="x")
    Pin.objects.create(conversation=conversation, user=alice)
    Tagging.objects.create(conversation=conversation, tag=Tag.objects.create(owner=alice, name="x"))
    Grant.objects.create(conversation=conversation, user=alice, granted_by=alice)
    Source.objects.create(conversation=conversation, import_batch=batch, format="x", fingerprint=b"x", payload=b"x")
    now = timezone.now()
    Tombstone.objects.create(
        id=alice.pk, kind="message", owner_id=alice.pk, conversation_id=batch.pk, **dict.fromkeys(TIMES, now)
    )
    link = {"owner": alice, "workspace": alice.workspace, "conversation": conversation, "revision": 1}
    ShareLink.objects.create(**link, digest=b"x").daily_views.create(day=now)
    ApiKey.objects.mint(workspace=alice.workspace, user=alice, name="x")
    ClientSettings.objects.create(user=alice, value={"theme": "x"})
    IdempotencyRecord.objects.create(user=alice, key="x", request_digest=b"x", answer=b"x")
    Login.objects.begin(alice)
    address = EmailAddress.objects.create(user=alice, email=alice.email)
    EmailConfirmation.objects.create(email_address=address, key="x")
    LogEntry.objects.create(user=alice, object_repr="x", action_flag=1)
    Session.objects.create(session_key="elsewhere", session_data="x", expire_date=now, user=alice)
    plant()
    return alice


TIMES = ("created_at", "updated_at", "deleted_at")


def plant():
    """A nonce into every text, JSON and bytes column of every row there is."""
    with connection.cursor() as cursor:
        for table, column, kind, limit in columns(cursor):
            if table in NOBODYS or (table, column) in KEPT:
                continue
            value = {
                "jsonb": f"""'{{"x": "{NONCE}"}}'::jsonb""",
                "ARRAY": f"ARRAY['{NONCE}']",
                "bytea": f"convert_to('{NONCE}', 'UTF8')",
            }.get(kind, f"left('{NONCE}', {limit or 99})")
            cursor.execute(f'UPDATE "{table}" SET "{column}" = {value}')


def columns(cursor):
    cursor.execute(
        "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns"
        " WHERE table_schema = 'public' AND is_generated = 'NEVER'"
        " AND data_type IN ('text', 'character varying', 'jsonb', 'ARRAY', 'bytea')"
        " AND udt_name <> '_int4'"  # an array of positions holds no words
    )
    return cursor.fetchall()


def tables_with_nonce():
    """What `pg_dump | grep` would find, bytes in hexadecimal included."""
    found = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(
                f'SELECT 1 FROM "{table}" AS row WHERE row::text ~ %s LIMIT 1', [f"{NONCE}|{NONCE.encode().hex()}"]
            )
            if cursor.fetchone():
                found.add(table)
    return found


def tables():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {table for (table,) in cursor.fetchall()}


def bytes_left():
    return [path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()]


WITHOUT_TEXT = {  # rows with ids and times alone; they hang on rows that are searched
    "conversations_bookmark",
    "conversations_pin",
    "conversations_tagging",
    "sharing_dailyviews",
}


def test_after_the_account_is_deleted_no_table_and_no_file_holds_a_word_of_it(full_account, sign_in):
    # Who adds a table gives it a row in `full_account`, or this fails.
    assert tables() - tables_with_nonce() - NOBODYS - WITHOUT_TEXT == set()
    assert len(bytes_left()) == 2
    client = sign_in(full_account)

    response = client.post(reverse("conversations:account_delete"), {"password": PASSWORD})

    assert response.status_code == 303
    assert tables_with_nonce() <= {"accounts_auditevent"}
    assert bytes_left() == []
    assert not any(model.objects.exists() for model in (User, Workspace, Session, Bookmark, Pin, Tagging, Tombstone))


def test_an_administrator_who_deletes_somebody_leaves_as_little(full_account, sign_in):
    root = User.objects.create_superuser("root@example.org", "root's password")

    sign_in(root).post(reverse("admin:accounts_user_delete", args=[full_account.pk]), {"post": "yes"})

    assert tables_with_nonce() <= {"accounts_auditevent"}
    assert bytes_left() == []
    assert AuditEvent.objects.get(action="account.delete").actor_id == root.pk
    assert User.objects.get() == root


def test_the_trail_keeps_one_line_with_counts_and_no_words(full_account, sign_in):
    sign_in(full_account).post(reverse("conversations:account_delete"), {"password": PASSWORD})

    line = AuditEvent.objects.get(action="account.delete")
    assert (line.actor_id, line.target_id, line.reason) == (full_account.pk, full_account.pk, "")
    assert line.details == {
        "conversations": 1,
        "messages": 1,
        "attachments": 1,
        "imports": 1,
        "share_links": 1,
        "projects": 1,
        "api_keys": 1,
    }


def test_the_page_says_what_will_go_and_the_last_one_what_went(alice, conversation, sign_in):
    client = sign_in(alice)
    before = client.get(reverse("conversations:account_delete")).content.decode()
    assert "<dt>Conversations</dt><dd>1</dd>" in before
    assert "<dt>Messages</dt><dd>2</dd>" in before
    assert "Your workspace stays for the one other person in it" in before

    response = client.post(reverse("conversations:account_delete"), {"password": PASSWORD}, follow=True)
    after = response.content.decode()

    assert "Your account is gone" in after
    assert "<dt>Messages</dt><dd>2</dd>" in after
    assert "_auth_user_id" not in client.session
    assert client.post(reverse("account_login"), {"login": alice.email, "password": PASSWORD}).status_code == 200


def test_what_others_would_lose_is_named_and_can_be_handed_over_first(
    alice, bob, conversation, project, sign_in, django_assert_num_queries
):
    for n in range(6):
        Conversation.objects.start(alice, title=f"Ours {n}").people.let_in(bob, "viewer", by=alice)
    Conversation.objects.start(alice, title="Mine")
    Project.objects.start(alice, name="Mine too")
    client = sign_in(alice)
    # session with its user; sums, imports, links, projects, keys, the workspace, colleagues; both kinds, each with how
    # many; the sidebar’s two
    with django_assert_num_queries(14):
        html = client.get(reverse("conversations:account_delete")).content.decode()

    assert "Others are in 7 conversations of yours" in html
    assert "Others are in one project of yours" in html
    assert re.findall(r'href="([^"]+)owner/">Hand over “([^”]+)”', html) == [
        *((Conversation.objects.get(title=f"Ours {n}").get_absolute_url(), f"Ours {n}") for n in range(5, 0, -1)),
        (project.get_absolute_url(), "Observatory"),
    ]
    conversation.hand_over(bob, by=alice)
    assert (
        "Others are in 6 conversations of yours" in client.get(reverse("conversations:account_delete")).content.decode()
    )
    lonely = sign_in(bob).get(reverse("conversations:account_delete")).content.decode()
    assert "Others are in one conversation of yours, and lose it with you." in lonely
    assert "project of yours" not in lonely


@pytest.mark.parametrize("password", ["", "a guess", "alice's password "])
def test_without_the_password_nothing_goes(alice, conversation, sign_in, password):
    response = sign_in(alice).post(reverse("conversations:account_delete"), {"password": password})

    assert response.status_code == 422
    assert "field__error" in response.content.decode()
    assert Conversation.objects.filter(pk=conversation.pk).exists()


def test_the_password_cannot_be_guessed_there(alice, sign_in):
    client = sign_in(alice)
    for _ in range(10):
        client.post(reverse("conversations:account_delete"), {"password": "a guess"})

    response = client.post(reverse("conversations:account_delete"), {"password": PASSWORD})

    assert "Too many tries." in response.content.decode()
    assert User.objects.filter(pk=alice.pk).exists()


def test_colleagues_keep_what_is_theirs(alice, bob, conversation, project):
    theirs = Conversation.objects.start(bob, title="Bob's own", project=project)
    theirs.append("user", "stays")
    Message.objects.update(updated_by=alice)
    photo = Attachment.objects.create(
        conversation=theirs, owner=alice, workspace=bob.workspace, name="photo.png", sha256="cd" * 32
    )
    photo.path.parent.mkdir(parents=True)
    photo.path.write_bytes(b"pixels")

    Erasure(alice).run()

    theirs.refresh_from_db()
    photo.refresh_from_db()
    message = theirs.messages.get()
    assert (theirs.project, message.text, message.updated_by) == (None, "stays", None)
    assert (photo.owner, photo.path.read_bytes()) == (bob, b"pixels")
    assert Workspace.objects.filter(pk=bob.workspace_id).exists()


def test_strangers_lose_nothing(alice, charlie, conversation):
    other = Conversation.objects.start(charlie, title="Charlie's")
    other.append("user", "stays")

    Erasure(alice).run()

    assert other.messages.get().text == "stays"
    assert User.objects.filter(pk=charlie.pk).exists()


def test_many_conversations_go_in_portions(alice, monkeypatch):
    monkeypatch.setattr("conversations.erasure.AT_ONCE", 2)
    for number in range(5):
        Conversation.objects.start(alice, title=f"{number}").append("user", "x")

    assert Erasure(alice).run()["conversations"] == 5
    assert not Conversation.objects.exists()


def test_an_erasure_that_was_cut_off_goes_on_when_asked_again(alice, monkeypatch):
    for number in range(3):
        Conversation.objects.start(alice, title=f"{number}").append("user", "x")
    monkeypatch.setattr("conversations.erasure.AT_ONCE", 1)
    erasure = Erasure(alice)
    erasure._erase_conversations()
    assert User.objects.get(pk=alice.pk).check_password(PASSWORD)

    assert Erasure(alice).run()["conversations"] == 2
    assert not User.objects.exists()


def test_a_message_that_arrives_meanwhile_goes_too_or_is_refused(alice):
    conversation = Conversation.objects.start(alice, title="T")
    conversation.append("user", "first")
    refused = threading.Event()

    def write():
        try:
            while not refused.is_set():
                conversation.append("user", "x")
        except Conversation.DoesNotExist:
            refused.set()
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    Erasure(alice).run()
    writer.join(PATIENCE)

    assert refused.is_set()
    assert not Message.objects.exists()


def test_a_running_import_is_stopped_and_its_upload_gone(alice):
    upload = directory() / "waiting"
    upload.write_text("x")
    batch = ImportBatch.objects.start(alice, upload)

    Erasure(alice).run()

    assert not batch.renew()
    assert not upload.exists()


@pytest.mark.parametrize("gone", ["", "x", "eyJhIjoxfQ:1:forged"])
def test_the_last_page_shows_nothing_that_we_did_not_sign(client, gone):
    assert client.get(reverse("conversations:account_deleted"), {"gone": gone}).status_code == 404


def test_deleting_takes_a_form_not_a_link(alice, client, sign_in):
    assert sign_in(alice).get(reverse("conversations:account_delete")).status_code == 200
    assert User.objects.filter(pk=alice.pk).exists()
    assert client.get(reverse("conversations:account_delete")).status_code == 302


def test_erasing_does_not_read_the_whole_table_of_messages(alice, bob, conversation, django_assert_max_num_queries):
    with django_assert_max_num_queries(90) as queries:
        Erasure(alice).run()

    read_by_owner = [query["sql"] for query in queries if '"conversations_message"."owner_id"' in query["sql"]]
    assert read_by_owner == []
