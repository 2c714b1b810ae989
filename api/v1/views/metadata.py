from django.db import transaction

from api import specification as spec
from api.problem import invalid
from api.v1.dialect import V1
from api.v1.views.conversations import etag_of


class Metadata(V1):
    @spec.described(answers={200: spec.OBJECT})
    def get(self, request, conversation):
        """The object that clients keep with a conversation."""
        return self.one(self.conversation(conversation))

    @spec.described(takes=spec.OBJECT, answers={200: spec.OBJECT}, if_match=True)
    def put(self, request, conversation):
        """Another object in its place."""
        return self.change(conversation)

    @spec.described(takes=spec.OBJECT, answers={200: spec.OBJECT}, if_match=True)
    def patch(self, request, conversation):
        """Changes the keys that are sent, and takes away those that are null."""
        return self.change(conversation, merge=True)

    def change(self, conversation, **how):
        metadata = self.body()
        if not isinstance(metadata, dict):
            raise invalid("The body", "must be an object.")
        found = self.conversation(conversation, write=True)
        with transaction.atomic():
            self.check_unchanged(etag_of(found.locked(), self.request.user))
            found.set_metadata(metadata, **how)
        return self.one(found)

    def one(self, conversation):
        return self.answer(conversation.metadata, etag=etag_of(conversation, self.request.user))
