from api import specification as spec
from api.v1.dialect import V1
from api.v1.serializers.pins import PinSerializer, spell_pin


class Pin(V1):
    @spec.described(answers={200: PinSerializer})
    def put(self, request, conversation):
        """Pins it, for the caller. Once pinned, it stays as it is."""
        found = self.conversation(conversation)
        return self.answer(spell_pin(found.pin(request.user), found))

    @spec.described(answers={200: spec.deleted("pin.deleted")})
    def delete(self, request, conversation):
        """Takes the pin away, where there is one. `id` is the conversation's."""
        found = self.conversation(conversation)
        found.unpin(request.user)
        return self.deleted(found, "pin")
