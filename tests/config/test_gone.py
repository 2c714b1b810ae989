"""What somebody else deletes while a page is asked for is 404, as it is a moment later."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conversations.models import Conversation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("edit/", {"title": "Another title"}),
        ("messages/", {"text": "And then?", "tip": "1"}),
        ("messages/{message}/edit/", {"text": "Binoculars.", "version": "1"}),
        ("messages/{message}/delete/", {}),
        ("messages/{message}/notes/", {"text": "Look here"}),
        ("branches/new/?at={message}", {"name": "quiet"}),
    ],
)
def test_a_conversation_that_is_deleted_before_a_form_is_done_is_404(
    sign_in, alice, conversation, monkeypatch, path, form
):
    client, locked = sign_in(alice), Conversation.locked
    message = conversation.messages.get(position=2)

    def deleted(self, *args):
        monkeypatch.setattr(Conversation, "locked", locked)
        with ThreadPoolExecutor(1) as other:
            other.submit(lambda: (conversation.delete(), connection.close())).result()
        return locked(self, *args)

    monkeypatch.setattr(Conversation, "locked", deleted)

    response = client.post(conversation.get_absolute_url() + path.format(message=message.typeid), form)

    assert response.status_code == 404
