"""Makes a database and a data directory ready for this version: `python -m config.prepare`, run by every start.

Prints, on standard output, what a person needs to sign in to the demo; nothing when there is none. Refuses in one
sentence on standard error, with exit code 1.
"""

import hashlib
import re
import secrets
import sys
from contextlib import contextmanager
from io import StringIO

import django
import environ
import psycopg
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from config.preflight import Refusal, say, write_private

MIGRATION_LOCK = 0x7061726C6579  # "parley": an advisory lock, so that two web servers on one database take turns
MINIMUM_VERSION = 15


def main():
    try:
        try:
            django.setup()
        except (ImproperlyConfigured, ValueError) as error:
            raise Refusal(str(error)) from None
        check_database()
        migrate()
        collect_static()
        show_demo()
    except Refusal as refusal:
        sys.exit(f"parley: {refusal}")


def check_database():
    """Everything that would otherwise show up later as an error nobody understands, or as lost messages."""
    try:
        with psycopg.connect(**connection.get_connection_params()) as found:
            version, encoding, durable, may_create, allowed = found.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_setting('server_encoding'),"
                " current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off',"
                " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),"
                " least(current_setting('max_connections')::int"
                "       - current_setting('superuser_reserved_connections')::int"
                "       - coalesce(current_setting('reserved_connections', true), '0')::int,"
                "       (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user),"
                "       (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()))"
            ).fetchone()
            # Asked apart: other encodings cannot even spell the question.
            folds = encoding == "UTF8" and found.execute("SELECT lower('М') = 'м'").fetchone()[0]
    except psycopg.Error as error:
        raise Refusal(f"{_database()} cannot be used: {_in_one_line(error)}") from None
    if version < MINIMUM_VERSION:
        raise Refusal(f"{_database()} is version {version}; Parley needs {MINIMUM_VERSION} or newer.")
    if encoding != "UTF8":
        raise Refusal(f"{_database()} keeps text as {encoding}; create the database with ENCODING 'UTF8'.")
    if not folds:
        raise Refusal(
            f"{_database()} does not know that М is a capital м, so search would miss most of the world's languages; "
            "create the database with a UTF-8 locale, for example LC_CTYPE 'C.UTF-8'."
        )
    if not may_create:
        raise Refusal(f"{_database()} does not let this user create tables; make the user the database's owner.")
    if not durable:
        say("fsync or synchronous_commit is off: a crash will lose saved messages")
    if allowed < (needed := settings.WORKERS * (settings.THREADS + 2) + 2):  # and two more of each process
        say(
            f"{_database()} allows {allowed} connections and {needed} may be needed, and whoever gets none is refused; "
            "raise max_connections, or lower PARLEY_THREADS"
        )


def migrate():
    with _one_at_a_time():
        executor = MigrationExecutor(connection)  # in here, as another start may have migrated while we waited
        if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
            say(f"preparing the database ({len(plan)} steps)")
            call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)


@contextmanager
def _one_at_a_time():
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")  # an index over a million messages takes longer than a page may
            cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATION_LOCK])
            yield
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATION_LOCK])
    except DatabaseError as error:
        raise Refusal(f"{_database()} could not be prepared: {_in_one_line(error)}") from None


def collect_static():
    """Hash and compress the static files when one of them, or what they are made with, has changed."""
    if settings.DEBUG:
        return
    stamp = settings.STATIC_ROOT / ".made-from"
    made_from = _static_fingerprint()
    if not (stamp.exists() and stamp.read_text() == made_from):
        stamp.unlink(missing_ok=True)  # a kill in the middle must not leave the old stamp beside half the new files
        call_command("collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=UNUSED)
        stamp.write_text(made_from)


# Of the specification's sidecar: a second viewer, and a part of the first, megabytes that nobody is sent.
UNUSED = ["redoc", "swagger-ui-standalone-preset.js*"]


def _static_fingerprint():
    digest = hashlib.sha256(f"{django.__version__} {settings.STORAGES['staticfiles']['BACKEND']}".encode())
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            found = storage.path(path)
            digest.update(f"{found} {storage.size(path)} {storage.get_modified_time(path).timestamp()}\n".encode())
    return digest.hexdigest()


def show_demo():
    """Load the demo story into a Parley that nobody has used yet, and say how to sign in to it while that still holds.

    Only on loopback: whoever reads this terminal owns the machine. The password is kept, so that every later start can
    say it again; once the account has another one, or none, nothing is said.
    """
    # Models exist from django.setup() on, which is later than the top of this file.
    from accounts.models import AuditEvent, User
    from conversations import demo

    kept = settings.DATA_DIR / "demo_password"
    if settings.LOOPBACK and environ.Env().bool("PARLEY_DEMO", True):
        # The trail remembers that there was somebody: who deleted the demo account does not want it back.
        if not User.objects.exists() and not AuditEvent.objects.exists():
            write_private(kept, secrets.token_urlsafe(12))
            say("loading the demo story")
            call_command("load_demo", password=kept.read_text(), stdout=StringIO())
        user = User.objects.with_email(demo.EMAIL)
        if user and kept.exists() and user.check_password(kept.read_text()):
            print(f"Sign in with {demo.EMAIL} and the password {kept.read_text()}")  # noqa: T201 - for the runner


def _database():
    """The database as one may say it aloud: never its password."""
    at = connection.settings_dict
    return f"PostgreSQL {at['NAME'] or at['USER']!r} at {at['HOST'] or 'the local socket'}"


def _in_one_line(error):
    text = " ".join(str(error).split())
    if password := connection.settings_dict["PASSWORD"]:
        text = text.replace(str(password), "…")
    return re.sub(r"^connection failed: ", "", text)


if __name__ == "__main__":
    main()
