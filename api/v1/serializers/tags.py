import unicodedata

from rest_framework import serializers

from api.fields import Input, Moment, Text
from conversations import limits
from lib.times import iso

NAME = f"1 to {limits.TAG} characters, without control characters; spaces around it are cut."


# At least one character that is seen, and none that steers a terminal.
SHOWN = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*$"


class TagInput(Input):
    name = Text(help_text=NAME, pattern=SHOWN, said=f"must be {NAME}", max_length=limits.TAG)

    def validate_name(self, name):
        name = name.strip()
        if not 0 < len(name) <= limits.TAG or any(unicodedata.category(character) == "Cc" for character in name):
            raise serializers.ValidationError(f"must be {NAME}")
        return name


class TagSerializer(serializers.Serializer):
    """A word that its owner hangs on conversations. Nobody else sees it."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["tag"])
    name = serializers.CharField()
    conversation_count = serializers.IntegerField(required=False, help_text="Where one tag or all of them are read.")
    created_at = Moment()


def spell_tag(tag):
    spelled = {"id": tag.typeid, "object": "tag", "name": tag.name, "created_at": iso(tag.created_at)}
    if hasattr(tag, "conversation_count"):
        spelled["conversation_count"] = tag.conversation_count
    return spelled
