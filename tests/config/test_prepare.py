"""What a start finds out about its database, and says."""

import pytest
from django.conf import settings
from django.db import connection

from config.prepare import check_database

pytestmark = pytest.mark.django_db(transaction=True)
NEEDED = settings.WORKERS * (settings.THREADS + 2) + 2


@pytest.fixture
def limit():
    database = connection.ops.quote_name(connection.settings_dict["NAME"])

    def limit(number):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {database} CONNECTION LIMIT {number}")

    yield limit
    limit(-1)


def test_too_few_connections_are_said_before_they_run_out(limit, capsys):
    limit(NEEDED - 1)

    check_database()

    assert f"allows {NEEDED - 1} connections and {NEEDED} may be needed" in capsys.readouterr().err


def test_nothing_is_said_of_as_many_as_may_be_needed(limit, capsys):
    limit(NEEDED)

    check_database()

    assert "may be needed" not in capsys.readouterr().err
