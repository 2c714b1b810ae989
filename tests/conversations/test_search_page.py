"""The search page: what stands on it, where its links lead, and that nothing anybody types breaks it."""

import random
import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from conversations.models import Conversation, Grant, Message
from tests.conversations.conftest import NOON

FACETS = "/search/facets/"
SEARCH = "/search/"


@pytest.fixture
def asked(sign_in, alice):
    """asked("text") → the page that Alice sees."""
    client = sign_in(alice)

    def asked(text, **more):
        response = client.get(SEARCH, {"q": text, **more})
        assert response.status_code == 200
        return response.content.decode()

    return asked


@pytest.fixture
def counted(sign_in, alice):
    """counted("text") → what the search of that text could be narrowed to, as the column beside it."""
    client = sign_in(alice)
    return lambda text: client.get(FACETS, {"q": text}, headers={"HX-Request": "true"}).content.decode()


def links(html, name):
    """Addresses of links whose words begin with `name`."""
    found = re.findall(r'<a[^>]*href="([^"]*)"[^>]*>(.*?)</a>', html, re.S)
    return [unescape(href) for href, words in found if " ".join(strip_tags(words).split()).startswith(name)]


def test_an_understood_filter_is_a_chip_that_can_be_removed(asked, variety):
    html = asked('needle role:assistant -project:"Observatory"')

    assert links(html, "Role: assistant") == ["/search/?q=needle+-project%3A%22Observatory%22"]
    assert links(html, "Not project: Observatory") == ["/search/?q=needle+role%3Aassistant"]
    assert html.count('class="result"') == 1
    assert 'value="needle role:assistant -project:&quot;Observatory&quot;"' in html


def test_what_looks_like_a_filter_and_is_none_is_said_and_searched_for(asked, say):
    say("the colour:red of it")
    html = asked("colour:red")

    assert "“colour:” is no filter" in html
    assert "<mark>red</mark>" in html


def test_facets_are_links_with_counts_that_narrow_the_search(counted, sign_in, alice, variety):
    html = counted("needle")

    (narrowed,) = links(html, "Assistant")
    assert narrowed == "/search/?q=needle+role%3Aassistant"
    assert 'Assistant</span> <span class="facet__count">1</span>' in html
    assert links(html, "Garden") == ["/search/?q=needle+tag%3AGarden"]
    assert links(html, "Night sky") == ["/search/?q=needle+tag%3A%22Night+sky%22"]
    assert links(html, "No project") == ["/search/?q=needle+project%3Anone"]
    assert links(html, "Written here") == ["/search/?q=needle+source%3Ahere"]
    assert links(html, "ChatGPT") == ["/search/?q=needle+source%3Achatgpt"]
    assert links(html, "June 2019") == ["/search/?q=needle+date%3A2019-06"]
    for href in links(html, ""):
        if href.startswith("/search/?q=needle+"):
            assert 'class="result"' in sign_in(alice).get(href).content.decode(), href


def test_a_facet_in_force_is_current_and_leads_back(counted, variety):
    html = counted("needle has:code before:2027")

    assert 'aria-current="true"><span class="facet__name">Code' in html
    assert "/search/?q=needle+before%3A2027" in links(html, "Code")


def test_months_of_many_years_are_added_up(counted, say):
    for month in range(14):
        say("needle", at=NOON - timedelta(days=31 * month))
    html = counted("needle")

    assert links(html, "2026") == ["/search/?q=needle+date%3A2026"]
    assert '2025</span> <span class="facet__count">11</span>' in html or links(html, "2025")


def test_a_facet_that_would_narrow_nothing_is_left_out(counted, say):
    say("needle")

    html = counted("needle")
    assert 'class="facet"' not in html
    assert "everything in common" in html


def test_many_values_stand_behind_more(counted, alice, say):
    for number in range(12):
        say("needle", model=f"model-{number}", role="assistant")
    html = counted("needle")

    assert "<summary>4 more</summary>" in html
    assert len([href for href in links(html, "model-") if "model%3Amodel-" in href]) == 12


def test_the_facets_are_asked_for_after_the_page(asked, sign_in, alice, say):
    say(*["needle"] * 201)
    say("needle", role="assistant", model="large")
    html = asked("needle")
    assert "200+ messages" in html
    (href,) = links(html, "Narrow down by")

    page = sign_in(alice).get(href)
    assert links(page.content.decode(), "Assistant") == ["/search/?q=needle+role%3Aassistant"]
    assert "the search for “needle”" in page.content.decode()
    assert "hx-swap-oob" not in page.content.decode()

    piece = sign_in(alice).get(href, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece
    assert "202 messages" in piece
    assert links(piece, "Assistant")


def test_a_count_stands_above_whatever_was_found(asked, say):
    say("hay", title="Garden notes")
    assert "No messages, but 1 title" in asked("garden")
    say("a garden", title="x")
    assert "1 message<" in asked("garden")
    say("a garden")
    assert "2 messages<" in asked("garden")
    assert "1 conversation<" in asked("garden in:title")
    assert "messages<" not in asked("nothing of it")


def test_what_was_found_by_its_title_and_what_by_its_messages_stands_under_a_heading_each(asked, say):
    say("hay", title="Garden notes")
    assert re.findall("<h[23].*?</h[23]>", asked("garden"))[-1].startswith('<h2 class="result__title">')
    say("a garden", title="x")
    html = asked("garden")

    headings = [(level, strip_tags(words)) for level, words in re.findall("<h([23])[^>]*>(.*?)</h[23]>", html)]
    assert headings[-4:] == [("2", "Titles"), ("3", "Garden notes"), ("2", "Messages"), ("3", "x")]


@pytest.mark.parametrize(
    ("text", "words"),
    [("*", "Nothing to look for: type a word"), ("OR", "Nothing to look for"), ("-red", "Add a word to look for")],
)
def test_where_there_is_nothing_to_look_for_that_is_all_that_is_said(asked, text, words):
    html = asked(text)

    assert html.count(words) == 1
    assert "Nothing found" not in html


def test_a_search_for_spaces_is_where_one_starts(asked):
    assert "Every word of every message is here" in asked("  ")


def test_more_titles_than_stand_there_are_a_link(asked, say):
    for _ in range(6):
        say("hay", title="Garden")
    html = asked("garden")

    assert "No messages, but 5+ titles" in html
    assert links(html, "All conversations that are called so") == ["/search/?q=garden+in%3Atitle"]
    assert asked("garden in:title").count('class="result"') == 6


def test_hits_that_stand_not_here_are_found_in_their_conversation(asked, sign_in, alice, say):
    say(*["needle"] * 9)
    (href,) = links(asked("needle"), "6 more here")

    response = sign_in(alice).get(href, follow=True)
    assert "1 of 9" in response.content.decode()


def test_a_hit_leads_to_its_message_on_its_branch_with_the_words_marked(asked, sign_in, alice, forked):
    html = asked("needle two branch:abandoned")
    (href,) = [href for href in links(html, "You") if "at=" in href]
    assert "other branch" in html

    page = sign_in(alice).get(href).content.decode()
    assert "is-found" in page
    assert "<mark>needle</mark> <mark>two</mark>" in page
    assert "<mark>branch" not in page


def test_who_asked_is_told_by_name_where_it_was_somebody_else(asked, alice, bob, say):
    (message,) = say("needle", owner=bob)
    Grant.objects.create(conversation=message.conversation, user=alice)
    html = asked("needle")

    assert "Bob ·" in html
    assert "You ·" not in html


def test_looking_no_further_is_said_and_can_be_gone_on_with(sign_in, alice, say, looking):
    for month in range(12):
        say(*["needle"] * 4, at=NOON - timedelta(days=30 * month))
    say("needle", role="assistant", at=NOON - timedelta(days=500))
    client = sign_in(alice)
    html = client.get(SEARCH, {"q": "needle role:assistant"}).content.decode()

    assert "Nothing found" not in html
    assert "were looked through" in html
    for _ in range(9):
        if 'class="result"' not in html:
            (href,) = links(html, "Look further back")
            html = client.get(href).content.decode()
    assert 'class="result"' in html


def test_the_order_is_kept_by_every_link(asked, variety):
    html = asked("needle", order="best")

    assert all("order=best" in href for href in links(html, "Assistant") + links(html, "June 2019"))
    assert links(html, "Newest") == ["/search/?q=needle"]
    assert "Newest</a>" not in asked("role:user")  # there is nothing to be the best of


def test_what_took_too_long_is_said(asked, say, monkeypatch):
    monkeypatch.setattr("conversations.search.finding.SECONDS", 0)
    say("needle")

    for text in ("needle", "needle in:title", "role:user"):
        html = asked(text)
        assert "took too long" in html
        assert "Nothing found" not in html


def test_a_made_up_cursor_is_a_clear_400(sign_in, alice):
    for cursor in ("zzz", "\x00", "w" * 500, "w1.1"):
        assert sign_in(alice).get(SEARCH, {"q": "x", "cursor": cursor}).status_code == 400


def test_strangers_sign_in_first(client):
    for name in ("conversations:search", "conversations:facets"):
        assert "/account/login/" in client.get(reverse(name), {"q": "needle"})["Location"]


def test_a_page_asks_the_same_number_of_questions_whatever_it_shows(
    sign_in, alice, variety, say, django_assert_num_queries
):
    client = sign_in(alice)
    client.get(SEARCH)

    # session and user · transaction, limits, whose and since when, titles, windows near and far, conversations shown,
    # their texts, end of transaction · the sidebar’s two
    with django_assert_num_queries(12):
        client.get(SEARCH, {"q": "needle"})
    say(*["needle"] * 120)
    with django_assert_num_queries(12):
        client.get(SEARCH, {"q": "needle"})


WORDS = ["needle", "don't", "日本語", "naïve", "🚀", "user_id", "C++", "ﷺ", "\u202eRTL", "e\u0301", "Москва", "\ufeff"]
NAMES = ["role", "model", "project", "tag", "source", "has", "branch", "in", "date", "after", "before", "from", "é"]
VALUES = ["user", "me", "none", "here", "code", "file", "abandoned", "active", "title", "2024", "2024-02-30", "0000"]
VALUES += ["today", "30d", "999y", "gpt*", "%", "_", "\\", "''", '"a b"', '"', "*", ":", "/", "日本", "\x00", "a" * 300]
SIGNS = [*"\"'*-:;()[]{}<>|&!\\/%_?#@~`^$+=,. \t\n\r\x00\x02\x03\x0b\u2028\u3000", "\ud800", " OR ", " -", '-"']


def nonsense(chance):
    """A search of any shape: short ones, long ones, every operator in every place, half of a surrogate."""
    kind = chance.random()
    if kind < 0.1:
        return "".join(chr(chance.randrange(256)) for _ in range(chance.randrange(60)))
    elif kind < 0.2:
        return "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(60)))
    elif kind < 0.3:
        return chance.choice([*WORDS, *SIGNS]) * chance.randrange(1, 10_000)
    pieces = [
        chance.choice(
            [
                chance.choice(WORDS),
                f"{chance.choice(['', '-', '--'])}{chance.choice(NAMES)}:{chance.choice(VALUES)}",
                chance.choice(SIGNS),
                f'{chance.choice(["", "-"])}"{chance.choice(WORDS)} {chance.choice(WORDS)}"',
                chance.choice(WORDS) + "*",
            ]
        )
        for _ in range(chance.randrange(1, 12))
    ]
    return chance.choice(["", " "]).join(pieces)[:10_000]


SOMETHING = ('class="result"', "Nothing found", "help__list", "were looked through")


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_typed_gives_results_or_a_sentence(sign_in, alice, variety, forked, seed):
    chance, client = random.Random(seed), sign_in(alice)
    conversation = Conversation.objects.get(pk=forked.pk)
    for _ in range(250):
        text, order = nonsense(chance), chance.choice(["", "best", "?"])
        # As a browser sends it: half a surrogate becomes a question mark or a replacement.
        asked = {"q": text.encode("utf-8", "replace").decode(), "order": order}
        response = client.get(SEARCH, asked)
        html = response.content.decode()
        assert response.status_code == 200, ascii(text)
        assert (
            'class="result"' in html or "Nothing found" in html or "help__list" in html or "looked through" in html
        ), ascii(text)
    assert client.get(reverse("conversations:facets"), asked).status_code == 200
    assert client.get(conversation.get_absolute_url(), {"find": asked["q"]}, follow=True).status_code == 200


@pytest.mark.parametrize("text", ["\ud800", "\x00 needle", "a" * 10_000, "needle " * 3_000])
def test_texts_that_no_browser_sends_are_searched_for_too(alice, say, text):
    say("needle")

    assert Message.objects.search(text, alice).question.text is not None
    assert Message.objects.facets(text, alice).total <= 1
