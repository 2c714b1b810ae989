"""The answers that belong to no app: health, and the pages of last resort."""

from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.template import Context
from django.template.loader import get_template
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request):
    """200 while the database answers; config.middleware.DatabaseOutage says 503 when it does not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def bad_request(request, exception=None):
    return standalone("400.html", 400)


def forbidden(request, exception=None, reason=""):
    return standalone("403.html", 403)


def not_found(request, exception=None):
    return standalone("404.html", 404)


def server_error(request):
    return standalone("500.html", 500)


def standalone(name, status):
    """An error page may be shown because the database or a context processor failed, so it uses neither."""
    return HttpResponse(get_template(name).template.render(Context()), status=status)
