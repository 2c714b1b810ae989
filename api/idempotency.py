"""The same POST twice makes one thing: an `Idempotency-Key` gets its first answer again.

The record and what the request does are one transaction. A second request with the key waits on the record's row until
the first has ended, then finds its answer, or, where the first failed, does the work itself. So there is no "in
progress" that a crash could leave behind. Refusals are not kept: a request that was mended may use its key again.
"""

import hashlib

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from psycopg.errors import LockNotAvailable

from api.models import IdempotencyRecord
from api.problem import Problem

KEY_LIMIT = 255


def once(user, key, digest, answer):
    """`answer()`, or what it answered to the request with this digest before. Raises Problem (409, 422)."""
    try:
        with transaction.atomic():
            if _claim(user, key, digest):
                return _keep(user, key, answer())
            return _repeat(IdempotencyRecord.objects.get(user=user, key=key), digest)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Problem(
                409, "in_progress", "The first request with this key is still running.", headers={"Retry-After": "1"}
            ) from None
        raise


def _claim(user, key, digest):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        # A key is good for a day. This one, if it is older, and some others that are: nobody else sweeps them.
        cursor.execute(
            """
            DELETE FROM api_idempotencyrecord WHERE id IN (
                (SELECT id FROM api_idempotencyrecord
                 WHERE user_id = %s AND key = %s AND created_at < now() - interval '1 day')
                UNION ALL
                (SELECT id FROM api_idempotencyrecord
                 WHERE created_at < now() - interval '1 day' ORDER BY created_at LIMIT 10)
            )
            """,
            [user.pk, key],
        )
        cursor.execute(
            "INSERT INTO api_idempotencyrecord (user_id, key, request_digest, content_type, created_at)"
            " VALUES (%s, %s, %s, '', now()) ON CONFLICT DO NOTHING",
            [user.pk, key, digest],
        )
        return cursor.rowcount == 1


def _keep(user, key, response):
    if response.status_code >= 400:
        transaction.set_rollback(True)
    else:
        IdempotencyRecord.objects.filter(user=user, key=key).update(
            status=response.status_code, answer=response.content, content_type=response.headers["Content-Type"]
        )
    return response


def _repeat(record, digest):
    if bytes(record.request_digest) != digest:
        raise Problem(422, "idempotency_key_reused", "This Idempotency-Key was used for another request.")
    response = HttpResponse(bytes(record.answer), status=record.status, content_type=record.content_type)
    response["Idempotency-Replayed"] = "true"
    return response


def digest_of(request, body):
    """What makes two requests the same: method, address, and a body or what stands for it."""
    return hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode() + body).digest()
