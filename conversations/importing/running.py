"""What importing and undoing have in common: a batch belongs to one worker, and ends with a sentence."""

import logging
import traceback
from contextlib import contextmanager
from pathlib import Path

from django.db import InterfaceError, OperationalError

from conversations.models import ImportBatch

log = logging.getLogger("parley.import")

PACKAGE = Path(__file__).parents[1]


class Lost(Exception):
    """The batch was given to another worker while this one was silent."""


@contextmanager
def ending(batch, mistake):
    """Closes the batch as failed, with the sentence `mistake`, over anything nobody thought of.

    A database that is away goes through: nothing can be written, so the lease runs out by itself, and whoever claims
    the batch next goes on at its checkpoint.
    """
    try:
        yield
    except Lost:
        log.warning("%s went to another worker", batch.typeid)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.error("%s: %s", batch.typeid, where(error))
        batch.finish(ImportBatch.Status.FAILED, f"{mistake} Whoever mends it needs to know: {where(error)}.")


def where(error):
    """“KeyError at chatgpt.py:84”: enough to find a mistake, and no word of what was read, which messages quote."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if PACKAGE in Path(frame.filename).parents] or frames
    return f"{type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}"
