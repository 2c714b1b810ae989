from accounts.models import ClientSettings
from accounts.models.client_settings import object_at
from api import specification as spec
from api.problem import invalid
from api.v1.dialect import V1
from api.v1.serializers.settings import PreferencesInput, PreferencesSerializer

PREFERENCES = "preferences"


class Settings(V1):
    @spec.described(answers={200: spec.OBJECT})
    def get(self, request):
        """What your programs remember of your choices: one object, in their own words."""
        return self.answer(ClientSettings.of(request.user))

    @spec.described(takes=spec.OBJECT, answers={200: spec.OBJECT})
    def patch(self, request):
        """Changes the keys that are sent, and takes away those that are null."""
        changes = self.body()
        if not isinstance(changes, dict):
            raise invalid("The body", "must be an object.")
        return self.answer(ClientSettings.change(request.user, changes))


class Preferences(V1):
    @spec.described(answers={200: PreferencesSerializer})
    def get(self, request):
        """The part of the settings that is called preferences."""
        return self.one(ClientSettings.of(request.user))

    @spec.described(takes=PreferencesInput, answers={200: PreferencesSerializer})
    def patch(self, request):
        """Changes the keys that are sent, and takes away those that are null."""
        changes = self.payload(PreferencesInput)[PREFERENCES]
        return self.one(ClientSettings.change(request.user, changes, below=PREFERENCES))

    def one(self, settings):
        return self.answer({PREFERENCES: object_at(settings, PREFERENCES)})
