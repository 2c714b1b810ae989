import pytest

from conversations import reading
from conversations.models import Conversation
from tests.reading import bodies


@pytest.fixture
def long(alice):
    conversation = Conversation.objects.start(alice, title="Long")
    for n in range(1, 131):
        conversation.append("user", f"message {n}.")
    return conversation


def test_a_whole_conversation_is_one_page_when_it_is_to_be_printed(sign_in, alice, long):
    client = sign_in(alice)
    assert "?all&amp;tip=130" in client.get(long.get_absolute_url()).content.decode()

    response = client.get(long.get_absolute_url(), {"all": "", "tip": "130"})

    assert len(bodies(response)) == 130
    assert "The whole conversation is on this page" in response.content.decode()


def test_of_a_very_long_one_the_beginning_is_printed_and_the_page_says_so(sign_in, alice, long, monkeypatch):
    monkeypatch.setattr(reading, "WHOLE", 100)
    response = sign_in(alice).get(long.get_absolute_url(), {"all": ""})

    assert len(bodies(response)) == 100
    assert "The first 100 messages are on this page" in response.content.decode()


@pytest.mark.parametrize("tip", ["x", "-1", ""])
def test_what_is_no_tip_is_404(sign_in, alice, long, tip):
    assert sign_in(alice).get(long.get_absolute_url(), {"all": "", "tip": tip}).status_code == 404
