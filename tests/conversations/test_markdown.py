from django.urls import reverse

from conversations.models import Conversation


def test_a_message_is_there_as_it_was_written(sign_in, alice, conversation):
    message = conversation.messages.get(position=2)
    url = reverse("conversations:message", args=[conversation.pk, message.pk])

    response = sign_in(alice).get(url)

    assert response.content.decode() == message.text
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert f'href="{url}"' in sign_in(alice).get(conversation.get_absolute_url()).content.decode()


def test_it_is_found_in_its_own_conversation_only_and_not_by_strangers(sign_in, alice, charlie, conversation):
    other = Conversation.objects.start(alice)
    message = conversation.messages.get(position=2)
    url = reverse("conversations:message", args=[conversation.pk, message.pk])

    assert sign_in(charlie).get(url).status_code == 404
    assert sign_in(alice).get(reverse("conversations:message", args=[other.pk, message.pk])).status_code == 404
