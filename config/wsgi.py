import os
from functools import lru_cache

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.signals import request_started
from django.http import QueryDict
from django.urls import get_resolver
from django.utils.functional import cached_property

from config.bodies import whole
from lib.sql import drop_broken
from sharing.kept import kept

ADDRESSES = 4096  # paths whose views are remembered


class Request(WSGIRequest):
    @cached_property
    def GET(self):  # noqa: N802
        return super().GET if self.META.get("QUERY_STRING") else _NOTHING_ASKED


class Handler(WSGIHandler):
    request_class = Request

    def __call__(self, environ, start_response):
        """Django's own goes through the headers once more, notes below which path Parley stands (none), and knows a way
        of serving files that Granian does not have."""
        drop_broken()
        request_started.send(sender=self.__class__, environ=environ)
        request = self.request_class(environ)
        response = self.get_response(request)
        response._handler_class = self.__class__
        cookies = [("Set-Cookie", cookie.output(header="")) for cookie in response.cookies.values()]
        start_response(
            f"{response.status_code} {response.reason_phrase}", [*response.headers._store.values(), *cookies]
        )
        return response

    def resolve_request(self, request):
        """Remembered by path: programs ask for the same ones again, and resolving goes through three lists of
        patterns."""
        request.resolver_match = _view_at(request.path_info)
        return request.resolver_match


@lru_cache(maxsize=ADDRESSES)
def _view_at(path):
    return get_resolver().resolve(path)


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)
_NOTHING_ASKED = QueryDict()
application = whole(kept(Handler()))
