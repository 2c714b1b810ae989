from rest_framework import serializers


class LeftOutSerializer(serializers.Serializer):
    older = serializers.IntegerField(help_text="Items that did not fit, from the oldest turn on.")
    untold = serializers.IntegerField(
        help_text="Items behind them that no model is told: reasoning, errors, files alone, calls without a result."
    )


class ContextSerializer(serializers.Serializer):
    """What a model would be told of a conversation."""

    object = serializers.ChoiceField(["conversation.context"])
    conversation_id = serializers.CharField()
    branch = serializers.CharField()
    format = serializers.ChoiceField(["openai", "text"])
    messages = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="format=openai: as chat completions take them."
    )
    text = serializers.CharField(required=False, allow_blank=True, help_text="format=text: the same, to be pasted.")
    token_count = serializers.IntegerField(
        help_text="An estimate that knows no model: UTF-8 bytes divided by 4, and 4 for each message."
    )
    max_tokens = serializers.IntegerField()
    item_count = serializers.IntegerField(help_text="Items that are in it; a project’s instruction is none.")
    left_out = LeftOutSerializer()


def spell_context(context, conversation, branch, *, kind, max_tokens):
    said = {"messages": context.messages} if kind == "openai" else {"text": context.as_text()}
    return {
        "object": "conversation.context",
        "conversation_id": conversation.typeid,
        "branch": branch.name,
        "format": kind,
        **said,
        "token_count": context.tokens,
        "max_tokens": max_tokens,
        "item_count": context.told,
        "left_out": {"older": context.older, "untold": context.untold},
    }
