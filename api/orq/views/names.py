from django.db import transaction

from api.dialect import AsksModel
from api.orq.dialect import Orq
from api.orq.serializers.conversations import UNTITLED, NameInput, spell
from api.problem import Problem
from conversations import naming


class GenerateName(AsksModel, Orq):
    def post(self, request, conversation):
        """Names what has no name yet: by the model's word, or without a model by the first words of `context`."""
        return self.store(self.ask())

    def ask(self):
        context = self.payload(NameInput)["context"]
        check_unnamed(self.found_conversation())
        return naming.name_for(context)

    @transaction.atomic
    def store(self, name):
        """On the conversation as it is by now, for whoever may still write there."""
        self.check_key_again()
        found = self.found_conversation().locked()
        check_unnamed(found)
        found.rename(name or None)
        found.set_metadata({"generatingTitle": False}, merge=True)
        return self.answer(spell(found))

    def found_conversation(self):
        return self.conversation(self.kwargs["conversation"], write=True)


def check_unnamed(conversation):
    if conversation.title not in (None, "", UNTITLED):
        raise Problem(400, "already_named", "Conversation already has a display name.")
