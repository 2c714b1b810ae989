"""What has to be true before anything is started. Whatever is not is said in one sentence."""

import contextlib
import errno
import fcntl
import os
import secrets
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

POSTGRES_SCHEMES = {"postgres", "postgresql", "psql", "pgsql"}
MAIN = Path(__file__).resolve().parent.parent
KEYS = {"SECRET_KEY": "secret_key", "SHARE_KEY": "share_key"}  # each a variable, or else a file in DATA_DIR


class Refusal(Exception):
    """One sentence for the person who typed the command: what is wrong, and what to do."""


class Place:
    """Where this start listens and keeps its data, read from the environment exactly as the settings read it."""

    def __init__(self, environ):
        self.host = environ.get("HOST") or "127.0.0.1"
        self.data_dir = Path(environ.get("DATA_DIR") or MAIN / "var").expanduser().resolve()
        self.database_url = environ.get("DATABASE_URL", "")
        self.missing_keys = [file for variable, file in KEYS.items() if not environ.get(variable)]
        self.port = _number(environ, "PORT", 8000, most=65535)
        self.threads = _number(environ, "PARLEY_THREADS", 8, most=1000)
        self._check_database_url()

    @property
    def origin(self):
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104 - spoken of, not bound
        return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{self.port}"

    def _check_database_url(self):
        """A slash or # in a password ends up in the port, and every parser quotes what it takes for the port."""
        try:
            named = urlsplit(self.database_url)
            wrong = self.database_url and (
                named.port == 0 or named.scheme not in POSTGRES_SCHEMES or not named.path[1:]
            )
        except ValueError:
            wrong = True
        if wrong:
            raise Refusal(
                "DATABASE_URL must look like postgres://user:password@host:5432/name, "
                "with what is special in a password percent-encoded."
            )

    def claim(self):
        """Make DATA_DIR ours until this process ends, however it ends: the kernel drops the lock with us."""
        try:
            self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.data_dir / "lock").open("a+")
        except OSError as error:
            raise Refusal(
                f"The data directory {self.data_dir} is not writable ({error.strerror}); "
                "change its owner, or choose another with DATA_DIR."
            ) from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise Refusal(f"Parley is already running on {self.data_dir}{_whose(lock.read())}.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self.lock = lock

    def check_port(self):
        """Returns the numeric address to bind. Somebody may still be quicker; the web server then says so itself."""
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
        except (OSError, UnicodeError):
            raise Refusal(f"HOST must be an address of this machine, not {self.host!r}.") from None
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                raise Refusal(self._why_not(error)) from None
        return address[0]

    def _why_not(self, error):
        if error.errno == errno.EADDRINUSE:
            return f"Port {self.port} on {self.host} is taken by another program; choose another with PORT."
        if error.errno == errno.EACCES:
            return f"Port {self.port} needs more rights than this user has; choose one above 1023 with PORT."
        return f"Port {self.port} on {self.host} cannot be used ({error.strerror}); choose others with HOST and PORT."

    def ensure_keys(self):
        """Made once. Another secret_key would sign everybody out, and without the share_key that links were made with
        nobody could be shown theirs again.
        """
        for path in map(self.data_dir.joinpath, self.missing_keys):
            if not (path.exists() and path.read_text().strip()):
                write_private(path, secrets.token_urlsafe(50))


def say(sentence):
    with contextlib.suppress(OSError):  # the terminal may be gone
        print(f"parley: {sentence}", file=sys.stderr, flush=True)  # noqa: T201


def write_private(path, text):
    """All of it or nothing, readable by its owner alone from its first byte on."""
    making = path.with_name(f"{path.name}.making")
    making.unlink(missing_ok=True)
    with os.fdopen(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    making.replace(path)


def _number(environ, variable, default, most):
    given = environ.get(variable) or str(default)
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= most):
        raise Refusal(f"{variable} must be a number from 1 to {most}, not {given!r}.")
    return int(given)


def _whose(pid):
    return f" (process {pid})" if pid.strip().isdigit() else ""
