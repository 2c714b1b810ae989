import re

import brotli
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.middleware.security import SecurityMiddleware

from api.dialects import dialect_of
from api.problem import Problem
from lib.typeid import new_id

_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
_BR = re.compile(r"(?:^|[\s,])br(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))(?=[\s,;]|$)")
_HOSTS = 100  # that are remembered; whoever asks may invent ports
_WORTH_IT = 200  # bytes
_QUALITY = 4  # an eighth less than gzip's best; more costs more and gains nothing
# Unless the view says otherwise.
_ALWAYS = {
    "Access-Control-Allow-Origin": "*",  # keys are sent by programs, never by a browser on its own
    "Access-Control-Expose-Headers": "Content-Disposition, ETag, Idempotency-Replayed, Retry-After, X-Request-Id",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",  # should a browser show it as a page
    "Vary": "Accept-Encoding",
}
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

    What programs ask for goes past the middleware of pages, straight to PagesEnd: sessions, forms and notices are none
    of theirs, and all that looks at an answer once more took a quarter of the time of an append. So what holds for both
    is done here as well: HTTPS, hosts, compression.
    """

    def __init__(self, get_response):
        self.get_response, self.get_answer = get_response, convert_exception_to_response(self._past_pages)
        self.security, self.gzip = SecurityMiddleware(get_response), GZipMiddleware(get_response)
        self.always, self.hosts = {secure: self._on_every_answer(secure) for secure in (True, False)}, set()

    def __call__(self, request):
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        request.id = given if _REQUEST_ID.fullmatch(given) else new_id().hex
        request.dialect = dialect = dialect_of(request.path_info)
        if dialect is None:
            return self.get_response(request)
        if request.method == "OPTIONS":
            response = HttpResponse(status=204, headers=_PREFLIGHT)
        else:
            response = self.get_answer(request)
        if response.status_code >= 400 and not getattr(response, "is_dialects_own", False):
            response = self._translated(dialect, request, response)
        headers = response.headers
        # Django's own way looks at every letter, every time.
        headers._store = self.always[request.is_secure()] | headers._store
        headers["X-Request-Id"] = request.id
        if response.status_code in (204, 304):
            del headers["Content-Type"]  # of nothing
        elif not response.streaming:
            headers["Content-Length"] = str(len(response.content))
        return self._compressed(request, response) if "HTTP_ACCEPT_ENCODING" in request.META else response

    def _past_pages(self, request):
        """Raises DisallowedHost, of which Django makes a page."""
        if redirect := self.security.process_request(request):
            return redirect
        if (host := request.META.get("HTTP_HOST")) not in self.hosts:
            request.get_host()  # as CommonMiddleware would: one that is none of ours is refused
            if len(self.hosts) < _HOSTS:
                self.hosts.add(host)
        return PagesEnd.passed(request)

    def _on_every_answer(self, secure):
        """{lower name: (name, value)}, as Django keeps headers: ours, and those of its SecurityMiddleware."""
        request, response = HttpRequest(), HttpResponse(headers=_ALWAYS)
        request._get_scheme = lambda: "https" if secure else "http"
        del response["Content-Type"]
        return self.security.process_response(request, response).headers._store

    def _translated(self, dialect, request, page):
        code, message = _OUTSIDE.get(page.status_code, ("internal_error", "Something failed here. It was logged."))
        kept = {name: page[name] for name in ("Retry-After", "Allow") if name in page}
        return dialect.refuse(request, Problem(page.status_code, code, message, headers=kept))

    def _compressed(self, request, response):
        """br for the programs that take it, which Django does not know; else gzip for those that take that.

        Nobody can make a stranger's program ask, as a page could make a browser, so the length of an answer tells
        nothing.
        """
        if response.streaming or not _BR.search(request.META["HTTP_ACCEPT_ENCODING"]):
            return self.gzip.process_response(request, response)
        if len(response.content) >= _WORTH_IT and "Content-Encoding" not in response:
            response.content = brotli.compress(response.content, quality=_QUALITY)
            response["Content-Encoding"], response["Content-Length"] = "br", str(len(response.content))
            if response.get("ETag", "").startswith('"'):
                response["ETag"] = f"W/{response['ETag']}"  # the same thing, in other bytes
        return response


class PagesEnd:
    """Where the middleware of pages ends. It is made before ApiAnswers, as Django makes the innermost first."""

    passed = None  # what comes behind it

    def __init__(self, get_response):
        PagesEnd.passed = self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
