"""The plans that keep search fast. PostgreSQL's mind changes with statistics, so these ask it, on thousands of rows."""

import random
import re
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.models import Conversation, Message

ROWS = 3_000
QUERIES = [
    "absent",
    "rare",
    "one",
    "fifteen",
    "ubiquitous",
    "one fifteen",
    '"fifteen ubiquitous"',
    "ubiq*",
    "天気",
    "The Who",
    "C++",
    "ubiquitous -fifteen",
    "rare OR one",
]


@pytest.fixture
def corpus(alice):
    """3,000 messages over four years; words on one in a hundred, fifteen in a hundred, nearly all."""
    chance = random.Random(1)
    conversation = Conversation.objects.start(alice, title="ubiquitous")
    day = conversation.created_at
    Message.objects.bulk_create(
        Message(
            conversation=conversation,
            workspace_id=alice.workspace_id,
            owner=alice,
            position=position,
            parent_position=position - 1 or None,
            role="user",
            created_at=day.replace(year=2023 + position * 4 // (ROWS + 1), month=1 + position % 10),
            text=" ".join(
                [f"the word{chance.randrange(2_000)} who"] * 5
                + ["ubiquitous"] * (chance.random() < 0.9)
                + ["fifteen"] * (chance.random() < 0.15)
                + ["one"] * (chance.random() < 0.01)
                + ["rare 天気 C++"] * (position % 1_000 == 1)
            ),
        )
        for position in range(1, ROWS + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")
        cursor.execute("ANALYZE conversations_conversation")


def questions(search):
    """(SQL, parameters) of what it asks the words of messages."""
    asked = []

    def listen(execute, sql, params, many, context):
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        search()
    return [(sql, params) for sql, params in asked if "parley_tsv_2(conversations_message" in sql]


def plan_of(sql, params):
    """The plan that a connection keeps, made for any values."""
    numbers = count(1)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("PREPARE asked AS " + re.sub("%s", lambda _: f"${next(numbers)}", sql))
        cursor.execute(f"EXPLAIN EXECUTE asked ({', '.join(['%s'] * len(params))})", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE asked")
    return plan


@pytest.mark.parametrize("order", ["newest", "best"])
@pytest.mark.parametrize("text", QUERIES)
def test_every_class_of_query_asks_the_index(alice, corpus, text, order):
    asked = questions(lambda: Message.objects.search(text, alice, order=order))

    assert asked
    for sql, params in asked:
        plan = plan_of(sql, params)
        assert plan.count("Bitmap Index Scan on message_search") == sql.count("AS MATERIALIZED") > 0, plan
        assert "Seq Scan on conversations_message" not in plan, plan


FILTERED = [
    "role:user",
    "ubiquitous role:user",
    "ubiquitous has:code",
    "one model:nothing",
    "has:file",
    "after:2024-01 before:2024-03",
    "ubiquitous date:2024",
    "source:here",
    "ubiquitous project:none",
    '"fifteen ubiquitous" role:user',
    "branch:abandoned",
]


@pytest.mark.parametrize("text", FILTERED)
@pytest.mark.parametrize("named", [0, 100])
def test_every_filter_looks_into_rows_that_the_index_names(alice, corpus, text, named, monkeypatch):
    monkeypatch.setattr("conversations.search.reach.NAMED", named)
    asked = questions(lambda: (Message.objects.search(text, alice), Message.objects.facets(text, alice)))

    assert asked
    for sql, params in asked:
        plan = plan_of(sql, params)
        assert plan.count("Bitmap Index Scan on message_search") == sql.count("AS MATERIALIZED") > 0, plan
        assert "Seq Scan on conversations_message" not in plan, plan


def test_a_page_costs_the_same_number_of_questions_however_much_it_shows(alice, corpus):
    with CaptureQueriesContext(connection) as captured:
        Message.objects.search("ubiquitous", alice)

    # savepoint · limits · newest date · titles · the windows, near and far · the conversations shown ·
    # their texts · the branches of forked ones · savepoint
    assert len(captured) <= 10


def test_a_frequent_word_is_looked_for_in_a_few_days(alice, corpus):
    conversation = Conversation.objects.get(owner=alice)
    Message.objects.filter(conversation=conversation, position__gt=ROWS - 500).update(created_at=timezone.now())

    [(_, near)] = questions(lambda: Message.objects.search("ubiquitous", alice))

    assert not any(f" o{alice.pk}" in str(param) for param in near)
