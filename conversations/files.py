"""Where attachments' bytes lie: DATA_DIR/files/<workspace>/<two hex digits>/<SHA-256>.

Names come from hashes alone, so no file name of a stranger ever reaches the file system.
"""

import os
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction


def folder(workspace_id):
    return Path(settings.MEDIA_ROOT) / workspace_id.hex


def path(workspace_id, sha256):
    return folder(workspace_id) / sha256[:2] / sha256


def keep(workspace_id, sha256, source):
    """Moves the file `source` to its place. The caller is in the transaction in which it writes the row that names it.

    Moved even where the same bytes lie there: they may be about to go, with the last row that named them.
    """
    with connection.cursor() as cursor:
        _lock(cursor, workspace_id, sha256)
    target = path(workspace_id, sha256)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as file:
        os.fsync(file.fileno())  # the row will be on the disk, so its bytes must be
    os.replace(source, target)


def _lock(cursor, workspace_id, sha256):
    """Until the transaction ends nobody else keeps or removes these bytes."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{workspace_id.hex}/{sha256}"])


def forget(cursor, column, ids):
    """After the surrounding transaction commits, removes the bytes that no attachment names any more. To be called
    before those of `ids` are deleted; `column` says whose ids they are: conversation_id, message_id, id."""
    named = f"{column} = ANY(%s) AND sha256 <> ''"
    cursor.execute(f"SELECT DISTINCT workspace_id, sha256 FROM conversations_attachment WHERE {named}", [ids])  # noqa: S608
    if candidates := cursor.fetchall():
        transaction.on_commit(lambda: _remove_unnamed(candidates))


def _remove_unnamed(candidates):
    for workspace_id, sha256 in candidates:
        with transaction.atomic(), connection.cursor() as cursor:
            _lock(cursor, workspace_id, sha256)
            cursor.execute(
                "SELECT 1 FROM conversations_attachment WHERE workspace_id = %s AND sha256 = %s LIMIT 1",
                [workspace_id, sha256],
            )
            if cursor.fetchone() is None:
                path(workspace_id, sha256).unlink(missing_ok=True)
