"""The answers that belong to no app: health, and the pages of last resort."""

import errno
import sys

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpResponse, JsonResponse
from django.template import Context
from django.template.loader import get_template
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

# PostgreSQL's classes for what passes by itself: connection trouble, resources used up, an operator's intervention.
PASSING = ("08", "53", "57")
DISK_FULL = "53100"
READ_ONLY = "25006"  # as a standby is


@require_safe
@never_cache
def healthz(request):
    """200 while the database answers; config.middleware.DatabaseOutage says 503 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request, exception=None):
    too_large = isinstance(exception, RequestDataTooBig)
    return standalone("413.html", 413) if too_large else standalone("400.html", 400)


def forbidden(request, exception=None, reason=""):
    return standalone("403.html", 403)


def not_found(request, exception=None):
    return standalone("404.html", 404)


def server_error(request):
    """Called while the error is being handled: what failed in a middleware's hands may be no mistake of ours either."""
    return not_now(sys.exception()) or standalone("500.html", 500)


def not_now(error):
    """The answer to what is nobody's mistake and passes: a full disk, a database that is away. None for all else."""
    state = getattr(error.__cause__, "sqlstate", None)
    if state == DISK_FULL or (isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}):
        return standalone("507.html", 507)
    if isinstance(error, InterfaceError):
        return unavailable()
    if state == READ_ONLY:
        connection.close()  # after a failover: the next one may lead to the server that writes
        return unavailable()
    if isinstance(error, OperationalError) and (state is None or state.startswith(PASSING)):
        return unavailable()
    return None


def unavailable():
    response = standalone("503.html", 503)
    response["Retry-After"] = "5"
    return response


def standalone(name, status):
    """An error page may be shown because the database or a context processor failed, so it uses neither."""
    return HttpResponse(get_template(name).template.render(Context()), status=status)
