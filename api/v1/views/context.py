from api import specification as spec
from api.queries import choice_of, limit_of, text_of
from api.v1.serializers.context import ContextSerializer, spell_context
from api.v1.views.branches import BranchView
from conversations.context import context

TOKENS = 100_000
MOST = 1_000_000
FORMATS = ["openai", "text"]


class Context(BranchView):
    @spec.described(
        answers={200: ContextSerializer},
        query=(
            spec.text("branch", "A branch’s name; the active one by default."),
            spec.whole("max_tokens", f"More than {MOST:,} is {MOST:,}.", default=TOKENS),
            spec.choice("format", *FORMATS),
        ),
    )
    def get(self, request, conversation):
        """What to tell a model. A branch, cut from its oldest turn until it fits; the turn of the system stays.

        A project's instruction comes first, for those who see the project. Calls of tools stay with their results.
        """
        query = request.GET
        tokens = limit_of(query, default=TOKENS, maximum=MOST, name="max_tokens")
        kind = choice_of(query, "format", FORMATS)
        found, branch = self.branch(conversation, text_of(query, "branch"))
        told = context(found, branch.tip_position, tokens=tokens, reader=request.user)
        return self.answer(spell_context(told, found, branch, kind=kind, max_tokens=tokens))
