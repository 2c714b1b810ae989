"""What becomes of links when what they show is changed, deleted or handed over. Imported once, by SharingConfig.

A link stays, to answer that it is gone; words of what was deleted do not: its title may be some of them.
"""

from django.db.models.functions import Now
from django.dispatch import receiver

from conversations import signals
from lib.text import first_line
from sharing import lease, limits
from sharing.models import ShareLink


@receiver(signals.conversations_deleted)
def conversations_deleted(ids, **kwargs):
    links = ShareLink.objects.filter(conversation__in=ids)
    if links.update(title="", quoted_position=None):
        lease.run_out()
    return {"share_links": links.filter(revoked_at=None).update(revoked_at=Now())}


@receiver(signals.messages_deleted)
def messages_deleted(conversation_id, positions, **kwargs):
    links = ShareLink.objects.filter(conversation=conversation_id)
    links.filter(quoted_position__in=positions).update(title="", quoted_position=None)
    if links.working().exists():
        lease.run_out()


@receiver(signals.message_edited)
def message_edited(message, **kwargs):
    """A live link says what is said now, in its title too."""
    quoting = ShareLink.objects.filter(conversation=message.conversation_id, quoted_position=message.position)
    quoting.filter(revision=None).update(title=first_line(message.text, limits.QUOTE))


@receiver(signals.conversation_handed_over)
def conversation_handed_over(conversation, **kwargs):
    """A link belongs to whoever answers for the words: they see it, and can end it."""
    ShareLink.objects.filter(conversation=conversation).update(owner=conversation.owner_id)
