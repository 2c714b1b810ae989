import pytest
from django.db import DataError, connection, transaction

from accounts.models import User, Workspace
from lib.asking import Prepared
from lib.sql import STATEMENTS, fetch_prepared


def kept_statements(like):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s", [like])
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_prepared_statement_is_planned_once_and_kept_by_the_connection():
    with transaction.atomic():
        for number in range(3):
            assert fetch_prepared("SELECT %(number)s::int + 1", {"number": number}) == [(number + 1,)]
        assert kept_statements("SELECT $1::int + 1") == 1


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_failed_can_be_asked_again():
    share = "SELECT 100 / %(people)s::int"
    with pytest.raises(DataError):
        fetch_prepared(share, {"people": 0})

    assert fetch_prepared(share, {"people": 4}) == [(25,)]


@pytest.mark.django_db(transaction=True)
def test_a_connection_keeps_no_more_statements_than_it_can():
    with transaction.atomic():
        for number in range(STATEMENTS + 5):
            assert fetch_prepared(f"SELECT %(one)s::int + {number}", {"one": 1}) == [(number + 1,)]

        assert len(connection.connection.cursors) <= STATEMENTS


@pytest.mark.django_db(transaction=True)
def test_outside_of_transactions_a_statement_is_planned_once_for_each_set_of_types():
    for number in (1, 2, 40_000, None, 2**40):
        assert fetch_prepared("SELECT %(number)s::bigint AS n, '%%'", {"number": number}) == [(number, "%")]
    assert kept_statements("SELECT $1::bigint AS n%") == 4  # small, middling, large, none


@pytest.mark.django_db(transaction=True)
def test_a_plan_that_is_gone_is_made_again():
    for _ in range(2):
        assert fetch_prepared("SELECT %s::text", ["here"]) == [("here",)]
        with connection.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")


@pytest.mark.django_db(transaction=True)
def test_a_statement_is_planned_again_when_its_columns_have_become_others():
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE planned (x int); INSERT INTO planned VALUES (7)")
        try:
            assert fetch_prepared("SELECT x FROM planned WHERE x = %s", [7]) == [(7,)]
            cursor.execute("ALTER TABLE planned ALTER x TYPE bigint")
            assert fetch_prepared("SELECT x FROM planned WHERE x = %s", [7]) == [(7,)]
        finally:
            cursor.execute("DROP TABLE planned")


@pytest.mark.django_db(transaction=True)
def test_outside_of_transactions_a_connection_keeps_no_more_than_it_can_either():
    for number in range(STATEMENTS + 5):
        assert fetch_prepared(f"SELECT %(one)s::int + {number} AS kept", {"one": 1}) == [(number + 1,)]

    assert len(connection.connection.statements) == STATEMENTS
    assert kept_statements("SELECT $1::int + % AS kept") <= STATEMENTS


@pytest.mark.django_db
def test_where_queries_are_counted_it_is_seen(django_assert_num_queries):
    with django_assert_num_queries(1):
        fetch_prepared("SELECT %(number)s::int", {"number": 1})


@pytest.mark.django_db(transaction=True)
def test_a_prepared_question_is_written_once_and_asked_of_everybody(alice, charlie):
    written = []

    def build(pk, workspace):
        written.append(pk)
        return User.objects.filter(pk=pk, workspace=workspace, is_active=True).select_related("workspace")

    question = Prepared(build)
    with transaction.atomic():
        for user in (alice, charlie):
            found = question.first(user.pk, user.workspace_id)
            assert (found, found.workspace.name, found.metadata) == (user, user.workspace.name, {})
        assert question.first(alice.pk, charlie.workspace_id) is None
        assert kept_statements('SELECT "accounts_user".%') == 1
    assert len(written) == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_prepared_question_finds_can_be_saved(alice):
    found = Prepared(lambda pk: Workspace.objects.filter(pk=pk)).first(alice.workspace_id)
    found.name = "Observatory"
    found.save()

    alice.workspace.refresh_from_db()
    assert alice.workspace.name == "Observatory"


@pytest.mark.django_db
def test_who_stands_around_statements_stands_around_prepared_ones_too():
    def doubled(execute, sql, params, many, context):
        return execute(sql, [2 * number for number in params], many, context)

    with connection.execute_wrapper(doubled):
        assert fetch_prepared("SELECT %s::int", [4]) == [(8,)]


@pytest.mark.django_db
def test_binary_answers_have_the_values_that_fields_want():
    question = "SELECT '{\"a\": [1]}'::jsonb, '10.0.0.1'::inet, 'fe80::1'::inet, NULL::jsonb, ARRAY['x']"
    with connection.cursor() as cursor:
        cursor.execute(question)
        as_text = cursor.fetchall()

    assert fetch_prepared(question, []) == as_text == [('{"a": [1]}', "10.0.0.1", "fe80::1", None, ["x"])]
