import re
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations import outline, reading
from conversations.models import Conversation, Message
from conversations.rendering import VERSION
from tests.reading import asked


@pytest.fixture
def long(alice):
    """1,100 messages, every other one a question, ten an hour since 1 October."""
    conversation = Conversation.objects.start(alice, title="Observation log")
    start = datetime(2025, 10, 1, tzinfo=timezone.get_current_timezone())
    Message.objects.bulk_create(
        Message(conversation=conversation, workspace=alice.workspace, owner=alice, position=n,
                parent_position=n - 1 or None, role="user" if n % 2 else "assistant", text=f"Entry {n}",
                created_at=start + timedelta(minutes=6 * n))
        for n in range(1, 1_101)
    )  # fmt: skip
    conversation.branches.update(tip_position=1_100)
    Conversation.objects.filter(pk=conversation.pk).update(
        tip_position=1_100, next_position=1_101, message_count=1_100, length=1_100
    )
    conversation.refresh_from_db()
    return conversation


def beside(conversation, window):
    return outline.beside(
        conversation, window, reading.messages(conversation, window.positions, VERSION, conversation.owner)
    )


def test_the_outline_knows_the_questions_outside_the_window(sign_in, alice):
    conversation = Conversation.objects.start(alice, title="Long")
    for n in range(1, 131):
        conversation.append("user" if n % 2 else "assistant", f"message {n}.")

    response = sign_in(alice).get(conversation.get_absolute_url())

    assert asked(response) == [f"message {n}." for n in range(1, 131, 2)]
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
        return [line.text for line in beside(conversation, window).lines]

    assert texts(reading.latest(conversation)) == ["Which telescope should a beginner buy?", "On the new branch"]
    assert texts(reading.around(conversation, 3)) == ["Which telescope should a beginner buy?", "On the old branch"]


def test_a_question_is_one_line_and_nobodys_markup(sign_in, alice, conversation):
    conversation.append("user", "# <script>alert(1)</script>\n" + "word " * 5_000)
    conversation.append("user", "")

    page = sign_in(alice).get(conversation.get_absolute_url())

    _, marked, wordless = asked(page)
    assert marked.startswith("<script>alert(1)</script> word word")
    assert len(marked) <= outline.LINE
    assert wordless == "Without words"
    assert "<script>alert" not in page.content.decode()


def test_a_conversation_of_a_thousand_has_all_its_questions_and_asks_for_them_once(
    sign_in, alice, long, django_assert_num_queries
):
    Conversation.objects.filter(pk=long.pk).update(message_count=1_000)
    long.refresh_from_db()

    window = reading.latest(long)

    with django_assert_num_queries(2):  # the tree, the lines
        assert len(outline.beside(long, window, []).lines) == 550
    with django_assert_num_queries(0):
        outline.beside(long, window, [])
    long.messages.get(position=1).edit("Changed", by=alice)
    long.refresh_from_db()
    assert outline.beside(long, window, []).lines[0].text == "Changed"


def test_a_longer_one_has_every_day_the_questions_of_the_window_and_the_way_to_the_others(sign_in, alice, long):
    client, seen = sign_in(alice), []
    page = client.get(long.get_absolute_url())
    assert asked(page) == [f"Entry {n}" for n in range(1_051, 1_100, 2)]
    html, first = page.content.decode(), long.messages.get(position=1).typeid
    assert re.findall(r'days__month">([^<]*)', html) == ["October 2025"]
    days = re.findall(r'<a href="([^"]*)" title="(\d+) questions">(\d)</a>', html)
    assert [(day, count) for _, count, day in days] == [
        ("1", "120"),
        ("2", "120"),
        ("3", "120"),
        ("4", "120"),
        ("5", "70"),
    ]
    assert days[0][0] == f"{long.get_absolute_url()}?at={first}#{first}"

    at = re.search(r'hx-get="([^"]*/outline/[^"]*before=[^"]*)"', page.content.decode())
    while at:
        html = client.get(at[1].replace("&amp;", "&"), headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in html
        assert "Later questions" not in html  # it is put above what the page has already
        seen = re.findall(r"Entry \d+", html) + seen
        at = re.search(r'hx-get="([^"]*/outline/[^"]*before=[^"]*)"', html)
    assert seen == [f"Entry {n}" for n in range(1, 1_050, 2)]


def test_the_outline_is_a_page_too_and_leads_down(sign_in, alice, long):
    client, url, seen = sign_in(alice), reverse("conversations:outline", args=[long.pk]), []
    while url:
        page = client.get(url)
        seen += asked(page)
        at = re.search(r'href="([^"]*after=[^"]*)"', page.content.decode())
        url = at and at[1].replace("&amp;", "&")
    assert seen == [f"Entry {n}" for n in range(1, 1_100, 2)]


@pytest.mark.parametrize("query", ["tip=x", "before=-1", "after=99", "before=x", "tip=999999999&after=1"])
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
        outline.beside(conversation, window, [])
