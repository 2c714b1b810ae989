from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.http import HttpResponse
from django.shortcuts import resolve_url
from django.utils.functional import SimpleLazyObject

from accounts import ahead


class Authentication(AuthenticationMiddleware):
    """Django's, except that the user, who is read with the session, is not read again, and that request.user becomes
    the User itself once it is known: a page looks at it two hundred times, and a lazy object is slow each time."""

    def process_request(self, request):
        super().process_request(request)

        def user():
            request.user = request.session.user or get_user(request)
            if request.user.is_authenticated:
                ahead.seen(request.session.session_key, request.user)
            return request.user

        request.user = SimpleLazyObject(user)


class SignInIsAPage:
    """401 for htmx where a browser is redirected to the sign-in page. htmx would follow, and put that page where a
    piece of another one belongs; static/js/missing-pieces.js says what to do instead."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if response.status_code != 302 or not request.htmx:
            return response
        to_sign_in = f"{resolve_url(settings.LOGIN_URL)}?"
        return HttpResponse(status=401) if response["Location"].startswith(to_sign_in) else response
