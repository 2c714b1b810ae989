from django.db import transaction
from django.http import HttpResponse

from accounts.models import ApiKey
from api.problem import Problem, not_found
from api.raven.dialect import Raven
from api.raven.serializers.keys import KeyInput, spell_key, spell_new


class KeyView(Raven):
    scope = "tenant:admin"

    def keys(self):
        return ApiKey.objects.filter(workspace=self.request.auth.workspace_id)


class Keys(KeyView):
    def get(self, request):
        """All keys of the workspace, newest first, also those that are revoked."""
        return self.listed("api_keys", self.keys().order_by("-pk"), spell_key)

    @transaction.atomic
    def post(self, request):
        """A key can hand out what it has: its own scopes, and where it is one user's, that user."""
        fields = self.payload(KeyInput)
        if lacking := sorted(set(fields["scopes"]) - set(request.auth.scopes)):
            raise Problem(
                403, "insufficient_scope", f"This key lacks the scope {lacking[0]}, which it should hand out."
            )
        user = self.user(fields["user_id"]) if "user_id" in fields else request.user
        key, secret = ApiKey.objects.mint(
            workspace=request.auth.workspace, user=user, name=fields["name"], scopes=fields["scopes"]
        )
        self.record("apikey.create", key, scopes=key.scopes)
        return self.answer(spell_new(key, secret), 201)

    def user(self, name):
        found = self.users().named(name)
        if found is None or (found != self.request.user and not self.request.auth.may_act_for_others):
            raise not_found("user")
        return found

    def idempotency_key(self):
        return ""  # the answer holds a secret, and would have to be kept to be given again


class OneKey(KeyView):
    def delete(self, request, key):
        """Refused from then on, at every prefix."""
        found = self.found(self.keys(), key, noun="key")
        if found.revoke():
            self.record("apikey.revoke", found)
        return HttpResponse(status=204)
