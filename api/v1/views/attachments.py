from django.http import Http404

from api import specification as spec
from api.multipart import Multipart
from api.problem import not_found
from api.v1.serializers.attachments import AttachmentSerializer, spell_attachment
from api.v1.views.items import ItemView
from conversations import limits
from conversations.models import Attachment, Tombstone
from conversations.views.attachments import file_answer


class AttachmentView(Multipart, ItemView):
    """What the resources of attachments share."""

    largest = limits.ATTACHMENT_BYTES

    def attachments(self, **at):
        rows = Attachment.objects.filter(**at).select_related("message")
        return rows.defer("message__text", "message__parts", "message__metadata")

    def listed(self, conversation, attachments):
        gone = Tombstone.objects.of(Attachment, conversation_id=conversation.pk)
        return self.newest_first(attachments, spell_attachment, gone=gone)

    def attachment(self, conversation, spelled):
        return self.found(self.attachments(conversation=self.conversation(conversation)), spelled)

    def keep(self, conversation, message=None):
        kept = Attachment.objects.keep(self.upload, owner=self.request.user, conversation=conversation, message=message)
        return self.answer(spell_attachment(kept), 201)


class AttachmentsOfConversation(AttachmentView):
    @spec.described(answers={200: spec.listed(AttachmentSerializer)}, query=spec.walked(Attachment.PREFIX))
    def get(self, request, conversation):
        """All files of a conversation, its items' too, the newest here first."""
        found = self.conversation(conversation)
        return self.listed(found, self.attachments(conversation=found))

    @spec.described(takes=spec.FILE, answers={201: AttachmentSerializer})
    def post(self, request, conversation):
        """A file for the conversation. At most 20 MiB."""
        return self.keep(self.conversation(conversation, write=True))


class AttachmentsOfItem(AttachmentView):
    @spec.described(answers={200: spec.listed(AttachmentSerializer)}, query=spec.walked(Attachment.PREFIX))
    def get(self, request, conversation, item):
        """The files of an item, the newest here first."""
        found, message = self.message(conversation, item)
        return self.listed(found, self.attachments(message=message))

    @spec.described(takes=spec.FILE, answers={201: AttachmentSerializer})
    def post(self, request, conversation, item):
        """A file for an item, which shows it as one of its parts. At most 20 MiB."""
        return self.keep(*self.message(conversation, item, write=True))


class OneAttachment(AttachmentView):
    @spec.described(answers={200: AttachmentSerializer})
    def get(self, request, conversation, attachment):
        """What is known of one file."""
        return self.answer(spell_attachment(self.attachment(conversation, attachment)))

    @spec.described(answers={200: spec.deleted("attachment.deleted")})
    def delete(self, request, conversation, attachment):
        """One file, for good; its item no longer shows it. Whoever brought it, or the conversation's owner."""
        found = self.attachment(conversation, attachment)
        self.check_may_delete(found)
        answer = self.deleted(found, "attachment")
        found.remove()
        return answer


class Content(AttachmentView):
    produces = ()

    @spec.described(answers={(200, "*/*"): spec.BYTES})
    def get(self, request, conversation, attachment):
        """The file itself. Pictures come as what they are; whatever could act in a browser, to be saved."""
        try:
            return file_answer(self.attachment(conversation, attachment))
        except Http404:  # an import named it and did not bring it
            raise not_found("attachment") from None
