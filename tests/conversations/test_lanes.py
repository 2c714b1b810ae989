import pytest
from django.urls import reverse

from conversations import lanes
from conversations.models import Branch, Conversation, Grant
from projects.models import Role


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
    shown, count = lanes.lanes(forked, forked.owner)

    assert [(lane.text, lane.count, lane.depth, lane.is_active) for lane in shown] == [
        ("Which telescope should a beginner buy?", 1, 0, True),
        ("A Dobsonian of six to eight inches: the most aperture for the money.", 3, 1, False),
        ("Binoculars, first.", 1, 0, True),
        ("Which ones?", 1, 1, False),
        ("Why?", 1, 0, True),
    ]
    assert count == 5
    assert [branch.name for branch in shown[4].branches] == [Branch.MAIN]


def test_what_is_deleted_while_the_map_is_made_is_not_on_it(forked, monkeypatch):
    message, filled = forked.messages.get(position=7), lanes._filled
    monkeypatch.setattr(lanes, "_filled", lambda *args: message.remove() or filled(*args))

    shown, _ = lanes.lanes(forked, forked.owner)

    assert [lane.start for lane in shown] == [1, 2, 5, 6]


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

    with django_assert_num_queries(4):  # paths, tree, branches, first lines
        shown, count = lanes.lanes(conversation, alice)
    assert len(shown) == lanes.LANES
    assert count > 600
    assert max(lane.step for lane in shown) <= lanes.DEEPEST
    url = reverse("conversations:branches", args=[conversation.pk])
    assert "more." in sign_in(alice).get(url).content.decode()


def test_a_branch_is_named_renamed_and_deleted_on_the_map(sign_in, alice, forked):
    client, map_url = sign_in(alice), reverse("conversations:branches", args=[forked.pk])
    old = forked.branches.get(tip_position=4)

    response = client.post(
        reverse("conversations:branch_new", args=[forked.pk]), {"name": "Without binoculars", "parent": old.pk}
    )
    assert response["Location"] == map_url
    branch = forked.branches.get(name="Without binoculars")
    assert branch.tip_position == 4

    rename = reverse("conversations:branch_edit", args=[forked.pk, branch.pk])
    assert client.post(rename, {"name": "Heavy ones"}).status_code == 303
    assert "Heavy ones" in client.get(map_url).content.decode()
    assert client.post(rename, {"name": old.name}).status_code == 422  # taken
    assert client.post(rename, {"name": "main"}).status_code == 422
    assert client.post(rename, {"name": "a/b"}).status_code == 422

    delete = reverse("conversations:branch_delete", args=[forked.pk, old.pk])
    assert "Only the name goes" in client.get(delete).content.decode()
    assert client.post(delete).status_code == 303
    last = reverse("conversations:branch_delete", args=[forked.pk, branch.pk])
    assert "3 messages that no other branch reaches go with it" in client.get(last).content.decode()
    assert client.post(last).status_code == 303
    assert set(forked.messages.values_list("position", flat=True)) == {1, 5, 6, 7}


def test_main_and_the_active_branch_say_why_they_stay(sign_in, alice, forked):
    url = reverse("conversations:branch_delete", args=[forked.pk, forked.active_branch_id])

    assert "This branch stays" in sign_in(alice).get(url).content.decode()
    assert sign_in(alice).post(url).status_code == 409
    assert forked.branches.filter(pk=forked.active_branch_id).exists()


def test_readers_change_no_branch_and_editors_delete_none(sign_in, bob, charlie, forked):
    branch = forked.branches.get(tip_position=4)
    urls = [reverse(f"conversations:branch_{word}", args=[forked.pk, branch.pk]) for word in ("edit", "delete")]
    urls.append(reverse("conversations:branch_new", args=[forked.pk]))

    for url in urls:
        assert sign_in(bob).post(url, {"name": "Mine", "parent": branch.pk}).status_code == 403
        assert sign_in(charlie).post(url, {"name": "Mine", "parent": branch.pk}).status_code == 404
    Grant.objects.create(conversation=forked, user=bob, role=Role.EDITOR)
    assert [sign_in(bob).post(url, {"name": f"Bob {n}", "parent": branch.pk}).status_code
            for n, url in enumerate(urls)] == [303, 403, 303]  # fmt: skip


def test_a_branch_of_another_conversation_is_no_parent(sign_in, alice, forked):
    other = Conversation.objects.start(alice).active_branch_id
    url = reverse("conversations:branch_new", args=[forked.pk])

    for parent in (other, "x", ""):
        assert sign_in(alice).post(url, {"name": "Stray", "parent": parent}).status_code == 422


def test_one_continues_from_any_message_on_a_branch_of_its_own(sign_in, alice, forked):
    client, message = sign_in(alice), forked.messages.get(position=3)
    url = reverse("conversations:branch_new", args=[forked.pk]) + f"?at={message.typeid}"
    assert "How much is it?" in client.get(url).content.decode()

    response = client.post(url, {"name": "Cheaper"})

    assert response["Location"] == f"{forked.get_absolute_url()}#latest"
    forked.refresh_from_db()
    assert (forked.active_branch.name, forked.tip_position) == ("Cheaper", 3)
    assert client.post(url, {"name": "Cheaper"}).status_code == 422
    for at in ("x", "", "msg_01h455vb4pex5vsknk084sn02q"):
        assert client.get(reverse("conversations:branch_new", args=[forked.pk]), {"at": at}).status_code == 404
