import pytest

from conversations import finding
from conversations.models import Conversation
from tests.reading import way


@pytest.fixture
def stars(alice):
    """130 messages, "Pleiades" in three of them, one of these on a branch that was left."""
    stars = Conversation.objects.start(alice, title="Stars")
    for n in range(1, 131):
        stars.append("user" if n % 2 else "assistant", "The Pleiades." if n in {2, 120} else f"message {n}.")
    stars.reply(1, "assistant", "Another word on the Pleiades.")
    stars.refresh_from_db()
    return stars


def test_what_is_found_is_counted_over_all_branches_and_turns_that_are_not_loaded(sign_in, alice, stars):
    ids = [stars.messages.get(position=position).typeid for position in (2, 120, 131)]
    client, path = sign_in(alice), stars.get_absolute_url()

    first = client.get(path, {"find": "pleiades"})
    assert first.status_code == 302
    assert first["Location"] == f"{path}?find=pleiades&at={ids[0]}#{ids[0]}"

    second = client.get(path, {"find": "pleiades", "at": ids[1]})
    html = second.content.decode()
    assert "2 of 3" in html
    assert "<mark>Pleiades</mark>" in html
    assert way(second, "Previous match").endswith(f"&at={ids[0]}#{ids[0]}")
    assert way(second, "Next match").endswith(f"&at={ids[2]}#{ids[2]}")
    assert way(second, "Stop finding") == f"{path}?at={ids[1]}#{ids[1]}"

    last = client.get(path, {"find": "pleiades", "at": ids[2]})
    assert "3 of 3" in last.content.decode()
    assert way(last, "Next match") is None


def test_from_a_turn_that_does_not_match_one_goes_to_the_nearest_that_do(stars):
    found = finding.find(stars, "pleiades", at=50)

    assert found.number == 0
    assert stars.messages.get(position=2).typeid in found.previous_href
    assert stars.messages.get(position=120).typeid in found.next_href


def test_every_match_in_the_window_is_marked_and_so_is_what_is_loaded_later(sign_in, alice, stars):
    stars.append("user", "Once more: Pleiades.")
    at = stars.messages.get(position=131).typeid
    client = sign_in(alice)
    html = client.get(stars.get_absolute_url(), {"find": "pleiades", "at": at}).content.decode()
    assert html.count("<mark>Pleiades</mark>") == 2

    middle = stars.messages.get(position=60).typeid
    page = client.get(stars.get_absolute_url(), {"find": "pleiades", "at": middle})
    assert "<mark>Pleiades</mark>" in client.get(way(page, "Later messages")).content.decode()


def test_nothing_found_says_so(sign_in, alice, stars):
    response = sign_in(alice).get(stars.get_absolute_url(), {"find": "quasar"})

    assert response.status_code == 200
    assert "Nothing found" in response.content.decode()


def test_no_words_are_no_search(sign_in, alice, stars):
    html = sign_in(alice).get(stars.get_absolute_url(), {"find": "  "}).content.decode()

    assert "Nothing found" not in html


@pytest.mark.parametrize("text", ["-", "-x", '"', "\x00", "a" * 5_000, "OR", "%", "'; --", "* *", "🙂", "&at=x", "<b>"])
def test_no_words_break_the_page(sign_in, alice, stars, text):
    assert sign_in(alice).get(stars.get_absolute_url(), {"find": text}, follow=True).status_code == 200


def test_finding_asks_the_index_once(sign_in, alice, conversation, django_assert_num_queries):
    client, at = sign_in(alice), conversation.messages.get(position=2).typeid
    client.get(conversation.get_absolute_url())

    # session with its user, conversation, `at`, tree, the words (in a savepoint, two more), messages, readings,
    # the sidebar’s two
    with django_assert_num_queries(11):
        client.get(conversation.get_absolute_url(), {"find": "aperture", "at": at})
