import pytest
from django.urls import reverse

from conversations import lanes
from conversations.models import Branch, Conversation


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


def test_the_map_shows_partings_and_ends_and_what_is_active(forked):
    shown, count = lanes.lanes(forked)

    assert [(lane.text, lane.count, lane.depth, lane.is_active) for lane in shown] == [
        ("Which telescope should a beginner buy?", 1, 0, True),
        ("A Dobsonian of six to eight inches: the most aperture for the money.", 3, 1, False),
        ("Binoculars, first.", 1, 0, True),
        ("Which ones?", 1, 1, False),
        ("Why?", 1, 0, True),
    ]
    assert count == 5
    assert [branch.name for branch in shown[4].branches] == [Branch.MAIN]


def test_another_branch_is_made_active_by_a_form(sign_in, alice, forked):
    client, url = sign_in(alice), reverse("conversations:branches", args=[forked.pk])
    old = forked.branches.get(tip_position=4)
    assert f'value="{old.typeid}"' in client.get(url).content.decode()

    response = client.post(url, {"branch": old.typeid})

    assert response.status_code == 303
    forked.refresh_from_db()
    assert (forked.active_branch_id, forked.tip_position, forked.length, forked.turns) == (old.pk, 4, 4, 4)
    assert "About 400." in client.get(forked.get_absolute_url()).content.decode()


def test_readers_see_the_map_but_do_not_change_it_and_strangers_see_none(sign_in, bob, charlie, forked):
    url = reverse("conversations:branches", args=[forked.pk])
    old = forked.branches.get(tip_position=4).typeid

    assert "Make active" not in sign_in(bob).get(url).content.decode()
    assert sign_in(bob).post(url, {"branch": old}).status_code == 403
    assert sign_in(charlie).get(url).status_code == 404
    assert sign_in(charlie).post(url, {"branch": old}).status_code == 404


@pytest.mark.parametrize("branch", ["", "x", "branch_01h455vb4pex5vsknk084sn02q", "\x00"])
def test_a_branch_that_is_not_of_this_conversation_is_404(sign_in, alice, forked, branch):
    url = reverse("conversations:branches", args=[forked.pk])
    assert sign_in(alice).post(url, {"branch": branch}).status_code == 404


def test_a_conversation_without_messages_has_an_empty_map(sign_in, alice):
    url = reverse("conversations:branches", args=[Conversation.objects.start(alice).pk])
    assert "No messages yet" in sign_in(alice).get(url).content.decode()


def test_a_thousand_partings_below_each_other_are_cut_and_counted(sign_in, alice, django_assert_num_queries):
    conversation = Conversation.objects.start(alice)
    conversation.append("user", "0")
    messages = conversation.messages
    first = messages.get(position=1)
    rows = []
    for n in range(2, 1_202):  # every second message turns off from the one that goes on
        parent = n - 1 if n % 2 == 0 else n - 2
        rows.append(type(first)(conversation=conversation, workspace=alice.workspace, owner=alice, position=n,
                                parent_position=max(parent, 1), role="user", text=str(n)))  # fmt: skip
    messages.bulk_create(rows)

    with django_assert_num_queries(3):  # tree, branches, first lines
        shown, count = lanes.lanes(conversation)
    assert len(shown) == lanes.LANES
    assert count > 600
    assert max(lane.step for lane in shown) <= lanes.DEEPEST
    url = reverse("conversations:branches", args=[conversation.pk])
    assert "more." in sign_in(alice).get(url).content.decode()
