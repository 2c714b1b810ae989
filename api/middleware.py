import re
import uuid

import brotli
from django.http import HttpResponse
from django.utils.cache import patch_vary_headers

from api.dialects import dialect_of
from api.problem import Problem

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_BR = re.compile(r"(?:^|[\s,])br(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))(?=[\s,;]|$)")
_WORTH_IT = 200  # bytes
_QUALITY = 4  # an eighth less than gzip's best; more costs more and gains nothing
_CORS = {
    "Access-Control-Allow-Origin": "*",  # keys are sent by programs, never by a browser on its own
    "Access-Control-Expose-Headers": "ETag, Idempotency-Replayed, Retry-After, X-Request-Id",
}
_POLICY = "default-src 'none'; frame-ancestors 'none'"  # should a browser ever show an answer as a page
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": (
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
        "Parley-Share-Password, Parley-User, X-API-Key, X-Request-Id"
    ),
    "Access-Control-Max-Age": "86400",
}
# What a refusal that never reached a view means; the text of the page that stands there is for people.
_OUTSIDE = {
    400: ("invalid_request", "The request could not be read."),
    403: ("forbidden", "Not allowed."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "Method not allowed."),
    411: ("length_required", "The request has a body and no Content-Length."),
    413: ("body_too_large", "The body is too large."),
    431: ("invalid_request", "The headers are too large."),
    503: ("unavailable", "The database does not answer. Try again in a few seconds."),
    507: ("disk_full", "The disk of this server is full."),
}


class ApiAnswers:
    """Below an API's prefix every answer is the dialect's, a refusal made before or outside a view too.

    Outermost, because Django answers some requests (a bad host, a body too large, a fault) before any view sees them.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request.dialect = dialect = dialect_of(request.path_info)
        if dialect is None:
            return self.get_response(request)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=_PREFLIGHT)
        else:
            response = self.get_response(request)
        if response.status_code >= 400 and not getattr(response, "is_dialects_own", False):
            response = self._translated(dialect, request, response)
        for name, value in _CORS.items():
            response[name] = value
        response["X-Request-Id"] = request.id
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        if response.status_code == 204:
            del response.headers["Content-Type"]  # of nothing
        elif not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response

    def _translated(self, dialect, request, page):
        code, message = _OUTSIDE.get(page.status_code, ("internal_error", "Something failed here. It was logged."))
        kept = {name: page[name] for name in ("Retry-After", "Allow") if name in page}
        return dialect.refuse(request, Problem(page.status_code, code, message, headers=kept))


class Brotli:
    """br for the programs that take it: Django's own middleware knows gzip alone, and leaves what is encoded already.

    Nobody can make a stranger's program ask, as a page could make a browser, so the length of an answer tells nothing.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.dialect and not response.streaming and "Content-Encoding" not in response:
            patch_vary_headers(response, ["Accept-Encoding"])
            if _BR.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) and len(response.content) >= _WORTH_IT:
                response.content = brotli.compress(response.content, quality=_QUALITY)
                response["Content-Encoding"], response["Content-Length"] = "br", str(len(response.content))
                if response.get("ETag", "").startswith('"'):
                    response["ETag"] = f"W/{response['ETag']}"  # the same thing, in other bytes
        return response


class PastPages:
    """Sends the requests of programs straight to PagesEnd, past the middleware in between, which is for pages:
    sessions, forms and notices took a fifth of the time of checking a key."""

    def __init__(self, get_response):
        self.get_response, self.get_answer = get_response, PagesEnd.passed

    def __call__(self, request):
        if request.dialect is None:
            return self.get_response(request)
        request.get_host()  # as CommonMiddleware would: a host that is none of ours is refused
        return self.get_answer(request)


class PagesEnd:
    """Where the middleware of pages ends. It is made before PastPages, as Django makes the innermost first."""

    passed = None  # what comes behind it

    def __init__(self, get_response):
        PagesEnd.passed = self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
