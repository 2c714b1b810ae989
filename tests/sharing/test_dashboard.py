"""Everything that somebody shares, on one page; and the workspace's, for a superuser."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, User
from conversations.models import Conversation
from lib.typeid import new_id
from sharing import dashboard
from sharing.models import DailyViews, ShareLink
from sharing.models.daily_views import today_in_utc

INDEX = reverse("sharing:index")
WORKSPACE = reverse("sharing:workspace")
REVOKE = reverse("sharing:selected_revoke")
EXTEND = reverse("sharing:selected_extend")
REVOKE_ALL = reverse("sharing:revoke_all")


@pytest.fixture
def root(alice):
    """A superuser of Alice's workspace."""
    return User.objects.create_superuser("root@example.org", "root's password", name="Root", workspace=alice.workspace)


@pytest.fixture
def shown(sign_in, alice):
    """The words of the page, as Alice sees it."""
    return lambda user=alice, url=INDEX, **query: words_of(sign_in(user).get(url, query))


def words_of(response):
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode().partition("<main")[2]).split())


def told(response):
    """The notice behind a POST."""
    assert response.status_code == 303
    return [str(notice) for notice in response.wsgi_request._messages]


def many(conversation, number, **fields):
    link = ShareLink.objects.share(conversation)
    rows = [
        ShareLink(
            workspace_id=link.workspace_id,
            owner_id=link.owner_id,
            conversation=conversation,
            digest=new_id().bytes * 2,
            title=f"Link {n}",
            revision=1,
            positions=[1, 2],
            **fields,
        )
        for n in range(number - 1)
    ]
    ShareLink.objects.bulk_create(rows)
    return [link, *rows]


def test_nothing_shared_says_what_will_be_here(shown):
    assert "Nothing is shared" in shown()
    assert "Choose a conversation" in shown()


def test_a_link_is_told_with_what_it_shows_and_how_often_it_was_opened(shown, conversation, share):
    link = share(conversation, expires_at=timezone.now() + timedelta(days=3), password="aperture")
    ShareLink.objects.update(view_count=1_234, last_viewed_at=timezone.now())
    for ago, count in ((0, 3), (29, 9), (30, 50)):
        DailyViews.objects.create(link=link, day=today_in_utc() - timedelta(days=ago), count=count)
    words = shown()

    assert "All 2 messages of the conversation , as of" in words
    assert "1,234 views last" in words
    assert "Ends soon on" in words
    assert "password" in words
    assert "Working 1 Expired 0 Revoked 0 All 1" in words


def test_views_are_drawn_day_by_day_and_said_in_a_sentence(sign_in, alice, conversation, share, time_machine_frozen):
    link = share(conversation)
    share(conversation)
    ShareLink.objects.update(view_count=62)
    for ago, count in ((0, 3), (29, 9), (30, 50)):
        DailyViews.objects.create(link=link, day=today_in_utc() - timedelta(days=ago), count=count)
    html = sign_in(alice).get(INDEX).content.decode()

    assert 'aria-label="Opened 12 times in the last 30 days, most on 22 October: 9."' in html
    assert 'd="M0 20v-20h2V20zM87 20v-7h2V20z"' in html
    assert 'aria-label="Not opened in the last 30 days."' in html


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"is_live": True}, "All of the conversation , live"),
        ({"scope": "range"}, "2 messages in a row of the conversation , as of"),
        ({"include_context": True}, "One message and the question before it of the conversation , as of"),
    ],
)
def test_a_scope_is_told_in_words(shown, conversation, share, asked, said):
    message = None if "is_live" in asked else conversation.messages.get(position=2)
    share(conversation, message=message, **asked)

    assert said in shown()


def test_a_link_whose_conversation_is_gone_says_so(shown, conversation, share):
    share(conversation)
    conversation.delete()

    assert "Untitled link All 2 messages of a conversation that is gone, as of" in shown(state="revoked")
    assert "No link works at the moment." in shown()


def test_its_address_can_be_copied_while_it_works(sign_in, alice, conversation, share, settings):
    link = share(conversation)
    assert f'<copy-button href="{link.path}">' in sign_in(alice).get(INDEX).content.decode()

    settings.SHARE_KEY = "another"
    assert "copy-button href" not in sign_in(alice).get(INDEX).content.decode()


def test_states_and_titles_are_filters(shown, conversation, share):
    share(conversation, title="Optics working")
    share(conversation, title="Tubes expired", expires_at=timezone.now())
    share(conversation, title="Lenses revoked").revoke()

    assert ("Optics" in shown(), "Tubes" in shown(), "Lenses" in shown()) == (True, False, False)
    assert ("Optics" in shown(state="expired"), "Tubes" in shown(state="expired")) == (False, True)
    assert ("Tubes" in shown(state="revoked"), "Lenses" in shown(state="revoked")) == (False, True)
    assert [word in shown(state="all") for word in ("Optics", "Tubes", "Lenses")] == [True] * 3
    assert [word in shown(state="all", title="LENS") for word in ("Optics", "Lenses")] == [False, True]
    assert "No title has “%” in it." in shown(title="%")


@pytest.mark.parametrize("query", [{"state": "gone"}, {"after": "x"}, {"after": "conv_" + "0" * 26}, {"after": "\x00"}])
def test_a_list_that_is_none_is_refused(sign_in, alice, query):
    assert sign_in(alice).get(INDEX, query).status_code == 400


@pytest.mark.parametrize("title", ["\x00", "'; --", "x" * 5_000, "\\", "%_"])
def test_any_title_can_be_asked_for(sign_in, alice, conversation, share, title):
    share(conversation)

    assert sign_in(alice).get(INDEX, {"title": title}).status_code == 200


def test_pages_go_on_where_the_one_before_ended(sign_in, alice, conversation, monkeypatch):
    monkeypatch.setattr(dashboard, "PAGE", 3)
    links = many(conversation, 7)
    client, seen, url = sign_in(alice), [], INDEX
    for _ in range(3):
        html = client.get(url).content.decode()
        seen += re.findall(r'name="link" value="(link_\w+)"', html)
        following = re.search(r'class="more" href="([^"]+)"', html)
        url = following and INDEX + following[1]

    assert seen == [link.typeid for link in sorted(links, key=lambda link: link.pk, reverse=True)]
    assert url is None


@pytest.mark.parametrize("number", [2, 50])
def test_a_page_costs_the_same_for_two_links_and_for_fifty(
    sign_in, alice, conversation, number, django_assert_num_queries
):
    for link in many(conversation, number):
        DailyViews.objects.create(link=link, day=today_in_utc(), count=1)
    client = sign_in(alice)

    # session and user, the sidebar's two, links, their views, their conversations, counts, people twice
    with django_assert_num_queries(9):
        client.get(INDEX)
    with django_assert_num_queries(4):  # session and user, links, their views, their conversations
        client.get(INDEX, headers={"HX-Request": "true"})


def test_what_people_were_let_into_stands_below(shown, conversation, alice, bob, charlie):
    conversation.people.let_in(bob, "viewer", by=alice)
    alone = Conversation.objects.start(alice, title="Nobody’s business")

    words = shown()
    assert "With people" in words
    assert "Observatory The project, with all that is in it 1 person" in words
    assert "Choosing a telescope The conversation 1 person" in words
    assert alone.title not in words
    assert "With people" not in shown(charlie)


def test_what_people_were_let_into_comes_in_pages_and_none_is_left_out(shown, alice, bob, project, monkeypatch):
    monkeypatch.setattr(dashboard, "PEOPLE", 2)
    for n in range(3):
        Conversation.objects.start(alice, title=f"Ours {n}").people.let_in(bob, "viewer", by=alice)

    first, second = shown(), shown(people="2")
    assert [f"Ours {n}" in first for n in range(3)] == [False, True, True]
    assert [f"Ours {n}" in second for n in range(3)] == [True, False, False]
    assert ("Older" in first, "Newer" in first, "Older" in second, "Newer" in second) == (True, False, False, True)
    assert ("Observatory" in first, "Newer" in shown(people="9")) == (True, True)


@pytest.mark.parametrize("number", ["", "0", "-1", "x", "9" * 7, "²"])
def test_a_page_of_people_that_is_none_is_refused(sign_in, alice, number):
    assert sign_in(alice).get(INDEX, {"people": number}).status_code == 400


# --- what is done with them ---


def test_selected_links_are_revoked_and_what_was_not_is_told(sign_in, alice, charlie, conversation, share):
    one, two, ended = share(conversation), share(conversation), share(conversation)
    ended.revoke()
    names = [one.typeid, two.typeid, ended.typeid, "link_nonsense"]
    response = sign_in(alice).post(REVOKE, {"link": names, "state": "all"})

    assert told(response) == ["Revoked 2 links; 1 had ended before and 1 is no longer there, or not yours."]
    assert response["Location"] == f"{INDEX}?state=all"
    assert not ShareLink.objects.working().exists()
    assert told(sign_in(alice).post(REVOKE, {"link": [one.typeid]})) == ["Nothing was changed: 1 had ended before."]
    assert told(sign_in(alice).post(REVOKE)) == ["Select links first."]
    assert sign_in(alice).post(REVOKE, {"link": ["x"] * 101}).status_code == 400


def test_selected_links_work_longer(sign_in, alice, conversation, share, time_machine_frozen):
    now = timezone.now()
    soon, past = share(conversation, expires_at=now + timedelta(days=2)), share(conversation, expires_at=now)
    late = share(conversation, expires_at=now + timedelta(days=364))
    endless, ended = share(conversation), share(conversation, expires_at=now)
    ended.revoke()
    links = (soon, past, late, endless, ended)
    response = sign_in(alice).post(EXTEND, {"link": [link.typeid for link in links]})

    said = "3 links may be opened 30 days longer; 1 never ends and 1 is revoked."
    assert told(response) == [said]
    days = []
    for link in links:
        link.refresh_from_db()
        days.append(link.expires_at and round((link.expires_at - now) / timedelta(days=1)))
    assert days == [32, 30, 365, None, 0]


def test_all_links_are_revoked_after_their_number_was_told(shown, sign_in, alice, bob, conversation, share):
    share(conversation), share(conversation), share(conversation, expires_at=timezone.now())
    assert "Work now 2 links Expired 1 link, which can then not be extended any more" in shown(url=REVOKE_ALL)
    assert ShareLink.objects.working().count() == 2

    sign_in(bob).post(REVOKE_ALL)
    assert ShareLink.objects.working().count() == 2
    response = sign_in(alice).post(REVOKE_ALL)
    assert told(response) == ["Revoked 3 links. Whoever opens one is told that it ended."]
    assert not ShareLink.objects.filter(revoked_at=None).exists()


# --- who may ---


def test_nobody_sees_or_ends_what_others_share(shown, sign_in, alice, bob, charlie, root, conversation, share):
    link = share(conversation, title="Optics")
    for stranger in (bob, charlie, root):
        assert "Optics" not in shown(stranger)
        assert told(sign_in(stranger).post(REVOKE, {"link": [link.typeid]}))[0].startswith("Nothing was changed")
        assert told(sign_in(stranger).post(EXTEND, {"link": [link.typeid]}))[0].startswith("Nothing was changed")
    assert ShareLink.objects.working().count() == 1


def test_whoever_is_not_signed_in_is_asked_to(client, db):
    for url in (INDEX, WORKSPACE, REVOKE_ALL):
        assert client.get(url)["Location"].startswith("/account/login/")
    for url in (REVOKE, EXTEND, REVOKE_ALL):
        assert client.post(url)["Location"].startswith("/account/login/")


def test_who_signed_in_because_of_a_form_they_sent_is_at_the_list_and_nothing_has_ended(
    sign_in, alice, share, conversation
):
    share(conversation)
    for url in (REVOKE, EXTEND):
        assert sign_in(alice).get(url).url == reverse("sharing:index")
    assert ShareLink.objects.working().exists()


def test_the_workspace_is_for_its_superuser_alone(shown, sign_in, alice, bob, charlie, root, conversation, share):
    link = share(conversation, title="Optics")
    share(conversation, title="Tubes").revoke()
    urls = [reverse(f"sharing:workspace{rest}") for rest in ("", "_selected_revoke", "_revoke_all")]
    for user in (alice, bob, charlie):
        for url in urls:
            assert {sign_in(user).get(url).status_code, sign_in(user).post(url).status_code} <= {404, 405}
    assert ShareLink.objects.working().exists()

    html = sign_in(root).get(WORKSPACE).content.decode()
    assert "Optics" in html
    assert "Of <bdi>Alice</bdi>" in html
    assert link.path not in html
    assert "Choosing a telescope" not in html
    elsewhere = User.objects.create_superuser("other@example.org", "a password")
    assert "Optics" not in sign_in(elsewhere).get(WORKSPACE).content.decode()


@pytest.mark.parametrize("number", [2, 50])
def test_the_workspace_costs_the_same_for_two_links_and_for_fifty(
    sign_in, root, conversation, number, django_assert_num_queries
):
    many(conversation, number)
    client = sign_in(root)
    client.get(WORKSPACE)

    # session and user, the sidebar's two, whether this was written down, links, views, conversations, counts
    with django_assert_num_queries(8):
        client.get(WORKSPACE)


def test_looking_through_the_workspace_is_written_down_once_a_visit(
    sign_in, root, alice, charlie, conversation, share, time_machine
):
    share(conversation, title="Optics")
    client = sign_in(root)
    for query in ({}, {"state": "all"}, {"title": "x"}):
        client.get(WORKSPACE, query)
    event = AuditEvent.objects.get(action="sharelinks.read")
    assert (event.actor_id, event.target_id) == (root.pk, alice.workspace_id)

    activity = reverse("accounts:activity")
    assert "Looked through the share links of the workspace" in sign_in(alice).get(activity).content.decode()
    assert "Looked through" not in sign_in(charlie).get(activity).content.decode()
    time_machine.move_to(timezone.now() + timedelta(minutes=31))
    sign_in(root).get(WORKSPACE)
    assert AuditEvent.objects.filter(action="sharelinks.read").count() == 2


def test_what_a_superuser_revokes_its_owner_sees(sign_in, root, alice, conversation, share):
    one = share(conversation, title="Optics")
    share(conversation, title="Tubes")
    said = told(sign_in(root).post(reverse("sharing:workspace_selected_revoke"), {"link": [one.typeid]}))
    assert said == ["Revoked 1 link."]
    event = AuditEvent.objects.get(action="sharelink.revoke")
    assert (event.actor_id, event.target_id, event.details) == (root.pk, one.pk, {"scope": "branch", "messages": 2})

    words = words_of(sign_in(alice).get(reverse("accounts:activity")))
    assert "Revoked a share link: Optics" in words
    assert "Root , an administrator" in words
    sign_in(root).post(reverse("sharing:workspace_revoke_all"))
    assert AuditEvent.objects.filter(action="sharelink.revoke").count() == 2
    assert not ShareLink.objects.working().exists()


# --- plans ---


@pytest.mark.parametrize("state", ["", "working", "expired"])
def test_a_page_is_read_from_an_index_in_its_order(conversation, alice, bob, state):
    many(conversation, 200, expires_at=timezone.now() if state == "expired" else None)
    ShareLink.objects.bulk_create(
        ShareLink(
            workspace_id=alice.workspace_id, owner=bob, conversation=conversation, digest=new_id().bytes * 2, revision=1
        )
        for _ in range(2_000)
    )
    links = ShareLink.objects.visible_to(alice)
    links = links.in_state(state) if state else links
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sharing_sharelink")
    plan = links.order_by("-pk")[:51].explain()

    assert "shares_newest_first" in plan
    assert "Sort" not in plan
