import psycopg
import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import AuditEvent
from conversations import paths, transcripts
from conversations.downloads import FORMATS


@pytest.fixture
def page(conversation):
    return reverse("conversations:download", args=[conversation.pk])


@pytest.fixture
def file(conversation):
    def file(kind):
        return reverse("conversations:download_file", args=[conversation.pk, kind])

    return file


def content(response):
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_a_thread_leads_to_every_form_it_can_be_taken_along_in(sign_in, alice, conversation, page, file):
    client = sign_in(alice)
    assert f'href="{page}"' in client.get(conversation.get_absolute_url()).content.decode()

    html = client.get(page).content.decode()

    assert [kind for kind in FORMATS if f'href="{file(kind)}"' in html] == list(FORMATS)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_reader_gets_a_file_that_is_called_like_the_conversation_and_its_owner_sees_who_took_it(
    sign_in, bob, alice, conversation, file, kind
):
    response = sign_in(bob).get(file(kind))

    assert "Which telescope should a beginner buy?" in content(response)
    assert response["Content-Disposition"] == f'attachment; filename="Choosing a telescope.{FORMATS[kind][1]}"'
    event = AuditEvent.objects.get(action="conversations.export")
    assert (event.actor_id, event.target_id) == (bob.pk, alice.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["markdown", "txt"])
def test_a_file_that_the_database_breaks_off_is_none(sign_in, alice, conversation, file, kind, monkeypatch):
    client, items_at, params = sign_in(alice), paths.items_at, connection.get_connection_params()

    def broken_after(*args):
        items = items_at(*args)
        with psycopg.connect(**params) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        return items

    monkeypatch.setattr(transcripts, "BATCH", 1)
    monkeypatch.setattr(paths, "items_at", broken_after)

    assert client.get(file(kind)).status_code == 503
    connection.close()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("../../etc/passwd", 'filename="etc passwd.md"'),
        ('AC/DC: "Back\r\nin Black"?', 'filename="AC DC Back in Black.md"'),
        ("望遠鏡", "filename*=utf-8''%E6%9C%9B%E9%81%A0%E9%8F%A1.md"),
        ("...", 'filename="{id}.md"'),
        (None, 'filename="{id}.md"'),
    ],
)
def test_no_title_is_a_file_name_that_some_system_cannot_have(sign_in, alice, conversation, file, title, name):
    conversation.rename(title)

    response = sign_in(alice).get(file("markdown"))

    assert response["Content-Disposition"] == "attachment; " + name.format(id=conversation.typeid)


def test_the_branch_that_was_being_read_is_the_one_that_is_taken(sign_in, alice, conversation, page, file):
    conversation.reply(1, "assistant", "A pair of binoculars.")
    client = sign_in(alice)

    html = client.get(page, {"tip": "2"}).content.decode()

    assert f'href="{file("markdown")}?tip=2"' in html
    assert "the branch you were reading" in html
    assert "Dobsonian" in content(client.get(file("markdown"), {"tip": "2"}))
    assert "Dobsonian" not in content(client.get(file("markdown")))


@pytest.mark.parametrize("tip", ["x", "-1", "99", ""])
def test_what_is_no_message_is_no_branch(sign_in, alice, page, file, tip):
    client = sign_in(alice)

    assert client.get(page, {"tip": tip}).status_code == 404
    assert client.get(file("txt"), {"tip": tip}).status_code == 404


def test_what_is_no_format_is_no_page(sign_in, alice, file):
    assert sign_in(alice).get(file("docx")).status_code == 404


def test_strangers_take_nothing(sign_in, charlie, client, page, file):
    assert sign_in(charlie).get(page).status_code == 404
    assert sign_in(charlie).get(file("jsonl")).status_code == 404
    assert client.get(file("jsonl")).status_code == 302
    assert not AuditEvent.objects.filter(action="conversations.export").exists()
