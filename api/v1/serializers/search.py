from django.utils import timezone
from rest_framework import serializers

from api.fields import Moment
from conversations.models import Conversation, Message
from conversations.search import COUNTED
from lib.marks import ranges
from lib.text import plain
from lib.times import iso
from lib.typeid import encode
from projects.models import Project

NONE = "none"  # in no project
HERE = "here"  # imported from nowhere
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


class FacetSerializer(serializers.Serializer):
    """How many of the hits its parameter would leave, given this value."""

    value = serializers.CharField()
    name = serializers.CharField(required=False, help_text="A project’s.")
    count = serializers.IntegerField(allow_null=True, help_text="null where counting takes too long.")


class MonthSerializer(serializers.Serializer):
    """How many of the hits are of a month of the server’s calendar."""

    value = serializers.CharField(help_text="2026-11")
    created_after = Moment()
    created_before = Moment()
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer):
    """Of each parameter the values that the hits have, the most frequent first; months, the newest first."""

    object = serializers.ChoiceField(["search.facets"])
    total = serializers.IntegerField(help_text="The hits that were counted.")
    total_is_exact = serializers.BooleanField(help_text="false: there are more, older ones.")
    role = FacetSerializer(many=True)
    model = FacetSerializer(many=True)
    project_id = FacetSerializer(many=True)
    tag = FacetSerializer(many=True)
    source = FacetSerializer(many=True)
    has = FacetSerializer(many=True)
    branch = FacetSerializer(many=True, help_text="Only abandoned, where something is.")
    month = MonthSerializer(many=True)


def spell_facets(facets):
    return {
        "object": "search.facets",
        "total": facets.total,
        "total_is_exact": facets.is_all,
        **{name: [_spell_count(kind, count) for count in facets.counts.get(kind, [])] for kind, name in FACETS.items()},
    }


# Each kind of filter, and what it is called as a parameter; a month is two.
FACETS = {
    "role": "role",
    "model": "model",
    "project": "project_id",
    "tag": "tag",
    "source": "source",
    "has": "has",
    "branch": "branch",
    "date": "month",
}


def _spell_count(kind, count):
    value, number, name = count.filter.value, count.number, count.name
    if kind == "date":
        start, end = value
        return {
            "value": f"{timezone.localtime(start):%Y-%m}",
            "created_after": iso(start),
            "created_before": iso(end),
            "count": number,
        }
    elif kind == "project":
        known = {"value": encode(Project.PREFIX, value), "name": name} if value else {"value": NONE}
        return known | {"count": number}
    elif kind == "model":
        return {"value": name, "count": number}  # as it is written; the filter takes it either way
    else:
        return {"value": value or HERE, "count": number}


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
