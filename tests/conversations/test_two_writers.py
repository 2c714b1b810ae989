"""Two who write at once: nobody loses anything, nobody is forked away by surprise, and each sees the other."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.urls import reverse

from conversations.models import Branch, Conversation
from conversations.tree import Tree


@pytest.fixture
def shared(alice, bob):
    conversation = Conversation.objects.start(alice, title="Comets")
    conversation.append("user", "What is a comet?")
    conversation.append("assistant", "A dirty snowball.")
    conversation.people.let_in(bob, "editor", by=alice)
    return conversation


@pytest.fixture
def written(shared):
    """What a page's form sends when it was opened now."""

    def form(text):
        now = Conversation.objects.get(pk=shared.pk)
        return {"text": text, "tip": now.tip_position, "branch": now.active_branch.typeid}

    return form


@pytest.fixture
def news(shared):
    """What a page that was made at `tip` and `revision` is told."""

    def ask(client, tip, revision, more=""):
        path = reverse("conversations:news", args=[shared.pk])
        return client.get(f"{path}?tip={tip}&revision={revision}{more}", headers={"HX-Request": "true"})

    return ask


def path_of(conversation):
    conversation.refresh_from_db()
    texts = dict(conversation.messages.values_list("position", "text"))
    return [texts[position] for position in Tree(conversation.pk).path(conversation.tip_position)]


def test_what_two_send_from_the_same_page_comes_one_behind_the_other(sign_in, alice, bob, shared, written):
    hers, his, later = written("Hers"), written("His"), written("Hers again")
    for user, form in ((alice, hers), (bob, his), (alice, later)):
        assert sign_in(user).post(f"{shared.get_absolute_url()}messages/", form).status_code == 303

    assert path_of(shared)[2:] == ["Hers", "His", "Hers again"]
    assert shared.branches.count() == 1
    assert list(shared.messages.order_by("position").values_list("author", flat=True))[2:] == [None, bob.pk, None]


def test_after_a_handover_each_one_s_words_are_still_theirs(sign_in, alice, bob, shared, written):
    for user, text in ((bob, "His"), (alice, "Hers")):
        sign_in(user).post(f"{shared.get_absolute_url()}messages/", written(text))
    shared.hand_over(bob, by=alice)
    sign_in(bob).post(f"{shared.get_absolute_url()}messages/", written("His again"))

    told = dict(shared.messages.filter(role="user").values_list("text", "author"))
    assert told == {"What is a comet?": alice.pk, "His": None, "Hers": alice.pk, "His again": None}
    for reader, hers, his in ((bob, "Alice", "You"), (alice, "You", "Bob")):
        html = sign_in(reader).get(shared.get_absolute_url()).content.decode()
        assert re.findall(r'message__who">(\w+)<', html) == [hers, "Assistant", his, hers, his]

    shared.hand_over(alice, by=bob)
    assert dict(shared.messages.filter(role="user").values_list("text", "author")) == {
        "What is a comet?": None,
        "His": bob.pk,
        "Hers": None,
        "His again": bob.pk,
    }


def test_an_older_message_that_is_answered_on_purpose_still_branches(sign_in, bob, shared):
    sign_in(bob).post(f"{shared.get_absolute_url()}messages/", {"text": "Elsewhere", "tip": 1, "branch": ""})

    assert path_of(shared) == ["What is a comet?", "Elsewhere"]
    assert shared.branches.count() == 2


def test_who_was_on_a_branch_goes_on_there_when_somebody_else_has_opened_another(sign_in, alice, bob, shared, written):
    his = written("His")
    first = shared.messages.get(position=1)
    shared.edit_as_branch(first, "What is a meteor?", author=alice.pk)
    sign_in(bob).post(f"{shared.get_absolute_url()}messages/", his)

    assert path_of(shared) == ["What is a comet?", "A dirty snowball.", "His"]
    assert shared.branches.count() == 2


@pytest.mark.parametrize("branch", ["branch_00000000000000000000000000", "x", "conv_00000000000000000000000000"])
def test_a_branch_that_does_not_exist_is_as_good_as_none(sign_in, bob, shared, written, branch):
    form = written("His") | {"branch": branch}
    assert sign_in(bob).post(f"{shared.get_absolute_url()}messages/", form).status_code == 303
    assert path_of(shared)[-1] == "His"


@pytest.mark.django_db(transaction=True)
def test_many_at_the_same_moment_stand_one_behind_the_other(alice, bob, shared):
    tip, branch = 2, shared.active_branch_id

    def write(n):
        try:
            return Conversation.objects.get(pk=shared.pk).reply(tip, "user", f"{n}", on=branch, author=bob.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))

    assert sorted(path_of(shared)[2:], key=int) == [f"{n}" for n in range(12)]
    assert Branch.objects.filter(conversation=shared).count() == 1


def test_each_turn_says_who_wrote_it(sign_in, alice, bob, charlie, shared):
    shared.append("user", "His", author=bob.pk)
    path = shared.get_absolute_url()

    assert 'aria-label="You, ' in sign_in(alice).get(path).content.decode()
    assert 'aria-label="Bob, ' in sign_in(alice).get(path).content.decode()
    html = sign_in(bob).get(path).content.decode()
    assert 'aria-label="Alice, ' in html
    assert 'aria-label="You, ' in html
    assert "Alice’s; you may" in html
    for other in ("threaded/", "chronological/"):
        assert "Bob" in sign_in(alice).get(f"{path}{other}").content.decode()

    bob.delete()
    assert "Somebody who left" in sign_in(alice).get(path).content.decode()


def test_a_page_asks_for_news_only_where_somebody_else_could_write_them(sign_in, alice, bob, charlie, shared):
    own = Conversation.objects.start(alice, title="Alone")
    own.append("user", "Hello")

    assert "live-piece" not in sign_in(alice).get(own.get_absolute_url()).content.decode()
    for user in (alice, bob):
        assert "<live-piece" in sign_in(user).get(shared.get_absolute_url()).content.decode()
    older = shared.messages.get(position=1)
    shared.edit_as_branch(older, "Another")
    html = sign_in(bob).get(f"{shared.get_absolute_url()}?at={older.typeid}").content.decode()
    assert "<live-piece" not in html  # a branch that nobody is on


def test_nothing_new_is_two_questions_and_no_answer(sign_in, bob, shared, news, django_assert_num_queries):
    shared.refresh_from_db()
    client = sign_in(bob)

    with django_assert_num_queries(2):  # session with its user, the conversation
        answer = news(client, shared.tip_position, shared.revision)
    assert (answer.status_code, answer.content) == (204, b"")


def test_an_editor_who_is_that_no_more_is_told_so_before_they_send(
    sign_in, alice, bob, shared, news, django_assert_num_queries
):
    shared.refresh_from_db()
    client, place = sign_in(bob), (shared.tip_position, shared.revision, "&writes")
    assert "&amp;writes" in client.get(shared.get_absolute_url()).content.decode()
    with django_assert_num_queries(3):  # session with its user, the conversation, the role
        assert news(client, *place).status_code == 204

    shared.people.let_in(bob, "viewer", by=alice)

    assert news(client, *place).status_code == 403
    assert news(client, *place[:2]).status_code == 204
    assert "&amp;writes" not in client.get(shared.get_absolute_url()).content.decode()


def test_what_others_have_written_comes_with_the_place_to_go_on_from(sign_in, alice, bob, shared, news):
    shared.refresh_from_db()
    tip, revision = shared.tip_position, shared.revision
    shared.append("user", "Is it **cold**?", author=alice.pk)
    html = news(sign_in(bob), tip, revision).content.decode()
    shared.refresh_from_db()

    assert "<strong>cold</strong>" in html
    assert "A dirty snowball" not in html
    assert ">Alice wrote.<" in html
    assert f'id="composer-tip" value="{shared.tip_position}"' in html
    assert f"tip={shared.tip_position}&amp;revision={shared.revision}" in html
    assert "has been changed" not in html


def test_what_changed_in_place_is_told_and_stays_told(sign_in, alice, bob, shared, news):
    shared.refresh_from_db()
    tip, revision = shared.tip_position, shared.revision
    shared.messages.get(position=1).edit("What is a meteor?", by=alice)
    html = news(sign_in(bob), tip, revision).content.decode()
    assert "Something here has been changed." in html
    assert "meteor" not in html

    shared.refresh_from_db()
    shared.append("assistant", "A stone.")
    html = news(sign_in(bob), tip, shared.revision, "&changed").content.decode()
    assert "A stone." in html
    assert "Show it as it is now" in html


def test_a_page_whose_path_was_left_is_told_where_it_goes_on(sign_in, alice, bob, shared, news):
    shared.refresh_from_db()
    tip, revision = shared.tip_position, shared.revision
    shared.edit_as_branch(shared.messages.get(position=1), "What is a meteor?")
    html = news(sign_in(bob), tip, revision).content.decode()

    assert "The conversation goes on elsewhere." in html
    assert "hx-get" not in html
    assert "composer-tip" not in html


def test_a_page_of_an_empty_conversation_is_told_the_first_message(sign_in, alice, bob, news, shared):
    empty = Conversation.objects.start(alice, title="Empty")
    empty.people.let_in(bob, "viewer", by=alice)
    empty.append("user", "First")
    path = reverse("conversations:news", args=[empty.pk])
    html = sign_in(bob).get(f"{path}?tip=&revision=0", headers={"HX-Request": "true"}).content.decode()

    assert "First" in html
    assert "composer-tip" not in html  # a viewer has none


def test_whoever_was_shown_out_gets_no_news(sign_in, alice, bob, charlie, shared, news):
    client = sign_in(bob)
    assert news(client, 2, 0).status_code == 200
    shared.people.show_out(bob, by=alice)

    assert news(client, 2, 0).status_code == 404
    assert news(sign_in(charlie), 2, 0).status_code == 404
    for tip, revision in (("x", 0), (1, "x"), (-1, 0)):
        assert news(sign_in(alice), tip, revision).status_code == 404
    assert sign_in(alice).get(reverse("conversations:news", args=[shared.pk])).status_code == 302
