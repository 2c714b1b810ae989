import pytest
from django.db import connection, transaction

from lib.sql import execute_prepared


@pytest.mark.django_db(transaction=True)
def test_a_prepared_statement_is_planned_once_and_kept_by_the_connection(settings):
    with transaction.atomic():
        for number in range(3):
            assert execute_prepared("SELECT %(number)s::int", {"number": number}) == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT $1::int%'")
            assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_where_queries_are_counted_it_is_seen(django_assert_num_queries):
    with django_assert_num_queries(1):
        execute_prepared("SELECT %(number)s::int", {"number": 1})
