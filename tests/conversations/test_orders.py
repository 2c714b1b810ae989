"""All of a conversation, every branch of it: in the order it was written, and below what each message answers."""

import re

import pytest
from django.urls import reverse

from conversations import lanes
from conversations.models import Conversation, Message
from conversations.tree import Tree
from tests.reading import bodies, way


@pytest.fixture
def forked(conversation):
    """1 → 2 → 3 → 4, then another answer to 1 (5 → 6), which is active, then another answer to 5 (7)."""
    conversation.append("user", "How much is it?")
    conversation.append("assistant", "About 400.")
    conversation.reply(1, "assistant", "Binoculars, first.")
    conversation.append("user", "Which ones?")
    conversation.reply(5, "user", "Why?")
    conversation.refresh_from_db()
    return conversation


@pytest.fixture
def bushy(alice):
    """1,001 messages; every fifth answers the one four before it, too."""
    conversation = Conversation.objects.start(alice, title="Bushy")
    conversation.append("user", "0001")
    Message.objects.bulk_create(
        Message(conversation=conversation, workspace=alice.workspace, owner=alice, position=n, role="user",
                parent_position=n - 1 if n % 5 else n - 4, text=f"{n:04}") for n in range(2, 1_002)
    )  # fmt: skip
    conversation.branches.update(tip_position=1_001)
    Conversation.objects.filter(pk=conversation.pk).update(tip_position=1_001, next_position=1_002, message_count=1_001)
    conversation.refresh_from_db()
    return conversation


def url(name, conversation):
    return reverse(f"conversations:{name}", args=[conversation.pk])


def test_everything_is_read_in_the_order_it_was_written_with_its_branch_and_what_it_answers(sign_in, alice, forked):
    html = sign_in(alice).get(url("chronological", forked)).content.decode()

    said = ["Which telescope", "Dobsonian", "How much", "About 400", "Binoculars", "Which ones", "Why?"]
    assert [word for word in re.findall("|".join(map(re.escape, said)), html) if word in said][-1] == "Why?"
    bodies = re.findall(r'<article class="message.*?</article>', html, flags=re.DOTALL)
    assert [next(word for word in said if word in body) for body in bodies] == said
    places = [re.sub("<[^>]*>", "", place) for place in re.findall(r'<p class="message__place">.*?</p>', html)]
    old, second = forked.branches.get(tip_position=4).name, forked.branches.get(tip_position=6).name
    assert places == [
        f"{old} ", f"{old} ", f"{old} ", "answers Which telescope should a beginner buy?", f"{second} ",
        "answers Binoculars, first.",
    ]  # fmt: skip


def test_the_chronological_walk_meets_every_message_once_in_both_directions(sign_in, alice, bushy):
    client = sign_in(alice)

    def walk(start, words):
        at, seen = start, []
        while at:
            page = client.get(at)
            texts = [re.search(r"\d{4}", body)[0] for body in bodies(page)]
            seen = texts + seen if words == "Earlier messages" else seen + texts
            at = way(page, words)
        return seen

    everything = [f"{n:04}" for n in range(1, 1_002)]
    assert walk(url("chronological", bushy), "Later messages") == everything
    assert walk(f"{url('chronological', bushy)}?before={bushy.next_position}", "Earlier messages") == everything


def test_reading_goes_on_from_any_message_with_what_was_written_before_it(sign_in, alice, bushy):
    client = sign_in(alice)

    def begins(position):
        page = client.get(url("chronological", bushy), {"from": bushy.messages.get(position=position).typeid})
        return re.search(r"\d{4}", bodies(page)[0])[0], re.search(
            r'<li id="here">.*?(\d{4})</p>', page.content.decode()
        )[1]

    assert [begins(position) for position in (1, 5, 9, 700)] == [
        ("0001", "0001"), ("0001", "0005"), ("0001", "0009"), ("0692", "0700"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["detail", "chronological"])
def test_who_comes_back_to_a_message_that_is_gone_is_at_the_conversation(sign_in, alice, forked, name):
    gone = {"from": Message(conversation=forked).typeid}

    assert sign_in(alice).get(url(name, forked), gone).url == url(name, forked)


def test_the_threaded_walk_meets_every_message_once_below_what_it_answers(sign_in, alice, bushy):
    client, at, seen = sign_in(alice), url("threaded", bushy), []
    while at:
        context = client.get(at).context
        seen += context["lanes"]
        at = context["later_href"]

    assert sorted(lane.text for lane in seen) == [f"{n:04}" for n in range(1, 1_002)]
    parents, place = Tree(bushy.pk).parents, {lane.start: n for n, lane in enumerate(seen)}
    assert all(place[parent] < place[position] for position, parent in parents.items() if parent)


def test_what_turns_off_is_one_step_deeper_and_comes_before_the_way_on(forked):
    lines, has_more = lanes.threaded(forked, forked.owner)

    assert [(lane.start, lane.depth, lane.is_active) for lane in lines] == [
        (1, 0, True), (2, 1, False), (3, 1, False), (4, 1, False), (5, 0, True), (6, 1, False), (7, 0, True),
    ]  # fmt: skip
    assert [line.who for line in lines[:2]] == ["You", "Assistant"]
    assert not has_more


def test_each_is_a_handful_of_queries_however_much_there_is(sign_in, alice, bushy, django_assert_num_queries):
    client = sign_in(alice)
    client.get(f"{url('chronological', bushy)}?after=500")  # rendered once
    # session with its user, conversation, positions, messages, paths, branches, beginnings, the sidebar’s two
    with django_assert_num_queries(9):
        client.get(f"{url('chronological', bushy)}?after=500")
    # session with its user, conversation, paths, tree, branches, lines, the sidebar’s two
    with django_assert_num_queries(8):
        client.get(f"{url('threaded', bushy)}?after=500")


@pytest.mark.parametrize("query", ["after=x", "before=-1", "after=99999999999", "before=1&after=%00"])
def test_a_place_that_is_none_is_404(sign_in, alice, forked, query):
    for name in ("chronological", "threaded"):
        if name == "chronological" or "before" not in query:
            assert sign_in(alice).get(f"{url(name, forked)}?{query}").status_code == 404


def test_a_place_in_the_threaded_view_that_is_gone_is_404(sign_in, alice, forked):
    assert sign_in(alice).get(f"{url('threaded', forked)}?after=77").status_code == 404


def test_empty_conversations_and_strangers(sign_in, alice, charlie, forked):
    empty = Conversation.objects.start(alice)
    for name in ("chronological", "threaded"):
        assert "No messages yet" in sign_in(alice).get(url(name, empty)).content.decode()
        assert sign_in(charlie).get(url(name, forked)).status_code == 404


def test_the_views_lead_to_each_other_where_there_are_branches(sign_in, alice, forked, bushy):
    client = sign_in(alice)
    for name in ("detail", "chronological", "threaded", "branches"):
        html = client.get(url(name, forked)).content.decode()
        for other in ("detail", "chronological", "threaded", "branches"):
            assert f'href="{url(other, forked)}"' in html
    assert url("threaded", bushy) not in client.get(url("detail", bushy)).content.decode()
