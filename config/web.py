"""The web server: `python -m config.web ADDRESS PORT`. Granian, two processes of eight threads each."""

import gc
import os
import signal
import sys

from django import db
from django.core import cache
from django.core.signals import request_finished, request_started
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lib import process

WORKERS = 2
MEMORY = 8 << 20  # bytes that a thread keeps: pages of half a megabyte, and what they are made of
THREADS = 8  # each holds at most one database connection; 2 × 8 and the worker's stay below max_connections


def main(address, port):
    server = os.getpid()

    def load(target):
        # Forked with the server's handlers: a SIGTERM while the application loads would only set the server's flag.
        for signum in process.STOP_SIGNALS:
            signal.signal(signum, signal.SIG_DFL)
        # Or it outlives a killed server and keeps the port. SIGTERM may get lost between loading and serving.
        process.die_with(server, signal.SIGKILL)
        from config.wsgi import application

        one_database()
        # What is loaded lives as long as the process, and what a request makes is gone by itself: looking for garbage
        # after every 700 objects took a twentieth of its time.
        gc.freeze()
        gc.set_threshold(50_000)
        process.keep_memory(MEMORY)
        return application

    Granian(
        "config.wsgi:application",
        address=address,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # a download that takes longer is cut: the database is waiting to stop
        log_level=LogLevels.error,  # its one warning says that eight threads are many for two cores; ours wait for I/O
    ).serve(target_loader=load)


def one_database():
    """At both ends of a request Django goes through all databases and all caches that there might be, a tenth of an
    append's time. There is one, whose connection goes back to the pool at the end, and no cache has anything to close.
    """
    request_started.disconnect(db.reset_queries)
    request_started.disconnect(db.close_old_connections)
    request_finished.disconnect(db.close_old_connections)
    request_finished.disconnect(cache.close_caches)
    request_finished.connect(_release_connection)


def _release_connection(**kwargs):
    db.connections[db.DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()


if __name__ == "__main__":
    main(*sys.argv[1:])
