"""What somebody else deletes while a page is asked for is 404, as it is a moment later."""

import pytest

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
    sign_in, alice, conversation, just_before, path, form
):
    client, message = sign_in(alice), conversation.messages.get(position=2)
    just_before(Conversation, "locked", conversation.delete)

    response = client.post(conversation.get_absolute_url() + path.format(message=message.typeid), form)

    assert response.status_code == 404
