import pytest
from django.urls import reverse

from conversations import outline, reading
from conversations.models import Conversation


@pytest.fixture
def long(alice):
    """A little more than two pieces: 900 messages, every other one a question."""
    conversation = Conversation.objects.start(alice, title="Observation log")
    for n in range(1, 2 * outline.PIECE + 101):
        conversation.append("user" if n % 2 else "assistant", f"Entry {n}\nand more")
    conversation.refresh_from_db()
    return conversation


def test_the_outline_knows_the_questions_outside_the_window(sign_in, alice):
    conversation = Conversation.objects.start(alice, title="Long")
    for n in range(1, 131):
        conversation.append("user" if n % 2 else "assistant", f"message {n}.")

    response = sign_in(alice).get(conversation.get_absolute_url())

    lines = response.context["outline"].lines
    assert [line.text for line in lines] == [f"message {n}." for n in range(1, 131, 2)]
    first, last = conversation.messages.get(position=1).typeid, conversation.messages.get(position=129).typeid
    assert f'href="{conversation.get_absolute_url()}?at={first}#{first}"' in response.content.decode()
    assert f'href="#{last}"' in response.content.decode()


def test_the_outline_is_of_the_branch_that_is_shown_and_leaves_out_what_is_hidden(alice, conversation):
    conversation.append("user", "On the old branch")
    conversation.reply(2, "user", "On the new branch")
    conversation.append("user", "Hidden")
    conversation.messages.filter(text="Hidden").update(hidden=True)
    conversation.refresh_from_db()

    def texts(window):
        return [line.text for line in outline.whole(conversation, window).lines]

    assert texts(reading.latest(conversation)) == ["Which telescope should a beginner buy?", "On the new branch"]
    assert texts(reading.around(conversation, 3)) == ["Which telescope should a beginner buy?", "On the old branch"]


def test_a_question_is_one_line_and_nobodys_markup(sign_in, alice, conversation):
    conversation.append("user", "# <script>alert(1)</script>\n" + "word " * 5_000)
    conversation.append("user", "")

    html = sign_in(alice).get(conversation.get_absolute_url()).context["outline"].html

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "Without words" in html
    assert max(len(line) for line in html.split("<li>")) < 300


def test_a_long_conversations_outline_follows_its_page_in_pieces(sign_in, alice, long):
    client, seen = sign_in(alice), []
    page = client.get(long.get_absolute_url())
    assert page.context["outline"] is None
    assert "All questions" in page.content.decode()

    piece = client.get(page.context["outline_href"], headers={"HX-Request": "true"})
    assert "<html" not in piece.content.decode()
    assert "Entry 899" in piece.content.decode()
    assert "Earlier questions" in piece.content.decode()

    for number in range(3):
        lines = client.get(reverse("conversations:outline", args=[long.pk]), {"piece": number}).context["outline"].lines
        seen += [line.text.removesuffix(" and more") for line in lines]
    assert seen == [f"Entry {n}" for n in range(1, 900, 2)]


def test_a_piece_leads_on_in_its_own_direction_only(sign_in, alice, long):
    url = reverse("conversations:outline", args=[long.pk])
    html = sign_in(alice).get(url, {"piece": 1, "up": 1}, headers={"HX-Request": "true"}).content.decode()

    assert "Earlier questions" in html
    assert "Later questions" not in html


@pytest.mark.parametrize("query", ["tip=x", "piece=9", "piece=-1", "at=99", "at=x", "tip=999999999&at=1"])
def test_a_place_the_outline_does_not_have_is_404(sign_in, alice, conversation, query):
    url = reverse("conversations:outline", args=[conversation.pk])
    assert sign_in(alice).get(f"{url}?{query}").status_code == 404


def test_strangers_find_no_outline(sign_in, charlie, conversation):
    assert sign_in(charlie).get(reverse("conversations:outline", args=[conversation.pk])).status_code == 404


def test_an_empty_conversation_says_what_will_be_here(sign_in, alice):
    conversation = Conversation.objects.start(alice)

    assert "will be listed here" in sign_in(alice).get(conversation.get_absolute_url()).content.decode()


def test_an_outline_costs_two_queries_however_many_branches(alice, conversation, django_assert_num_queries):
    for n in range(60):
        conversation.append("user", f"Question {n}")
    conversation.refresh_from_db()
    window = reading.latest(conversation)

    with django_assert_num_queries(2):  # the tree, the lines
        outline.whole(conversation, window)
