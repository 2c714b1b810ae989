"""Who is asking: an API key, and the user it acts for. Cookies and gateways' identity headers are never looked at."""

from rest_framework.authentication import BaseAuthentication

from accounts.models import ApiKey, User
from api.problem import Problem

ACTING_FOR = "Parley-User"  # a header: usr_… or an external id


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer rk_…`, or `X-API-Key: rk_…`; where both are sent the first counts."""

    def authenticate(self, request):
        secret = _bearer(request.headers.get("Authorization", "")) or request.headers.get("X-API-Key", "")
        key = ApiKey.objects.find(secret) if secret else None
        if key is None:
            raise Problem(
                401,
                "unauthorized",
                "This API key is not valid." if secret else "An API key is missing: Authorization: Bearer <key>.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        key.note_use()
        return _user(key, request.headers.get(ACTING_FOR)), key


def _bearer(header):
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _user(key, name):
    """The user a request is about. None only for a workspace key that does not say for whom it acts."""
    if name is None:
        return key.user
    if not key.may_act_for_others:
        raise Problem(403, "insufficient_scope", f"{ACTING_FOR} needs a workspace key or the scope users:write.")
    user = User.objects.filter(workspace=key.workspace_id).named(name)
    if user is None:
        raise Problem(404, "user_not_found", "User not found.")
    return user
