"""What a link shows, as strangers see it: read from the conversation, in the words it had at the link's revision."""

from conversations import paths
from conversations.models import Attachment, Message, Revision
from conversations.parts import shows
from lib.json import dumps
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
    return messages if link.is_live else _without_later_files(link, _with_old_words(link, messages))


def _with_old_words(link, messages):
    if edited := [message.pk for message in messages if message.version > 1]:
        since = Revision.objects.filter(message__in=edited, conversation_revision__gt=link.revision)
        # What was replaced first since then is what it said then.
        then = {revision.message_id: revision for revision in since.order_by("-version")}
        for message in messages:
            if old := then.get(message.pk):
                message.text, message.parts = old.text, old.parts
    return messages


def _without_later_files(link, messages):
    """A file that is put beside words which stand there already makes no Revision of them."""
    with_files = {message.pk: message for message in messages if any(map(_names_file, message.parts or []))}
    if with_files:
        for file in Attachment.objects.filter(message__in=with_files, created_at__gt=link.taken_at):
            message = with_files[file.message_id]
            message.parts = [part for part in message.parts if not shows(part, file)]
    return messages


def _names_file(part):
    return isinstance(part, dict) and bool(part.get("attachment_id"))
