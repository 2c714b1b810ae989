"""The web server: `python -m config.web ADDRESS PORT`. Granian, two processes of a few threads each."""

import gc
import os
import signal
import sys

from django import db
from django.conf import settings
from django.core import cache
from django.core.handlers.base import reset_urlconf
from django.core.signals import request_finished, request_started
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lib import process

IDLE = 600  # seconds after which a thread ends, and with it a connection and all the plans it keeps
MEMORY = 8 << 20  # bytes that a thread does not give back to the kernel: pages of half a megabyte, and their parts


def main(address, port):
    server = os.getpid()

    def load(target):
        # A worker is forked with the server's handlers: a SIGTERM while it loads would only set a flag of the server's.
        for signum in process.STOP_SIGNALS:
            signal.signal(signum, signal.SIG_DFL)
        # A worker must not outlive a killed server and keep its port. SIGKILL, as SIGTERM may get lost until it serves.
        process.die_with(server, signal.SIGKILL)
        from config.wsgi import application

        one_of_each()
        # What is loaded by now lives as long as the process, and what a request makes goes without the collector, which
        # took a twentieth of the time when it ran after every 700 objects.
        gc.freeze()
        gc.set_threshold(50_000)
        process.keep_memory(MEMORY)
        return application

    Granian(
        "config.wsgi:application",
        address=address,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=settings.THREADS,
        blocking_threads_idle_timeout=IDLE,
        respawn_failed_workers=True,
        workers_kill_timeout=10,  # a download that takes longer is cut: the database is waiting to stop
        log_level=LogLevels.error,  # its one warning says that these are many threads for two cores; they wait for I/O
    ).serve(target_loader=load)


def one_of_each():
    """Django looks at all databases, caches and lists of addresses when a request begins and when it ends, a tenth of
    the time of an append. There is one database, which config.wsgi looks at, one list, and no cache to close."""
    request_started.disconnect(db.reset_queries)
    request_started.disconnect(db.close_old_connections)
    request_finished.disconnect(db.close_old_connections)
    request_finished.disconnect(cache.close_caches)
    request_finished.disconnect(reset_urlconf)


if __name__ == "__main__":
    main(*sys.argv[1:])
