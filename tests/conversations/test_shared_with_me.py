"""What others have let me into: a list beside the history."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations import history, shared_with_me
from conversations.models import Conversation, Grant
from projects.models import Project

SHARED = "conversations:shared"


@pytest.fixture
def dora(alice):
    return User.objects.create_user("dora@example.org", "dora's password", name="Dora", workspace=alice.workspace)


def titles(user):
    return [row.title for row in history.page(user, among=shared_with_me, size=200).rows]


def test_it_is_what_the_door_lets_through_and_others_own(alice, bob, dora, charlie, conversation, project):
    Conversation.objects.start(bob, title="Bob’s own")
    by_name = Conversation.objects.start(dora, title="Dora’s")
    by_name.people.let_in(bob, "editor", by=dora)
    conversation.people.let_in(bob, "viewer", by=alice)  # both ways at once
    Conversation.objects.start(alice, title="Private")
    Conversation.objects.start(alice, title="Put away", project=project).archive()
    Grant.objects.create(conversation=by_name, user=charlie)  # of another workspace

    for user in (alice, bob, dora, charlie):
        seen = Conversation.objects.shared_with(user).filter(archived_at=None).newest_first()
        assert titles(user) == list(seen.values_list("title", flat=True))
    assert titles(bob) == ["Dora’s", "Choosing a telescope"]


def test_each_row_says_whose_it_is_and_what_one_may_and_offers_no_more(sign_in, alice, bob, conversation):
    html = sign_in(bob).get(reverse(SHARED)).content.decode()
    assert "Alice, viewer</span>" in html
    assert "Rename" not in html

    conversation.people.let_in(bob, "editor", by=alice)
    html = sign_in(bob).get(reverse(SHARED)).content.decode()
    assert "Alice, editor</span>" in html
    assert "Rename" in html
    assert "Delete" not in html


def test_a_row_of_a_project_does_not_offer_what_its_reader_may_not_do(sign_in, alice, bob, conversation, project):
    html = sign_in(bob).get(project.get_absolute_url()).content.decode()
    assert "Alice, viewer</span>" in html
    assert "Rename" not in html
    html = sign_in(alice).get(project.get_absolute_url()).content.decode()
    assert "row__whose" not in html
    assert "Rename" in html


def test_it_goes_on_page_by_page_without_gap_or_repetition(sign_in, alice, bob, project):
    at = timezone.now()
    for n in range(120):
        made = Conversation.objects.start(
            alice, title=f"{n:03}", project=project if n % 2 else None, created_at=at - timedelta(hours=n // 3)
        )
        if n % 2 == 0:
            made.people.let_in(bob, "viewer", by=alice)
    client, seen, address = sign_in(bob), [], reverse(SHARED)
    while address:
        page = client.get(address).context["page"]
        seen += [row.title for row in page.rows]
        address = page.next_cursor and f"{reverse(SHARED)}?after={page.next_cursor}"

    assert len(seen) == len(set(seen)) == 120
    assert sorted(number // 3 for number in map(int, seen)) == [number // 3 for number in map(int, seen)]
    assert client.get(reverse(SHARED), {"after": "x"}).status_code == 400


def test_the_list_costs_the_same_for_many(sign_in, alice, bob, dora, project, django_assert_num_queries):
    for n in range(10):
        Conversation.objects.start(alice, title=f"{n}", project=project)
        Conversation.objects.start(dora, title=f"{n}").people.let_in(bob, "viewer", by=dora)
    client = sign_in(bob)

    with django_assert_num_queries(6):  # session with its user, which they are, their rows, whose, the sidebar’s two
        assert len(client.get(reverse(SHARED)).context["page"].rows) == 20


def test_nothing_is_said_where_there_is_nothing(sign_in, charlie):
    html = sign_in(charlie).get(reverse(SHARED)).content.decode()

    assert "Nothing is shared with you yet" in html
    assert re.search(r'href="/conversations/shared/" aria-current="page"', html)


def test_what_each_project_holds_is_asked_of_the_index_of_its_history(bob, project, alice):
    Project.objects.start(alice, name="Another").people.let_in(bob, "viewer", by=alice)
    for n in range(200):  # enough that an index in this order is worth having
        Conversation.objects.start(alice, title=f"{n}", project=project)
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE conversations_conversation")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        history.page(bob, among=shared_with_me)
        [which] = [query["sql"] for query in asked.captured_queries if "LATERAL" in query["sql"]]
        cursor.execute(f"EXPLAIN {which}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Scan using project_history" in plan
    assert "Seq Scan" not in plan


def test_programs_list_is_found_from_what_lets_them_in_and_not_by_reading_the_workspace(bob, alice, conversation):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_conversation"
            " SELECT (jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid(), 'project_id', NULL))).*"
            " FROM conversations_conversation AS c, generate_series(1, 5000) WHERE c.id = %s",
            [conversation.pk],
        )
        cursor.execute("ANALYZE conversations_conversation")
    plan = Conversation.objects.shared_with(bob).order_by("-updated_at", "-id")[:20].explain()

    assert "Index Scan using conversations_conversation_pkey" in plan
    assert "Seq Scan on conversations_conversation" not in plan
