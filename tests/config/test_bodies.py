"""Whatever arrives as a body is whole, or refused with a page that says why."""

import io

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from config.bodies import LEFT_OVER, Body, whole
from conversations import uploads
from conversations.models import Conversation, ImportBatch, Message

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


def broken(data, length):
    """What WSGI gives us of a body whose connection broke after `data`."""
    return {"wsgi.input": Body(io.BytesIO(data), length), "CONTENT_LENGTH": str(length)}


def test_half_a_message_is_not_saved(sign_in, alice, conversation):
    path = reverse("conversations:messages", args=[conversation.pk])
    client = sign_in(alice)
    client.raise_request_exception = False
    half = b"text=Half+of+what+she+wro"

    client.generic("POST", path, half, FORM, **broken(half, 100))
    assert Message.objects.filter(conversation=conversation).count() == 2

    client.generic("POST", path, half, FORM, **broken(half, len(half)))
    assert Message.objects.filter(conversation=conversation).count() == 3


def test_half_an_export_is_not_imported_and_does_not_stay(sign_in, alice, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    half = b'--x\r\nContent-Disposition: form-data; name="file"; filename="conversations.json"\r\n\r\n[{'
    path, multipart = reverse("conversations:imports"), "multipart/form-data; boundary=x"
    client = sign_in(alice)
    client.raise_request_exception = False

    client.generic("POST", path, half, multipart, **broken(half, 9_999))

    assert not ImportBatch.objects.exists()
    assert list(uploads.directory().iterdir()) == []


def test_a_body_in_chunks_is_asked_for_its_length(sign_in, alice):
    response = sign_in(alice).post(
        reverse("conversations:new"), {"text": "Hello"}, HTTP_TRANSFER_ENCODING="chunked", CONTENT_LENGTH=""
    )

    assert response.status_code == 411
    assert "How much is still to come?" in response.text
    assert not Conversation.objects.exists()


def test_a_form_that_is_too_large_is_413_with_a_page_of_ours(alice, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("account_login"))
    for fields in ({"login": "x" * 20_000}, {"file": io.BytesIO(b"x"), "login": "x" * 20_000}):
        response = client.post(reverse("account_login"), fields)

        assert response.status_code == 413
        assert "too much at once" in response.text


def test_files_sent_where_none_is_expected_fill_no_disk(client, settings, monkeypatch):
    cache.clear()
    opened = []
    monkeypatch.setattr("tempfile.NamedTemporaryFile", lambda *args, **options: opened.append(args))
    fields = {"login": "nobody@example.org", "password": "a guess", "file": io.BytesIO(b"x" * 5_000_000)}

    response = client.post(reverse("account_login"), fields)

    assert response.status_code == 200
    assert response.wsgi_request.FILES == {}
    assert opened == []


def test_an_answer_waits_until_it_can_be_heard():
    """A server that closes while it is spoken to cuts its own answer off."""
    stream = io.BytesIO(b"x" * 200_000)
    environ = {"CONTENT_LENGTH": "200000", "wsgi.input": stream}

    assert whole(lambda environ, start_response: HttpResponse("no"))(environ, None).content == b"no"
    assert stream.read() == b""


@pytest.mark.parametrize("more", [{"HTTP_EXPECT": "100-continue"}, {"CONTENT_LENGTH": str(LEFT_OVER + 1)}])
def test_nobody_listens_to_what_need_not_be_sent(more):
    stream = io.BytesIO(b"x" * 1_000)
    whole(lambda environ, start_response: [])({"CONTENT_LENGTH": "1000", "wsgi.input": stream} | more, None)

    assert len(stream.read()) == 1_000
