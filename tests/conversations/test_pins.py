"""What a reader keeps at the top: the sidebar of every page, and a list of all."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations import history, pinned_by_me, recent
from conversations.models import Conversation, Grant

PINNED = "conversations:pinned"


def pinned(user):
    return [row.title for row in history.page(user, among=pinned_by_me, size=200).rows]


def beside(client, path=None):
    """{heading: titles} of the conversations in the sidebar."""
    html = client.get(path or reverse("conversations:imports")).content.decode()
    [nav] = re.findall(r'<nav aria-label="Recent conversations">.*?</nav>', html, re.DOTALL)
    groups = re.findall(r'<h2 class="recent__day">(.*?)</h2><ul class="recent">(.*?)</ul>', nav)
    return {heading: re.findall(r">([^<]+)</a>", links) for heading, links in groups}


def post(client, name, conversation, **kwargs):
    return client.post(reverse(f"conversations:{name}", args=[conversation.pk]), **kwargs)


def test_it_is_pinned_from_its_page_and_stands_above_the_others(sign_in, alice, conversation):
    client, page = sign_in(alice), conversation.get_absolute_url()
    Conversation.objects.start(alice, title="Another")
    assert f'action="{page}pin/"' in client.get(page).content.decode()

    response = post(client, "pin", conversation, follow=True)

    assert response.redirect_chain == [(page, 303)]
    assert "Pinned “Choosing a telescope” to the top of the sidebar." in response.content.decode()
    assert f'action="{page}pin/delete/"' in client.get(page).content.decode()
    assert beside(client) == {"Pinned": ["Choosing a telescope"], "Today": ["Another"]}
    assert re.findall(r'recent__link" href="([^"]+)" aria-current="page"', client.get(page).content.decode()) == [page]


def test_what_is_archived_is_not_said_to_stand_in_the_sidebar(sign_in, alice, conversation):
    client = sign_in(alice)
    conversation.archive()
    assert "Pin to the sidebar" not in client.get(conversation.get_absolute_url()).content.decode()

    html = post(client, "pin", conversation, follow=True).content.decode()

    assert "It is archived: the sidebar shows it once it is back." in html
    assert f'action="{conversation.get_absolute_url()}pin/delete/"' in html
    assert beside(client) == {}
    conversation.unarchive()
    assert beside(client) == {"Pinned": ["Choosing a telescope"]}


def test_twice_is_once_and_so_is_taking_it_away(sign_in, alice, conversation):
    client = sign_in(alice)
    assert [post(client, "pin", conversation).status_code for _ in range(2)] == [303, 303]
    assert conversation.pins.count() == 1

    assert [post(client, "pin_delete", conversation).status_code for _ in range(2)] == [303, 303]
    assert beside(client) == {"Today": ["Choosing a telescope"]}


def test_it_is_the_readers_own(sign_in, alice, bob, charlie, conversation):
    assert post(sign_in(bob), "pin", conversation).status_code == 303  # who may only read

    assert beside(sign_in(bob)) == {"Pinned": ["Choosing a telescope"]}
    assert beside(sign_in(alice)) == {"Today": ["Choosing a telescope"]}
    for name in ("pin", "pin_delete"):
        assert post(sign_in(charlie), name, conversation).status_code == 404
        assert sign_in(bob).get(reverse(f"conversations:{name}", args=[conversation.pk])).status_code == 405
    assert conversation.pins.count() == 1


def test_what_is_pinned_is_what_the_door_lets_through(sign_in, alice, bob, charlie, conversation, project):
    dora = User.objects.create_user("dora@example.org", "dora's password", name="Dora", workspace=alice.workspace)
    by_name = Conversation.objects.start(dora, title="Dora’s")
    by_name.people.let_in(bob, "viewer", by=dora)
    Conversation.objects.start(bob, title="Bob’s in Alice’s", project=project)
    Conversation.objects.start(bob, title="Bob’s own")
    Conversation.objects.start(bob, title="Put away").archive()
    Grant.objects.create(conversation=by_name, user=charlie)  # of another workspace
    for user in (alice, bob, dora, charlie):
        for row in Conversation.objects.all():
            row.pins.create(user=user)

    for user in (alice, bob, dora, charlie):
        seen = Conversation.objects.visible_to(user).filter(archived_at=None).newest_first()
        titles = list(seen.values_list("title", flat=True))
        assert pinned(user) == titles
        assert beside(sign_in(user)).get("Pinned", []) == titles
    assert len(pinned(bob)) == 4


def test_a_pin_of_what_one_may_not_read_any_more_shows_nothing(sign_in, alice, bob, conversation):
    conversation.pin(bob)
    conversation.change(project=None)

    assert pinned(bob) == []
    assert beside(sign_in(bob)) == {}
    assert "Your conversations will be listed here" in sign_in(bob).get(reverse(PINNED)).content.decode()


@pytest.fixture
def many(alice):
    """The newest first, each minute one; the odd ones are pinned."""
    at = timezone.now()
    made = [
        Conversation.objects.start(alice, title=f"{n:02}", created_at=at - timedelta(minutes=n)) for n in range(120)
    ]
    for one in made[1::2]:
        one.pin(alice)
    return made


def test_of_many_those_used_last_stand_there_and_all_are_a_link_away(sign_in, alice, many):
    client = sign_in(alice)
    shown = [title for titles in beside(client).values() for title in titles]

    assert shown == [f"{n:02}" for n in [*range(1, 20, 2), *range(0, 20, 2), *range(20, 40)]]
    html = client.get(reverse("conversations:imports")).content.decode()
    assert f'<a class="recent__all" href="{reverse(PINNED)}">All that is pinned</a>' in html
    seen, address = [], reverse(PINNED)
    while address:
        page = client.get(address).context["page"]
        seen += [row.title for row in page.rows]
        address = page.next_cursor and f"{reverse(PINNED)}?after={page.next_cursor}"
    assert seen == [one.title for one in many[1::2]]
    assert client.get(reverse(PINNED), {"after": "x"}).status_code == 400


def test_the_list_costs_the_same_for_many(sign_in, alice, many, django_assert_num_queries):
    client = sign_in(alice)

    with django_assert_num_queries(5):  # session with its user, which they are, their rows, the sidebar’s two
        assert len(client.get(reverse(PINNED)).context["page"].rows) == history.PAGE


def test_nothing_is_said_where_there_is_nothing(sign_in, charlie):
    html = sign_in(charlie).get(reverse(PINNED)).content.decode()

    assert "Nothing is pinned" in html


def test_a_link_leads_there_from_the_history(sign_in, alice, conversation):
    assert f'href="{reverse(PINNED)}"' in sign_in(alice).get(reverse("conversations:index")).content.decode()


def test_beside_every_page_it_reads_the_pins_and_the_beginning_of_the_history(alice, many):
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE conversations_conversation; ANALYZE conversations_pin")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        assert recent.recent(alice).found.has_more
        cursor.execute("EXPLAIN (ANALYZE, COSTS off) " + asked.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    read = [float(rows) for rows in re.findall(r"Index Scan using history .*?rows=([\d.]+)", plan)]
    assert read == [recent.NEWEST + recent.PINNED + 1], plan
    assert "conversations_pin_user_id" in plan
    assert "Seq Scan" not in plan
