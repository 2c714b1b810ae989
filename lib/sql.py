"""SQL by hand, for the few statements that are worth it."""

import psycopg
from django.db import connection


def execute_prepared(sql, params):
    """Runs a statement whose plan the connection keeps, and returns how many rows it touched.

    Django's own cursors put the values into the text, so PostgreSQL plans every time; for an append that takes as long
    as the append itself. Where queries are counted or shown (tests, debug pages) it goes through Django's cursor.
    """
    if connection.queries_logged:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount
    connection.ensure_connection()
    driver = connection.connection
    driver.prepare_threshold = 0  # Django's None forbids preparing, whatever `prepare` says
    try:
        with connection.wrap_database_errors, psycopg.Cursor(driver) as cursor:
            cursor.execute(sql, params, prepare=True)
            return cursor.rowcount
    finally:
        driver.prepare_threshold = None
