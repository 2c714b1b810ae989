from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.utils.functional import SimpleLazyObject


class Authentication(AuthenticationMiddleware):
    """Django's, except that the user who came with the session is not read a second time."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: request.session.user or get_user(request))
