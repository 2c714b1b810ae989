"""A search ends, whatever it is asked: nobody's question may hold a worker."""

import time
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled

STEP = 0.2  # seconds by which a statement may overrun, so that quick ones need not be preceded by another
# Parallel workers take longer to start (4 ms) than most searches take, and another person's core. A plan is made once
# for a connection, whatever the values: there is nothing to choose, and planning takes as long as the index (0.5 ms).
SETTINGS = """
SELECT set_config('statement_timeout', %s, true), set_config('max_parallel_workers_per_gather', '0', true),
       set_config('plan_cache_mode', 'force_generic_plan', true)
"""


class TookTooLong(Exception):
    """The time was up. What its statements did is undone: the connection is as it was before."""


@contextmanager
def limited(seconds):
    """All statements of the block together take no longer; a transaction. Raises TookTooLong.

    Inside a larger transaction the settings stay until that ends.
    """
    end, limit = time.monotonic() + seconds, None

    def watch(execute, sql, params, many, context):
        nonlocal limit
        left = end - time.monotonic()
        if left <= 0:
            raise TookTooLong
        if limit is None or limit > left + STEP:
            limit = left
            execute(SETTINGS, [str(max(1, round(1000 * left)))], False, context)
        try:
            return execute(sql, params, many, context)
        except OperationalError as error:
            if isinstance(error.__cause__, QueryCanceled):
                raise TookTooLong from error
            raise

    with transaction.atomic(), connection.execute_wrapper(watch):
        yield
