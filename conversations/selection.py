"""Some of somebody's conversations at once, as pages and programs choose them: by a list of ids."""

from functools import cached_property

from django.db.models import Count, Q, Sum

from conversations.models import Conversation
from lib.typeid import decode


class Selection:
    """What `user` owns of the conversations with these ids, conv_…; what else is named hinders nothing."""

    def __init__(self, user, ids):
        self.user = user
        self.asked = {text: _read(text) for text in ids}

    @property
    def conversations(self):
        own = Conversation.objects.visible_to(self.user, own=True)
        return own.filter(pk__in=[pk for pk in self.asked.values() if pk])

    @cached_property
    def missing(self):
        """The ids that name none of the user's. Ask before deleting."""
        found = set(self.conversations.values_list("pk", flat=True))
        return [text for text, pk in self.asked.items() if pk not in found]

    @cached_property
    def found(self):
        missing = set(self.missing)
        return [text for text in self.asked if text not in missing]

    def weigh(self):
        """What deleting it takes away, to be told before: {word: rows}."""
        rows = self.conversations.aggregate(messages=Sum("message_count"), attachments=Sum("attachment_count"))
        links = self.conversations.aggregate(share_links=Count("share_links", filter=Q(share_links__revoked_at=None)))
        return rows | links


def _read(text):
    try:
        return decode(Conversation.PREFIX, text)
    except ValueError:
        return None
