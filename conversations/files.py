"""Where attachments' bytes lie: DATA_DIR/files/<workspace>/<two hex digits>/<SHA-256>.

Names come from hashes alone, so no file name of a stranger ever reaches the file system.
"""

from pathlib import Path

from django.conf import settings
from django.db import connection, transaction


def folder(workspace_id):
    return Path(settings.MEDIA_ROOT) / workspace_id.hex


def path(workspace_id, sha256):
    return folder(workspace_id) / sha256[:2] / sha256


def forget(cursor, column, ids):
    """After the surrounding transaction commits, removes the bytes that no attachment names any more. To be called
    before those of `ids` are deleted; `column` says whose ids they are: conversation_id or message_id."""
    named = f"{column} = ANY(%s) AND sha256 <> ''"
    cursor.execute(f"SELECT DISTINCT workspace_id, sha256 FROM conversations_attachment WHERE {named}", [ids])  # noqa: S608
    if candidates := cursor.fetchall():
        transaction.on_commit(lambda: _remove_unnamed(candidates))


def _remove_unnamed(candidates):
    with connection.cursor() as cursor:
        for workspace_id, sha256 in candidates:
            cursor.execute(
                "SELECT 1 FROM conversations_attachment WHERE workspace_id = %s AND sha256 = %s LIMIT 1",
                [workspace_id, sha256],
            )
            if cursor.fetchone() is None:
                path(workspace_id, sha256).unlink(missing_ok=True)
