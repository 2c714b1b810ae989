"""What a conversation's originals tell without one batch."""

import json
from functools import cached_property

from django.utils import timezone

from conversations.importing.formats import FORMATS
from conversations.models.source import packed


class Originals:
    """The originals of one conversation, `before` a batch and as that batch `made` them.

    Each original holds what those before it held, so later ones still tell what this batch brought. `revert` takes the
    batch's own away and rewrites the later ones: messages that it brought are in none of them, and what it reworded or
    renamed stands there as before, up to the import that changed it again. The choice behind it: `base`, which the next
    import is compared with, is always what the imports that were not undone have made of the rows. So an export that
    holds the undone messages brings them back as new ones, and they are not taken for messages deleted here.
    """

    def __init__(self, conversation, batch):
        self.all = list(conversation.sources.order_by("pk"))
        self.own = [source for source in self.all if source.import_batch_id == batch.pk]

    @cached_property
    def before(self):
        """The IncomingConversation that the batch found; None where there was no original."""
        earlier = self.all[: self.all.index(self.own[0])] if self.own else self.all
        return _read(earlier[-1]) if earlier else None

    @cached_property
    def made(self):
        return _read(self.own[-1]) if self.own else None

    @property
    def has_renamed(self):
        return bool(self.before and self.made and self.before.title != self.made.title)

    def message_before(self, source_id):
        return self._messages_before.get(source_id)

    def file_before(self, source_id, external_id):
        """The IncomingFile of this message and id before the batch, or None."""
        message = self.message_before(source_id)
        return next((file for file in message.files if file.external_id == external_id), None) if message else None

    @cached_property
    def _messages_before(self):
        return _messages(self.before) if self.before else {}

    def revert(self):
        # Another import may have come between two of this batch's, hence one by one, the newest first.
        for source in reversed(self.own):
            at = self.all.index(source)
            self._take_out(source, self.all[at - 1] if at else None, self.all[at + 1 :])
            source.delete()
            del self.all[at]

    def _take_out(self, source, before, later):
        if before is None:
            # Nothing tells what was here before: the next import then compares with nothing, and takes nothing away.
            for each in later:
                each.delete()
            return
        old, new = _read(before), _read(source)
        was, became = _messages(old), _messages(new)
        brought = became.keys() - was.keys()
        reworded = {key for key in became.keys() & was.keys() if became[key].content != was[key].content}
        is_renamed = old.title != new.title
        module, value = FORMATS[source.format], before.value
        for each in later:
            now = _read(each)
            says = _messages(now)
            reworded = {key for key in reworded if key in says and says[key].content == became[key].content}
            is_renamed = is_renamed and now.title == new.title
            reverted = module.put_back(each.value, value, brought | reworded, title=is_renamed)
            each.payload, each.fingerprint = packed(json.dumps(reverted)), b""  # not what any file holds
            each.save()


def _read(source):
    return FORMATS[source.format].read(source.value, timezone.now())


def _messages(conversation):
    return {message.source_id: message for message in conversation.messages}
