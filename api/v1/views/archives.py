from api import specification as spec
from api.v1.serializers.conversations import ConversationSerializer
from api.v1.views.conversations import ConversationView


class Archive(ConversationView):
    @spec.described(answers={200: ConversationSerializer})
    def put(self, request, conversation):
        """Takes it out of the history; search still finds it."""
        found = self.conversation(conversation, write=True)
        found.archive()
        return self.one(found)

    @spec.described(answers={200: ConversationSerializer})
    def delete(self, request, conversation):
        """Puts it back into the history."""
        found = self.conversation(conversation, write=True)
        found.unarchive()
        return self.one(found)
