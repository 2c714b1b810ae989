from django.db import transaction

from accounts.models import ApiKey, Login
from api.problem import Problem
from api.r2r.dialect import unknown
from api.r2r.serializers.users import ABOUT, NAME, spell_key, spell_new_key
from api.r2r.views.users import UserView


class KeyView(UserView):
    def check_logged_in(self):
        """A key that got into wrong hands must not make itself at home: keys are made by people."""
        if not isinstance(self.request.auth, Login):
            raise Problem(403, "forbidden", "API keys are made and revoked by whoever logged in with a password.")


class Keys(KeyView):
    def get(self, request, user):
        keys = self.user(self.asked(), user).api_keys.live().order_by("-created_at", "-id")
        rows = [spell_key(key) for key in keys]
        return self.results(rows, len(rows))

    def post(self, request, user):
        """The secret is shown now and never again."""
        asked = self.asked()
        name, description = asked.text("name", most=NAME), asked.text("description", most=ABOUT)
        found = self.user(asked, user)
        self.check_logged_in()
        if found.api_keys.live().count() >= ApiKey.LIMIT:
            raise Problem(400, "too_many_keys", f"There are {ApiKey.LIMIT} keys that work. Revoke one first.")
        with transaction.atomic():
            key, secret = ApiKey.objects.mint(
                workspace=found.workspace, user=found, name=name or "", description=description or ""
            )
            self.record("apikey.create", key, scopes=key.scopes)
        return self.result(spell_new_key(key, secret))


class OneKey(KeyView):
    def delete(self, request, user, key):
        asked = self.asked()
        pk = asked.path_id("key_id", key)
        found = self.user(asked, user).api_keys.live().filter(pk=pk).first()
        self.check_logged_in()
        if found is None:
            raise unknown("API key", pk)
        if found.revoke():
            self.record("apikey.revoke", found)
        return self.result({"success": True})
