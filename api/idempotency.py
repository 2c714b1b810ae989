"""The same POST twice makes one thing: an `Idempotency-Key` gets its first answer again.

The record and what the request does are one transaction. A second request with the key waits on the record's row until
the first has ended, then finds its answer, or, where the first failed, does the work itself. So there is no "in
progress" that a crash could leave behind. Refusals are not kept: a request that was mended may use its key again.

Where a request waits for a model no transaction may last as long. Then the record comes first, without an answer, and
what is written when the wait is over is one transaction with the answer. Meanwhile a second request is told so (409). A
record that a crash left behind is good for as long as the wait could have taken, and then anybody's.
"""

import hashlib
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from psycopg.errors import LockNotAvailable

from api.models import IdempotencyRecord
from api.problem import Problem

KEY_LIMIT = 255


def once(user, key, digest, answer):
    """`answer()`, or what it answered to the request with this digest before. Raises Problem (409, 422)."""
    with _claimed(user, key, digest) as record:
        if record is None:
            return _repeat(user, key, digest)
        response = answer()
        if response.status_code >= 400:
            transaction.set_rollback(True)
        else:
            _keep(record, response)
        return response


def once_waiting(user, key, digest, *, ask, store, patience):
    """The same of `store(ask())`, where `ask` waits, for less than `patience` seconds. Both refuse by raising."""
    with _claimed(user, key, digest, patience) as record:
        if record is None:
            return _repeat(user, key, digest)
    try:
        asked = ask()
        with transaction.atomic():
            if not IdempotencyRecord.objects.select_for_update().filter(pk=record).exists():
                raise _in_progress()  # it took longer than anybody should have waited: somebody else does it now
            response = store(asked)
            _keep(record, response)
        return response
    except BaseException:
        IdempotencyRecord.objects.filter(pk=record).delete()
        raise


@contextmanager
def _claimed(user, key, digest, patience=0):
    """A transaction, and in it the id of the record that is new; None where there is one of that key."""
    try:
        with transaction.atomic():
            yield _claim(user, key, digest, patience)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise _in_progress() from None
        raise


def _claim(user, key, digest, patience):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        # A key is good for a day. Each request deletes its own where that is older, and some others that are, because
        # nothing else does: but none that another request deletes, which would be waited for until that has ended.
        cursor.execute(
            """
            DELETE FROM api_idempotencyrecord WHERE id IN (
                SELECT id FROM api_idempotencyrecord
                WHERE user_id = %(user)s AND key = %(key)s AND (
                    created_at < now() - interval '1 day'
                    OR status IS NULL AND request_digest = %(digest)s
                       AND created_at < now() - make_interval(secs => %(patience)s)
                )
                UNION ALL
                SELECT id FROM (
                    SELECT id FROM api_idempotencyrecord WHERE created_at < now() - interval '1 day'
                    ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED
                ) AS old
            )
            """,
            {"user": user.pk, "key": key, "digest": digest, "patience": patience},
        )
        cursor.execute(
            "INSERT INTO api_idempotencyrecord (user_id, key, request_digest, content_type, created_at)"
            " VALUES (%s, %s, %s, '', now()) ON CONFLICT DO NOTHING RETURNING id",
            [user.pk, key, digest],
        )
        new = cursor.fetchone()
        return new and new[0]


def _keep(record, response):
    IdempotencyRecord.objects.filter(pk=record).update(
        status=response.status_code,
        answer=response.content,
        content_type=response.headers["Content-Type"],
        etag=response.headers.get("ETag", ""),
    )


def _repeat(user, key, digest):
    record = IdempotencyRecord.objects.filter(user=user, key=key).first()
    if record and bytes(record.request_digest) != digest:
        raise Problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    if record is None or record.status is None:  # it waits, or has just failed
        raise _in_progress()
    response = HttpResponse(bytes(record.answer), status=record.status, content_type=record.content_type)
    response["Idempotency-Replayed"] = "true"
    if record.etag:
        response["ETag"] = record.etag
    return response


def _in_progress():
    message = "The first request with this key is still running."
    return Problem(409, "in_progress", message, headers={"Retry-After": "1"})


def digest_of(request, body):
    """What makes two requests the same: method, address, and a body or what stands for it."""
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + body).digest()
