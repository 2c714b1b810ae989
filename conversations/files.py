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

    Moved even where the same bytes lie there, so that nobody has to ask.
    """
    hold(workspace_id)
    target = _place(workspace_id, sha256)
    _settle(source)  # the row will be on the disk, so its bytes must be, and their name
    os.replace(source, target)
    _settle(target.parent)


def lend(workspace_id, sha256, *, to):
    """The same bytes, under a second name, for another workspace; False where they are gone. As with `keep`, the caller
    is in the transaction in which it writes the row that names them."""
    for held in {workspace_id, to}:
        hold(held)
    target = _place(to, sha256)
    try:
        os.link(path(workspace_id, sha256), target)
    except FileExistsError:  # it has them already, or is the same
        return True
    except FileNotFoundError:
        return False
    _settle(target.parent)
    return True


def _place(workspace_id, sha256):
    """Its path, whose folders are there, on the disk too."""
    target = path(workspace_id, sha256)
    if not target.parent.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for above in target.parents[1:4]:
            _settle(above)
    return target


def _settle(path):
    """What was written to a file, or which names are in a folder, is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def hold(workspace_id):
    """Until the transaction ends no bytes of the workspace are removed: what lies there, or is put there, can be named.

    Whoever removes has seen that no row names them, which is true of those whose row is not committed yet. One lock for
    all, because an import names thousands at once; those who only keep do not wait for each other.
    """
    _lock("pg_advisory_xact_lock_shared", workspace_id)


def _lock(function, workspace_id):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"files/{workspace_id.hex}"])


def forget(cursor, column, ids):
    """After the surrounding transaction commits, removes the bytes that no attachment names any more. To be called
    before those of `ids` are deleted; `column` says whose ids they are: conversation_id, message_id, id."""
    named = f"{column} = ANY(%s) AND sha256 <> ''"
    cursor.execute(f"SELECT DISTINCT workspace_id, sha256 FROM conversations_attachment WHERE {named}", [ids])  # noqa: S608
    if candidates := cursor.fetchall():
        transaction.on_commit(lambda: _remove_unnamed(candidates))


def _remove_unnamed(candidates):
    for workspace_id in sorted({workspace_id for workspace_id, _ in candidates}):
        digests = [sha256 for workspace, sha256 in candidates if workspace == workspace_id]
        with transaction.atomic(), connection.cursor() as cursor:
            _lock("pg_advisory_xact_lock", workspace_id)
            cursor.execute(
                "SELECT DISTINCT sha256 FROM conversations_attachment WHERE workspace_id = %s AND sha256 = ANY(%s)",
                [workspace_id, digests],
            )
            named = {sha256 for (sha256,) in cursor.fetchall()}
            for sha256 in digests:
                if sha256 not in named:
                    path(workspace_id, sha256).unlink(missing_ok=True)
