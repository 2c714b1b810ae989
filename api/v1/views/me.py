from api import specification as spec
from api.v1.dialect import V1
from api.v1.serializers.users import MeSerializer, spell_me


class Me(V1):
    needs_user = False

    @spec.described(answers={200: MeSerializer})
    def get(self, request):
        """Who am I: the user, the workspace, and what the key may do until when."""
        return self.answer(spell_me(request.user, request.auth))
