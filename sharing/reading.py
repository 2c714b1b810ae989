"""What a link shows, as strangers see it: read from the conversation, in the words it had at the link's revision."""

from conversations import paths
from conversations.models import Attachment, Message, Revision
from lib.json import dumps
from lib.typeid import decode
from sharing.publishing import publish

FEW = 50  # messages, read at once however long they are: a page of them


def shown(link, positions):
    """(Message, how many bytes of it are stored), in memory alone, for those at these positions that show anything.

    A portion at a time: what is too much is found out before all of it is here.
    """
    for portion in [positions] if len(positions) <= FEW else paths.portioned(link.conversation_id, positions):
        for message in _as_they_were(link, portion):
            stored = len(message.text) + len(dumps(message.parts))
            if publish(message, link):
                yield message, stored


def _as_they_were(link, positions):
    found = Message.objects.filter(conversation_id=link.conversation_id, position__in=positions)
    messages = list(found.order_by("position").defer("metadata"))
    return messages if link.is_live else _with_files_of_then(link, _with_old_words(link, messages))


def _with_old_words(link, messages):
    if edited := [message.pk for message in messages if message.version > 1]:
        since = Revision.objects.filter(message__in=edited, conversation_revision__gt=link.revision)
        # What was replaced first since then is what it said then.
        then = {revision.message_id: revision for revision in since.order_by("-version")}
        for message in messages:
            if old := then.get(message.pk):
                message.text, message.parts = old.text, old.parts
    return messages


def _with_files_of_then(link, messages):
    """Without those that were put beside words which stood there already, which makes no Revision, and those deleted
    since, which a Revision still names."""
    named = {pk for message in messages for part in message.parts or [] if (pk := _file(part))}
    if named:
        made = dict(Attachment.objects.filter(pk__in=named).values_list("pk", "created_at"))
        later = {pk for pk, created_at in made.items() if created_at > link.taken_at}
        gone = named - made.keys()
        for message in messages:
            # A message that was never edited may name files that we never had: those are not gone.
            lost = later if message.version == 1 else later | gone
            message.parts = message.parts and [part for part in message.parts if _file(part) not in lost]
    return messages


def _file(part):
    """The key of the file that a part names; None where that is none of ours."""
    try:
        return decode(Attachment.PREFIX, part["attachment_id"])
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
