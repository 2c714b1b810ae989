from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection

from conversations import paths, reading
from conversations.models import Conversation
from conversations.rendering import VERSION


@pytest.fixture
def long(alice):
    """120 messages in one line, then a second answer to the 60th."""
    conversation = Conversation.objects.start(alice, title="Long")
    for n in range(1, 121):
        conversation.append("user" if n % 2 else "assistant", f"message {n}")
    conversation.refresh_from_db()
    return conversation


def test_an_empty_conversation_has_an_empty_window(alice):
    window = reading.latest(Conversation.objects.start(alice))

    assert window.positions == []
    assert not window.has_earlier
    assert not window.has_later


def test_it_opens_at_the_end_of_the_active_branch(long):
    window = reading.latest(long)

    assert window.positions == list(range(71, 121))
    assert (window.has_earlier, window.has_later) == (True, False)


def test_earlier_windows_join_without_a_gap_until_the_beginning(long):
    first = reading.latest(long)
    second = reading.earlier(long, first.tip, first.positions[0])
    third = reading.earlier(long, first.tip, second.positions[0])

    assert third.positions + second.positions + first.positions == list(range(1, 121))
    assert (second.has_earlier, third.has_earlier) == (True, False)


def opened(conversation):
    return reading.Opening(conversation.pk, conversation.owner_id, conversation.owner, VERSION).window(conversation)


def siblings(conversation, positions):
    return reading.messages_and_siblings(conversation, positions, VERSION, conversation.owner)[1]


def test_what_is_opened_comes_with_its_lines_and_its_families(long):
    for text in ("second", "third"):
        long.reply(119, "assistant", text)
    long.refresh_from_db()

    window = opened(long)

    assert replace(window, lines=None, families=None) == reading.latest(long)
    assert [line.position for line in window.lines] == window.positions == [*range(71, 120), 122]
    assert window.families == siblings(long, window.positions)
    assert window.families[122].index == 3


@pytest.mark.parametrize("strays", [13, 14, 15, 60])
def test_what_is_opened_is_found_however_much_was_written_beside_it(long, strays):
    for n in range(strays):
        long.reply(60, "user", f"aside {n}")
    long.reply(120, "user", "and on")
    long.refresh_from_db()

    window = opened(long)

    assert replace(window, lines=None, families=None) == reading.latest(long)
    assert (window.lines is None) == (strays > reading.NEAR - reading.WINDOW - 1)


def test_a_short_and_an_empty_conversation_open_whole(alice):
    conversation = Conversation.objects.start(alice)
    assert opened(conversation).positions == []
    conversation.append("user", "a question")
    conversation.append("assistant", "an answer")
    conversation.refresh_from_db()

    assert opened(conversation).positions == [1, 2]
    assert not opened(conversation).has_earlier


def test_what_is_somebody_elses_is_not_even_read(long, bob):
    opening = reading.Opening(long.pk, bob.pk, bob, VERSION)

    assert opening.lines.found == []
    assert opening.families.found == {}


def test_opening_reads_what_it_shows_whatever_the_plan_was_made_for(long):
    for n in range(200):  # so that conversations are short, as a rule
        Conversation.objects.start(long.owner).append("user", str(n))
    long.reply(119, "assistant", "another")
    long.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")

    # The lines, what they answer once more, and all that answers it.
    with rows_read(at_most=3 * reading.NEAR + 2):
        opened(long)


def test_a_window_costs_the_turns_on_the_way_to_it_whatever_the_plan_was_made_for(long):
    for n in range(50):  # so that conversations are short, as a rule
        Conversation.objects.start(long.owner).append("user", str(n))
    long.reply(60, "user", "aside")
    long.refresh_from_db()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")

    with rows_read(at_most=2):  # the first message, and the one that turned off
        window = reading.latest(long)
    with rows_read(at_most=3):  # and the last one written behind it
        assert reading.around(long, 90).tip == 120
    with rows_read(at_most=2 * reading.WINDOW):
        assert [item.position for item in paths.items_at(long, window.positions)] == window.positions


def test_a_window_is_looked_up_by_its_positions_whatever_the_plan_was_made_for(long):
    long.reply(60, "user", "second")
    long.refresh_from_db()
    for n in range(50):
        Conversation.objects.start(long.owner).append("user", str(n))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    window, before = reading.first(long), _scans("message_answers")

    reading.messages(long, window.positions, VERSION, long.owner)

    assert _scans("message_answers") == before


def _scans(index):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_numscans(%s::regclass)", [index])
        return cursor.fetchone()[0]


@contextmanager
def rows_read(*, at_most):
    """Of the table of messages, by whatever way they were found."""
    before = _read()
    yield
    assert 0 < _read() - before <= at_most


def _read():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
            " WHERE relname = 'conversations_message'"
        )
        return cursor.fetchone()[0]


def test_a_message_in_the_middle_stands_in_its_context_and_leads_on_both_ways(long):
    window = reading.around(long, 60)

    assert window.positions[0] == 60 - reading.LEAD_IN
    assert len(window.positions) == reading.WINDOW
    assert window.has_earlier
    following = reading.later(long, window.tip, window.positions[-1])
    assert following.positions == list(range(window.positions[-1] + 1, 121))
    assert not following.has_later


def test_a_message_on_an_abandoned_branch_is_shown_on_that_branch(long):
    long.reply(60, "assistant", "another way")
    long.append("user", "and on")
    long.refresh_from_db()

    assert reading.latest(long).positions[-3:] == [60, 121, 122]
    window = reading.around(long, 61)
    assert window.tip == 120
    assert 121 not in window.positions


def test_a_message_of_several_branches_is_shown_on_the_one_that_is_named(long):
    long.reply(60, "assistant", "another way")
    long.refresh_from_db()

    assert [reading.around(long, 50, tip).tip for tip in (None, 120, 121)] == [121, 120, 121]
    assert reading.around(long, 61, 121).tip == 120


def test_siblings_know_their_number_and_their_neighbours(long):
    for text in ("second", "third"):
        long.reply(60, "user", text)
    long.refresh_from_db()
    ids = dict(long.messages.filter(position__in=[61, 121, 122]).values_list("position", "id"))

    found = siblings(long, [60, 61, 121, 122])

    assert 60 not in found
    assert found[61] == reading.Sibling(1, 3, None, ids[121])
    assert found[121] == reading.Sibling(2, 3, ids[61], ids[122])
    assert found[122] == reading.Sibling(3, 3, ids[121], None)


def test_several_first_messages_are_siblings_too(long):
    long.messages.create(
        workspace_id=long.workspace_id, owner_id=long.owner_id, position=500, role="user", text="another start"
    )
    long.message_count += 1

    assert siblings(long, [1, 2])[1].count == 2


def test_a_position_that_is_not_there_gives_an_empty_window(long):
    assert reading.earlier(long, 120, 5_000).positions == []
    assert reading.later(long, 120, 5_000).positions == []
    assert reading.later(long, 5_000, 3).positions == []


def test_each_window_is_one_query_however_long_the_conversation(long, django_assert_num_queries):
    with django_assert_num_queries(1):
        reading.latest(long)
    with django_assert_num_queries(1):
        reading.around(long, 60)
    with django_assert_num_queries(2):  # whether somebody made the place up
        reading.earlier(long, long.tip_position, 60)
