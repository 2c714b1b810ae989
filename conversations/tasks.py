"""What the worker does while nobody waits."""

import logging
import time

from django.db import DatabaseError, connection

from conversations.importing import Import, Undo
from conversations.models import ImportBatch

log = logging.getLogger("parley.worker")

PAUSE = 1.0  # seconds between two looks for work; a look is one indexed query


def work(should_stop):
    """Claims batches and runs them until `should_stop()`. A database that is away is waited for."""
    swept = False
    while not should_stop():
        try:
            swept = swept or ImportBatch.objects.sweep() is None
            busy = run_next(should_stop)
        except DatabaseError as error:
            log.warning("the database does not answer: %s", type(error).__name__)
            connection.close()
            busy = False
        if not busy:
            time.sleep(PAUSE)


def run_next(should_stop=lambda: False):
    """Runs the oldest open batch. False when there was none."""
    batch = ImportBatch.objects.claim()
    if batch is None:
        return False
    if batch.status == ImportBatch.Status.UNDOING:
        Undo(batch, should_stop=should_stop).run()
    elif batch.status == ImportBatch.Status.CANCELLING:
        batch.finish(ImportBatch.Status.CANCELLED)
    else:
        Import(batch, should_stop=should_stop).run()
    return True
