"""The web server: `python -m config.web ADDRESS PORT`. Granian, two processes of eight threads each."""

import os
import signal
import sys

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lib import process

WORKERS = 2
THREADS = 8  # each holds at most one database connection; 2 × 8 and the worker's stay below max_connections


def main(address, port):
    server = os.getpid()

    def load(target):
        process.die_with(
            server, signal.SIGTERM
        )  # granian's own workers outlive it when it is killed, and keep the port
        from config.wsgi import application

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


if __name__ == "__main__":
    main(*sys.argv[1:])
