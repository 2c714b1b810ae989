"""How long a process may go on showing a link after it asked the database whether the link still works.

To ask for each of two hundred readers takes longer than everything else about their pages. So an answer is good for
LEASE; and whoever revokes or changes a link is told that it is done when every answer from before has run out.
"""

import time

from django.db import transaction

LEASE = 0.005  # seconds


def run_out():
    """To be called in the transaction that takes something back: it waits after the commit, before anybody is told."""
    transaction.on_commit(lambda: time.sleep(LEASE))
