"""Who is asking: an API key or a program that was logged in, and the user it acts for. Cookies and gateways' identity
headers are never looked at."""

from rest_framework.authentication import BaseAuthentication

from accounts.models import ApiKey, Login, User
from api.problem import Problem

USER_HEADER = "Parley-User"  # says for whom a key acts: usr_… or an external id


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key or access token>`, or `X-API-Key: <key>`; where both are sent the first counts."""

    # Why nobody is let in. A dialect may say it in its vendor's words.
    missing = "An API key is missing: Authorization: Bearer <key>. One is made under Account → API keys."
    wrong = "This API key is not valid: it is mistyped, revoked or expired."

    def authenticate(self, request):
        secret = self.secret_of(request)
        key = _credential(secret)
        if key is None:
            message = self.wrong if secret else self.missing
            raise Problem(401, "unauthorized", message, headers={"WWW-Authenticate": "Bearer"})
        key.note_use()
        return _user(key, request.META.get("HTTP_PARLEY_USER")), key

    def expected(self, request):
        """What authenticate() returned for this key within the last minute, without a query; None where it is not
        known. The key may have been revoked since: whoever uses this has to check it (Dialect.proves)."""
        if "HTTP_PARLEY_USER" in request.META:
            return None
        key = ApiKey.expected(self.secret_of(request))
        return key and (key.user, key)

    def secret_of(self, request):
        return bearer(request) or request.META.get("HTTP_X_API_KEY", "")


def _credential(secret):
    """The ApiKey or Login that `secret` opens, or None. Its prefix says which of them is asked for."""
    return ApiKey.objects.find(secret) or Login.objects.with_access(secret)


def bearer(request):
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _user(key, name):
    """The user a request is about. None only for a workspace key that does not say for whom it acts."""
    if name is None:
        return key.user
    if not key.may_act_for_others:
        raise Problem(403, "insufficient_scope", f"{USER_HEADER} needs a workspace key or the scope users:write.")
    user = User.objects.filter(workspace=key.workspace_id).named(name)
    if user is None:
        raise Problem(404, "user_not_found", "User not found.")
    return user
