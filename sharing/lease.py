"""How long a process may go on showing what it has just seen to be open.

To ask the database for each of two hundred readers costs more than all the rest of their pages. So what it says is good
for a moment, and whoever takes something back from strangers hears that it is done when that moment is over everywhere:
nobody is shown it after that.
"""

import time

from django.db import transaction

LEASE = 0.005  # seconds


def run_out():
    """For the verb that takes something back, in its transaction: waits after the commit, before anybody is told."""
    transaction.on_commit(lambda: time.sleep(LEASE))
