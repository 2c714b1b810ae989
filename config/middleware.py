import logging
from contextlib import suppress
from dataclasses import asdict
from ipaddress import ip_address

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from psycopg_pool import PoolTimeout

from config.views import not_now, standalone, unavailable
from lib.asking import read_the_rest
from lib.outage import is_away

log = logging.getLogger("parley.web")


class ClientAddress:
    """Behind a proxy everybody would have its address, and share one limit and one line of the audit trail. What the
    proxy added last to X-Forwarded-For is whom it speaks for; what stands before that, anybody may have sent."""

    def __init__(self, get_response):
        if not settings.BEHIND_PROXY:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request):
        _, _, last = request.headers.get("X-Forwarded-For", "").rpartition(",")
        with suppress(ValueError):
            request.META["REMOTE_ADDR"] = str(ip_address(last.strip()))
        return self.get_response(request)


class ContentSecurity(CSPMiddleware):
    """django-csp's, which puts the same words together for every page. There are as many policies as views that change
    them (its decorators leave marks on the response), and each is remembered."""

    def __init__(self, get_response):
        super().__init__(get_response)
        self.policies = {}

    def process_request(self, request):
        """No nonce: nothing is allowed to stand in a page by one."""

    def process_response(self, request, response):
        if settings.DEBUG or hasattr(response, "_csp_exempt"):
            return super().process_response(request, response)
        parts = self.get_policy_parts(request, response)
        if (key := repr(parts)) not in self.policies:
            self.policies[key] = build_policy(**asdict(parts))
        response.headers.setdefault(HEADER, self.policies[key])
        return response


class DatabaseOutage:
    """A database that is down, full or frozen is 503 or 507, never a 500 with a traceback.

    While it is away nobody is let in to wait for it: whoever stands in the queue behind them would wait longer still.
    What fails outside of a view comes to config.views.server_error.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if is_away():
            return unavailable()
        try:
            return self.get_response(request)
        finally:
            read_the_rest()

    def process_exception(self, request, exception):
        if response := not_now(exception):
            log.error("%s for now: %s", response.reason_phrase, type(exception.__cause__ or exception).__name__)
            if not is_away() and not isinstance(exception.__cause__, PoolTimeout):
                connection.pool.check()  # what broke this connection has broken those that lie in the pool
        return response


class LengthRequired:
    """411 for a body without a Content-Length, which Django takes for none at all. Browsers always send one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return standalone("411.html", 411)
        return self.get_response(request)


class PrivatePages:
    """What a signed-in person sees must not stay in any cache, shared or the browser's, after they sign out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
