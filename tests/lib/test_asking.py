import gc

import psycopg
import pytest
from django.db import DataError, OperationalError, ProgrammingError, connection, transaction
from psycopg.pq import TransactionStatus

from lib import asking
from lib.asking import ask, fetch_along, read_the_rest
from lib.sql import fetch_prepared

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_asked_ahead_goes_along_with_what_has_to_be_known(exchanges):
    first, second = ask("SELECT 1 + %s::int", [1]), ask("SELECT 1 + %s::int", [2])
    assert exchanges == []

    assert fetch_along("SELECT %(a)s::int, %(b)s::text, %(a)s::int * 2, 5 %% 3", {"a": 4, "b": "%s"}) == [
        (4, "%s", 8, 2)
    ]
    assert (first.found, second.found) == ([(2,)], [(3,)])
    assert len(exchanges) == 1


def test_an_answer_is_what_the_asker_makes_of_the_rows_and_it_is_made_once():
    made = []
    answer = ask("SELECT generate_series(1, 3)", [], read=lambda rows: made.append(rows) or len(rows))

    assert [answer.found, answer.found] == [3, 3]
    assert len(made) == 1


def test_what_nobody_waits_for_any_more_is_not_asked():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY SEQUENCE asked")
    ask("SELECT nextval('asked')", [])
    gc.collect()

    assert fetch_along("SELECT nextval('asked')", []) == [(1,)]


def test_what_is_asked_by_itself_leaves_nothing_behind():
    fetch_along("SELECT 1", [])
    with transaction.atomic():
        for number in range(20):
            assert fetch_along("SELECT %s::int", [number]) == [(number,)]
    gc.collect()

    assert asking._waiting.answers == []


def test_a_question_is_planned_once_for_a_connection():
    for number in range(3):
        assert fetch_along("SELECT 7 * %s::int", [number]) == [(number * 7,)]

    kept = "SELECT count(*) FROM pg_prepared_statements WHERE statement = %s"
    assert fetch_along(kept, ["SELECT 7 * $1::int"]) == [(1,)]


def test_a_question_that_is_refused_says_why_and_the_connection_goes_on():
    other, wrong = ask("SELECT 1", []), ask("SELECT 1 / %s::int", [0])
    with pytest.raises(ProgrammingError, match="no_such_table"):
        fetch_along("SELECT * FROM no_such_table", [])

    assert other.found == [(1,)]
    with pytest.raises(Exception, match="division by zero"):
        _ = wrong.found
    assert fetch_along("SELECT 2", []) == [(2,)]


def test_what_goes_along_and_is_refused_says_so_to_whoever_asked_it():
    wrong = ask("SELECT 1 / %s::int", [0])

    assert fetch_along("SELECT 3", []) == [(3,)]
    with pytest.raises(DataError, match="division by zero"):
        _ = wrong.found


def test_a_value_that_cannot_be_written_leaves_the_connection_as_it_was():
    with pytest.raises(DataError, match="NUL"):
        fetch_along("SELECT %s::text", ["half a\0word"])

    assert fetch_along("SELECT 2", []) == [(2,)]


def test_a_question_may_be_longer_than_the_socket_has_room_for():
    along = ask("SELECT length(%s::text)", ["y" * 3_000_000])

    assert fetch_along("SELECT length(%s::text), repeat('z', 3000000)", ["x" * 3_000_000])[0][0] == 3_000_000
    assert along.found == [(3_000_000,)]


def test_inside_a_transaction_it_sees_what_that_has_written():
    with transaction.atomic():
        answer = ask("SELECT count(*) FROM pg_class WHERE relname = %s", ["just_made"])
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE just_made ()")
        assert answer.found == [(1,)]
        transaction.set_rollback(True)
    assert fetch_along("SELECT count(*) FROM pg_class WHERE relname = %s", ["just_made"]) == [(0,)]


def test_where_queries_are_counted_each_is_seen(django_assert_num_queries):
    with django_assert_num_queries(2):
        waiting = ask("SELECT %s::int", [1])
        assert fetch_along("SELECT %s::int", [2]) == [(2,)]
        assert waiting.found == [(1,)]


def test_a_question_is_planned_again_when_a_rollback_took_all_plans_of_the_connection():
    question = "SELECT %s::int * 3"
    assert fetch_along(question, [1]) == [(3,)]
    fetch_prepared("SELECT %s::int * 5", [1])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        transaction.set_rollback(True)

    assert fetch_along(question, [2]) == [(6,)]
    assert fetch_along(question, [3]) == [(9,)]


def test_a_question_is_planned_again_when_its_columns_have_become_others():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planned (x int); INSERT INTO planned VALUES (7)")
        try:
            assert fetch_along("SELECT x FROM planned WHERE x = %s", [7]) == [(7,)]
            cursor.execute("ALTER TABLE planned ALTER x TYPE bigint")
            assert fetch_along("SELECT x FROM planned WHERE x = %s", [7]) == [(7,)]
        finally:
            cursor.execute("DROP TABLE planned")


def test_whoever_says_something_else_in_between_is_heard_and_nothing_of_it_is_lost():
    answers = [ask("SELECT %s::int", [number]) for number in range(3)]
    assert fetch_along("SELECT 'first'", []) == [("first",)]

    assert fetch_prepared("SELECT 'by another way'", []) == [("by another way",)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 'in a transaction'")
        assert cursor.fetchone() == ("in a transaction",)
    assert fetch_along("SELECT 'last'", []) == [("last",)]
    assert [answer.found for answer in answers] == [[(0,)], [(1,)], [(2,)]]


def test_what_was_asked_and_not_needed_is_read_before_the_connection_goes_back():
    unneeded = ask("SELECT generate_series(1, 10000)", [])
    fetch_along("SELECT 1", [])
    assert connection.connection.unread

    read_the_rest()

    assert connection.connection.unread is None
    assert connection.connection.info.transaction_status == TransactionStatus.IDLE
    assert len(unneeded.found) == 10_000


def test_what_waits_when_a_request_ends_is_not_sent_along_by_the_next_one():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY SEQUENCE left_over")
    left_over = ask("SELECT nextval('left_over')", [])

    read_the_rest()

    assert fetch_along("SELECT nextval('left_over')", []) == [(1,)]
    assert left_over.found == [(2,)]


def test_a_connection_that_is_lost_in_between_is_not_used_again():
    unneeded = ask("SELECT pg_sleep(5)", [])
    [(pid,)] = fetch_along("SELECT pg_backend_pid()", [])
    with psycopg.connect(connection.connection.info.dsn) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])

    with pytest.raises(OperationalError):
        _ = unneeded.found
    assert connection.connection.closed
    connection.close()
    assert fetch_along("SELECT 1", []) == [(1,)]


def test_what_is_sent_before_it_is_needed_is_not_asked_again(exchanges):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY SEQUENCE sent")
    waiting, first = ask("SELECT nextval('sent')", []), ask("SELECT 'first'", [])
    exchanges.clear()

    first.send()

    assert (first.found, waiting.found) == ([("first",)], [(1,)])
    assert len(exchanges) == 1


def test_what_was_sent_with_a_forgotten_plan_is_asked_again():
    assert fetch_along("SELECT %s::int * 11", [1]) == [(11,)]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    again = ask("SELECT %s::int * 11", [2])

    again.send()

    assert again.found == [(22,)]
