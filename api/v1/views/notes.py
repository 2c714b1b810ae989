from django.db import transaction

from api import specification as spec
from api.problem import Problem
from api.v1.dialect import etag_of
from api.v1.serializers.notes import NoteInput, NoteSerializer, spell_note
from api.v1.views.items import ItemView
from conversations.models import Note, Tombstone


class NoteView(ItemView):
    """What the resources of notes share."""

    def notes(self):
        """The door: the caller's own, and those that others share."""
        notes = Note.objects.visible_to(self.request.user).select_related("message", "user")
        return notes.defer("message__text", "message__parts", "message__metadata")

    def shown(self, note, status=200):
        return self.answer(spell_note(note), status, etag=etag_of(note))

    def added(self, fields, conversation, thing):
        """To `thing`, the conversation or a message of it. 403 for a viewer who would write for others."""
        shared = fields.get("shared", False)
        self.check(not shared or conversation.can_be_commented_by(self.request.user))
        return self.shown(thing.add_note(self.request.user, fields["text"], shared=shared), 201)

    def check(self, may):
        if not may:
            raise Problem(403, "forbidden", "You may read this, but not write it for others.")

    def listed(self, conversation, notes):
        gone = Tombstone.objects.of(Note, owner_id=self.request.user.pk, conversation_id=conversation.pk)
        return self.newest_first(notes, spell_note, gone=gone)


class NotesOfConversation(NoteView):
    @spec.described(answers={200: spec.listed(NoteSerializer)}, query=spec.walked(Note.PREFIX))
    def get(self, request, conversation):
        """The caller's notes on it and on its items, and those that others share, newest first."""
        found = self.conversation(conversation)
        return self.listed(found, self.notes().filter(conversation=found))

    @spec.described(takes=NoteInput, answers={201: NoteSerializer})
    def post(self, request, conversation):
        """A note on the whole conversation."""
        fields = self.payload(NoteInput)
        found = self.conversation(conversation)
        return self.added(fields, found, found)


class NotesOfItem(NoteView):
    @spec.described(answers={200: spec.listed(NoteSerializer)}, query=spec.walked(Note.PREFIX))
    def get(self, request, conversation, item):
        """The caller's notes on one item, and those that others share, newest first."""
        found, message = self.message(conversation, item)
        return self.listed(found, self.notes().filter(message=message))

    @spec.described(takes=NoteInput, answers={201: NoteSerializer})
    def post(self, request, conversation, item):
        """A note on one item."""
        return self.added(self.payload(NoteInput), *self.message(conversation, item))


class OneNote(NoteView):
    @spec.described(answers={200: NoteSerializer})
    def get(self, request, note):
        """One note."""
        return self.shown(self.found(self.notes(), note))

    @spec.described(takes=NoteInput, answers={200: NoteSerializer}, if_match=True)
    def patch(self, request, note):
        """Other words, by whoever wrote it."""
        fields = self.payload(NoteInput)
        found = self.found(self.notes(), note)
        shared = fields.get("shared")
        self.check(found.can_be_changed_by(request.user, shared=shared))
        with transaction.atomic():
            self.locked(found)
            found.change(fields["text"], shared=shared)
        return self.shown(found)

    @spec.described(answers={200: spec.deleted("note.deleted")}, if_match=True)
    def delete(self, request, note):
        """The note: by whoever wrote it, and what is shared by the conversation's owner too."""
        found = self.found(self.notes(), note)
        self.check_may_delete(found)
        answer = self.deleted(found, "note")
        with transaction.atomic():
            self.locked(found)
            found.delete()
        return answer
