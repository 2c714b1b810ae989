from django.db import transaction

from accounts.models import ClientSettings
from accounts.models.client_settings import object_at
from api import specification as spec
from api.problem import invalid
from api.v1.dialect import V1, digest_of
from api.v1.serializers.settings import PreferencesInput, PreferencesSerializer

PREFERENCES = "preferences"


class SettingsView(V1):
    """What both addresses share: they show the object, or a part of it."""

    def shown(self, value):
        spelled = self.spell(value)
        return self.answer(spelled, etag=digest_of(spelled))

    def change(self, changes, **where):
        with transaction.atomic():
            row = ClientSettings.locked(self.request.user)
            self.check_unchanged(digest_of(self.spell(row.value)))
            row.change(changes, **where)
        return self.shown(row.value)


class Settings(SettingsView):
    @spec.described(answers={200: spec.OBJECT})
    def get(self, request):
        """What your programs remember of your choices: one object, in their own words."""
        return self.shown(ClientSettings.of(request.user))

    @spec.described(takes=spec.OBJECT, answers={200: spec.OBJECT}, if_match=True)
    def patch(self, request):
        """Changes the keys that are sent, and takes away those that are null."""
        changes = self.body()
        if not isinstance(changes, dict):
            raise invalid("The body", "must be an object.")
        return self.change(changes)

    def spell(self, value):
        return value


class Preferences(SettingsView):
    @spec.described(answers={200: PreferencesSerializer})
    def get(self, request):
        """The part of the settings that is called preferences."""
        return self.shown(ClientSettings.of(request.user))

    @spec.described(takes=PreferencesInput, answers={200: PreferencesSerializer}, if_match=True)
    def patch(self, request):
        """Changes the keys that are sent, and takes away those that are null."""
        return self.change(self.payload(PreferencesInput)[PREFERENCES], below=PREFERENCES)

    def spell(self, value):
        return {PREFERENCES: object_at(value, PREFERENCES)}
