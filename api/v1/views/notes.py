from django.db import transaction

from api import specification as spec
from api.v1.dialect import etag_of
from api.v1.serializers.notes import NoteInput, NoteSerializer, spell_note
from api.v1.views.items import ItemView
from conversations.models import Note, Tombstone


class NoteView(ItemView):
    """What the resources of notes share."""

    def notes(self):
        """The door: the caller's own."""
        notes = Note.objects.visible_to(self.request.user).select_related("message")
        return notes.defer("message__text", "message__parts", "message__metadata")

    def shown(self, note, status=200):
        return self.answer(spell_note(note), status, etag=etag_of(note))

    def listed(self, conversation, notes):
        gone = Tombstone.objects.of(Note, owner_id=self.request.user.pk, conversation_id=conversation.pk)
        return self.newest_first(notes, spell_note, gone=gone)


class NotesOfConversation(NoteView):
    @spec.described(answers={200: spec.listed(NoteSerializer)}, query=spec.walked(Note.PREFIX))
    def get(self, request, conversation):
        """The caller's notes on it and on its items, newest first."""
        found = self.conversation(conversation)
        return self.listed(found, self.notes().filter(conversation=found))

    @spec.described(takes=NoteInput, answers={201: NoteSerializer})
    def post(self, request, conversation):
        """A note on the whole conversation."""
        found = self.conversation(conversation)
        return self.shown(found.add_note(request.user, self.payload(NoteInput)["text"]), 201)


class NotesOfItem(NoteView):
    @spec.described(answers={200: spec.listed(NoteSerializer)}, query=spec.walked(Note.PREFIX))
    def get(self, request, conversation, item):
        """The caller's notes on one item, newest first."""
        found, message = self.message(conversation, item)
        return self.listed(found, self.notes().filter(message=message))

    @spec.described(takes=NoteInput, answers={201: NoteSerializer})
    def post(self, request, conversation, item):
        """A note on one item."""
        _, message = self.message(conversation, item)
        return self.shown(message.add_note(request.user, self.payload(NoteInput)["text"]), 201)


class OneNote(NoteView):
    @spec.described(answers={200: NoteSerializer})
    def get(self, request, note):
        """One note."""
        return self.shown(self.found(self.notes(), note))

    @spec.described(takes=NoteInput, answers={200: NoteSerializer})
    def patch(self, request, note):
        """Other words."""
        found = self.found(self.notes(), note)
        text = self.payload(NoteInput)["text"]
        with transaction.atomic():
            self.locked(found)
            found.change(text)
        return self.shown(found)

    @spec.described(answers={200: spec.deleted("note.deleted")})
    def delete(self, request, note):
        """The note."""
        found = self.found(self.notes(), note)
        answer = self.deleted(found, "note")
        with transaction.atomic():
            self.locked(found)
            found.delete()
        return answer
