"""A Parley to be measured: a new database as durable as in production, the production server, and the floors."""

import os
import shutil
import socket
import subprocess
import sys
from contextlib import contextmanager

import psycopg

from config.preflight import Place, Refusal
from config.serve import Database
from config.supervisor import Program, Supervisor
from lib import postgres

PYTHON = sys.executable


class Machine:
    """What is running while we measure."""

    def __init__(self, data_dir, supervisor):
        self.data_dir, self.supervisor = data_dir, supervisor
        self.port, self.floor_port = free_port(), free_port()
        self.environment = os.environ | {"PORT": str(self.port), "PARLEY_DEMO": "0"}

    def connect(self):
        """A psycopg connection in autocommit; statements are prepared at once and take as long as they need."""
        connection = psycopg.connect(
            host=str(postgres.socket_dir(self.data_dir)),
            user=postgres.USER,
            dbname=postgres.DATABASE,
            autocommit=True,
            prepare_threshold=0,
        )
        connection.execute("SET work_mem = '32MB'")  # both as in config.settings
        connection.execute("SET gin_pending_list_limit = '512kB'")
        return connection

    def prepare(self):
        code, _ = self.supervisor.run(
            Program("Preparation", [PYTHON, "-m", "config.prepare"], 10, env=self.environment, stdout=subprocess.PIPE)
        )
        if code:
            raise Refusal("The database could not be prepared; the reason is above.")

    def serve(self):
        """Starts the web server and the floors; returns when both answer."""
        command = [PYTHON, "-m", "config.web", "127.0.0.1", str(self.port)]
        self.web = Program("The web server", command, 15, insist=True, env=self.environment)
        command = [PYTHON, "-m", "tests.bench.floors.serve", str(self.floor_port)]
        floors = Program("The floors", command, 15, insist=True, env=self.environment)
        for program, port in ((self.web, self.port), (floors, self.floor_port)):
            self.supervisor.start(program)
            while not answers(port):
                self.supervisor.pause(0.1)
                if program.popen.poll() is not None:
                    raise Refusal(f"{program.name} did not start; the reason is above.")


@contextmanager
def running():
    """A Machine with an empty, migrated database in DATA_DIR; whatever an earlier run left there is thrown away."""
    place = Place(os.environ)
    place.claim()
    place.ensure_keys()
    if place.database_url:
        raise Refusal("The bench starts a PostgreSQL of its own; unset DATABASE_URL.")
    server = postgres.Server(place.data_dir)
    server.end_leftovers()
    shutil.rmtree(server.cluster, ignore_errors=True)
    with Supervisor() as supervisor:
        supervisor.start(Database(place.data_dir))
        machine = Machine(place.data_dir, supervisor)
        machine.prepare()
        yield machine


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
