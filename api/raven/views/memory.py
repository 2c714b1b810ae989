from api.problem import not_found
from api.raven.dialect import Raven
from api.raven.serializers.memory import InteractionInput
from lib.typeid import encode


class Ingest(Raven):
    resource = "memory"

    def post(self, request):
        """What a user said and what was answered, at the end of the active branch: both or neither."""
        fields = self.payload(InteractionInput)
        found = self.conversation(fields["conversation_id"], write=True)
        if self.users().named(fields["user_id"]) != found.owner:
            raise not_found("conversation")
        said = {"user": fields["user_message"], "assistant": fields["agent_response"]}
        added = found.append_all(
            [{"role": role, "text": text, "metadata": fields.get("metadata")} for role, text in said.items()]
        )
        return self.answer(
            {
                "success": True,
                "interaction_id": encode("int", added[0]),
                "buffered": False,
                "buffer_size": 0,
                "message": "Interaction stored",
            },
            201,
        )


class Flush(Raven):
    resource = "memory"

    def post(self, request):
        """Nothing waits: what was acknowledged is stored."""
        return self.answer({"success": True})
