import logging
from contextlib import suppress
from dataclasses import asdict
from ipaddress import ip_address

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed, ObjectDoesNotExist

from config.views import not_found, not_now, standalone, unavailable
from lib.asking import read_the_rest
from lib.outage import is_away

log = logging.getLogger("parley.web")


class ClientAddress:
    """The client's address instead of the proxy's, for rate limits and the audit trail. Only the last address in
    X-Forwarded-For is the proxy's word; anybody may have sent those before it."""

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
    """django-csp's, which builds the policy anew for every page. There are only as many as there are combinations of
    its decorators on views, so each is built once."""

    def __init__(self, get_response):
        super().__init__(get_response)
        self.policies = {}

    def process_request(self, request):
        """No nonce: our policy allows nothing by one."""

    def process_response(self, request, response):
        if settings.DEBUG or hasattr(response, "_csp_exempt"):
            return super().process_response(request, response)
        parts = self.get_policy_parts(request, response)
        if (key := repr(parts)) not in self.policies:
            self.policies[key] = build_policy(**asdict(parts))
        response.headers.setdefault(HEADER, self.policies[key])
        return response


class DatabaseOutage:
    """503 or 507 where the database is down, full or frozen, never a 500 with a traceback.

    While it is away every request is refused at once: those that waited for it would hold up all behind them. Errors
    outside of a view come to config.views.server_error.
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
        return response


class Gone:
    """404 where a view has loaded a row, and somebody else deleted it before the view could lock it: whatever raises a
    model's DoesNotExist."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, ObjectDoesNotExist):
            return None
        log.warning("gone, or a mistake of ours: %s", exception, exc_info=exception)
        return not_found(request)


class LengthRequired:
    """411 for a body without a Content-Length, which Django would take for no body. Browsers always send one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return standalone("411.html", 411)
        return self.get_response(request)


class PrivatePages:
    """What a signed-in person sees must not be in any cache, a proxy's or the browser's, after they signed out."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store, private")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
