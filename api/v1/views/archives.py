from django.db import transaction

from api import specification as spec
from api.v1.serializers.conversations import ConversationSerializer
from api.v1.views.conversations import ConversationView, etag_of


class Archive(ConversationView):
    @spec.described(answers={200: ConversationSerializer}, if_match=True)
    def put(self, request, conversation):
        """Takes it out of the history; search still finds it."""
        found = self.conversation(conversation, write=True)
        return self.change(found, found.archive)

    @spec.described(answers={200: ConversationSerializer}, if_match=True)
    def delete(self, request, conversation):
        """Puts it back into the history."""
        found = self.conversation(conversation, write=True)
        return self.change(found, found.unarchive)

    def change(self, conversation, verb):
        with transaction.atomic():
            self.check_unchanged(etag_of(conversation.locked(), self.request.user))
            verb()
        return self.one(conversation)
