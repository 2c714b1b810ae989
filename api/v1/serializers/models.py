from rest_framework import serializers


class ModelSerializer(serializers.Serializer):
    id = serializers.CharField(help_text="Its name, as regenerate takes it.")
    object = serializers.ChoiceField(["model"])
    created = serializers.IntegerField(help_text="Always 0: nobody here knows.")
    owned_by = serializers.CharField()


def spell_model(name):
    return {"id": name, "object": "model", "created": 0, "owned_by": "parley"}
