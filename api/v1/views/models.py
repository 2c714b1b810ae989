from django.conf import settings

from api import specification as spec
from api.v1.dialect import V1
from api.v1.serializers.models import ModelSerializer, spell_model


class Models(V1):
    needs_user = False

    @spec.described(answers={200: spec.whole_list(ModelSerializer)})
    def get(self, request):
        """The models that may be asked: the one that this server is configured with, or none."""
        names = [settings.MODEL_NAME] if settings.MODEL_BASE_URL else []
        return self.answer({"object": "list", "data": [spell_model(name) for name in names]})
