from api import specification as spec
from api.queries import choice_of, text_of
from api.v1.views.branches import BranchView
from conversations.downloads import FORMATS, download

ANSWERS = {(200, kind.partition(";")[0]): spec.BYTES for kind, _ in FORMATS.values()}


class ExportOfConversation(BranchView):
    produces = ()

    @spec.described(
        answers=ANSWERS | {(200, "application/json"): spec.LIST},
        query=(
            spec.choice("format", *FORMATS),
            spec.text("branch", "For markdown and txt: a branch’s name; the active one by default."),
        ),
    )
    def get(self, request, conversation):
        """The conversation as a file. Markdown and txt are one branch, to be read.

        jsonl is all of it, every version on every branch, in the format of the bulk export; json is the list of its
        lines.
        """
        kind = choice_of(request.GET, "format", list(FORMATS))
        found, branch = self.branch(conversation, text_of(request.GET, "branch"))
        return download(found, kind, branch.tip_position, request)
