import os
from functools import lru_cache

import django
from django.core.handlers.wsgi import WSGIHandler
from django.urls import get_resolver

from config.bodies import whole
from lib.sql import drop_broken
from sharing.kept import kept

ADDRESSES = 4096  # paths whose views are remembered


class Handler(WSGIHandler):
    def __call__(self, environ, start_response):
        drop_broken()
        return super().__call__(environ, start_response)

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
application = whole(kept(Handler()))
