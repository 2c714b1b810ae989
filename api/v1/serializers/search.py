from rest_framework import serializers

from api.fields import Moment, iso
from conversations.models import Conversation, Message
from conversations.search import COUNTED
from lib.marks import ranges
from lib.text import plain
from lib.typeid import encode

MARKS = "[[start, end], …] of the words that were found, in characters."


class HitSerializer(serializers.Serializer):
    """An item that says what was searched for."""

    object = serializers.ChoiceField(["search.hit"])
    conversation_id = serializers.CharField()
    item_id = serializers.CharField()
    title = serializers.CharField(allow_blank=True, help_text="The conversation’s.")
    role = serializers.CharField()
    model = serializers.CharField(required=False)
    snippet = serializers.CharField(allow_blank=True, help_text="One line of plain text around what was found.")
    marks = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()), help_text=MARKS)
    on_active_branch = serializers.BooleanField()
    created_at = Moment()


class FoundConversationSerializer(serializers.Serializer):
    """A conversation that is called what was searched for."""

    conversation_id = serializers.CharField()
    title = serializers.CharField()
    marks = serializers.ListField(child=serializers.ListField(child=serializers.IntegerField()), help_text=MARKS)
    last_message_at = Moment()


class ResultsSerializer(serializers.Serializer):
    object = serializers.ChoiceField(["list"])
    data = HitSerializer(many=True)
    conversations = FoundConversationSerializer(many=True, help_text="On the first page; with in=title, on every page.")
    next_after = serializers.CharField(allow_null=True, help_text="`after` of the next page; null on the last.")
    has_more = serializers.BooleanField()
    total = serializers.IntegerField(allow_null=True, help_text=f"Counted up to {COUNTED}; null where nobody counted.")
    total_is_exact = serializers.BooleanField()
    notice = serializers.CharField(allow_blank=True, help_text="What was not understood, or not searched, in words.")


def spell_results(results, *, about_titles):
    pairs = [(group.conversation, hit) for group in results.groups for hit in group.hits]
    pairs.sort(key=lambda pair: (pair[1].score, pair[1].created_at, pair[1].id), reverse=True)
    total = results.titles_total if about_titles else results.hits_total
    return {
        "object": "list",
        "data": [_spell_hit(conversation, hit) for conversation, hit in pairs],
        "conversations": [_spell_title(group) for group in results.titles],
        "next_after": results.next_cursor or None,
        "has_more": bool(results.next_cursor),
        "total": None if total is None else min(total, COUNTED),
        "total_is_exact": total is not None and total <= COUNTED,
        "notice": results.notice,
    }


def _spell_hit(conversation, hit):
    snippet, marks = ranges(plain(hit.snippet))
    spelled = {
        "object": "search.hit",
        "conversation_id": encode(Conversation.PREFIX, hit.conversation_id),
        "item_id": hit.external_id or encode(Message.PREFIX, hit.id),
        "title": conversation.title or "",
        "role": hit.role,
        "snippet": snippet,
        "marks": marks,
        "on_active_branch": hit.on_active_branch,
        "created_at": iso(hit.created_at),
    }
    return spelled | ({"model": hit.model} if hit.model else {})


def _spell_title(group):
    title, marks = ranges(group.title)
    return {
        "conversation_id": group.conversation.typeid,
        "title": title,
        "marks": marks,
        "last_message_at": iso(group.conversation.last_message_at),
    }
