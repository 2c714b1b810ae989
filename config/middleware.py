import logging

from django.db import InterfaceError, OperationalError

from config.views import standalone

log = logging.getLogger("parley.web")

# PostgreSQL's classes for what passes by itself: connection trouble, resources used up, an operator's intervention.
PASSING = ("08", "53", "57")


class DatabaseOutage:
    """A database that is down, full or frozen is 503 with Retry-After, never a 500 with a traceback."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not is_outage(exception):
            return None
        log.error("the database does not answer: %s", type(exception).__name__)
        response = standalone("503.html", 503)
        response["Retry-After"] = "5"
        return response


def is_outage(exception):
    if isinstance(exception, InterfaceError):
        return True
    state = getattr(exception.__cause__, "sqlstate", None)
    return isinstance(exception, OperationalError) and (state is None or state.startswith(PASSING))


class PrivatePages:
    """What a signed-in person sees must not stay in any cache, shared or the browser's, after they sign out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store, private"
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
