from rest_framework import serializers

from accounts.models.client_settings import LIMIT
from api.fields import Input, Object


class PreferencesInput(Input):
    preferences = Object(limit=LIMIT)


class PreferencesSerializer(serializers.Serializer):
    preferences = serializers.DictField()
