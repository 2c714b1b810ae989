from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from conversations import analytics
from conversations.models import Conversation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


@pytest.fixture
def root(db):
    return User.objects.create_superuser("root@example.org", "root's password")


@pytest.fixture
def history(alice, bob, time_machine_frozen):
    """Alice asked twice today and once three days ago; Bob's conversation of today holds an answer alone."""
    today = timezone.now()
    one = Conversation.objects.start(alice, title="One")
    one.append("user", "a", created_at=today)
    one.append("assistant", "b", model="gpt-4o", created_at=today)
    one.append("user", "c", created_at=today)
    old = Conversation.objects.start(
        alice, title="Old", source="chatgpt", external_id="1", created_at=today - timedelta(days=3)
    )
    old.append("user", "d", created_at=today - timedelta(days=3))
    Conversation.objects.start(bob, title="Bob’s").append("assistant", "e", model="claude", created_at=today)
    ancient = Conversation.objects.start(alice, title="Ancient", created_at=today - timedelta(days=400))
    ancient.append("user", "f", created_at=today - timedelta(days=400))


def test_days_are_counted_and_the_empty_ones_are_there(history):
    days = analytics.count_activity(30).days

    assert len(days) == 30
    assert days[-1] == analytics.Day(timezone.localdate(), conversations=2, messages=4, active_users=1)
    assert days[-4] == analytics.Day(
        timezone.localdate() - timedelta(days=3), conversations=1, messages=1, active_users=1
    )
    assert sum(day.messages for day in days) == 5


def test_sources_and_models_are_counted_largest_first(history):
    activity = analytics.count_activity(30)

    assert activity.sources == [analytics.Share("", 2), analytics.Share("chatgpt", 1)]
    assert activity.models == [analytics.Share("claude", 1), analytics.Share("gpt-4o", 1)]


def test_a_day_ends_at_midnight_of_the_server(alice, settings):
    settings.TIME_ZONE = "Pacific/Auckland"
    with timezone.override("Pacific/Auckland"):
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        conversation = Conversation.objects.start(alice)
        conversation.append("user", "before", created_at=midnight - timedelta(seconds=1))
        conversation.append("user", "after", created_at=midnight + timedelta(seconds=1))

        days = analytics.count_activity(30).days

    assert [day.messages for day in days[-2:]] == [1, 1]


def test_the_tables_are_read_once_each(history, django_assert_num_queries):
    # savepoint, time limit, conversations, messages, release
    with django_assert_num_queries(5):
        analytics.count_activity(365)


def test_counting_that_takes_too_long_is_given_up_with_a_sentence(sign_in, root, monkeypatch):
    monkeypatch.setattr(analytics, "_MESSAGES", "SELECT pg_sleep(5), NULL, 0, 0")
    monkeypatch.setattr(analytics, "PATIENCE", 50)

    response = sign_in(root).get(reverse("admin:counts"))

    assert response.status_code == 503
    assert "takes too long" in response.text
    assert Conversation.objects.count() == 0  # the connection is still good


def test_totals_are_estimates_and_cost_nothing(history):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")

    totals = {total.name: total for total in analytics.totals()}
    assert totals["Messages"].rows == 6
    assert totals["Messages"].size > 0


@pytest.mark.django_db(transaction=True)
def test_a_table_that_postgresql_has_not_looked_at_yet_is_not_said_to_be_empty(alice):
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE conversations_branch CASCADE")
        Conversation.objects.start(alice, title="One").append("user", "a")
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT 1")  # whatever comes next hands over what was counted

    assert {total.name: total.rows for total in analytics.totals()}["Branches"] > 0


@pytest.mark.parametrize("days", ["30", "90", "365", "31", "x", ""])
def test_the_page_draws_bars_and_writes_the_numbers_beneath(sign_in, root, history, days):
    response = sign_in(root).get(reverse("admin:counts"), {"days": days})

    assert response.status_code == 200
    assert response.text.count("<svg viewBox") == 3
    assert "Counts by day" in response.text
    assert "style=" not in response.text
    assert response.context["days"] in analytics.PERIODS


def test_the_page_is_for_superusers(sign_in, alice):
    assert sign_in(alice).get(reverse("admin:counts"), follow=True).status_code == 404
