import tempfile

from django.http import FileResponse, StreamingHttpResponse

from api import specification as spec
from api.queries import choice_of, text_of
from api.v1.views.branches import BranchView
from conversations import transcripts
from conversations.exporting import Export
from conversations.models import Conversation

IN_MEMORY = 1024 * 1024  # bytes; what is longer waits on the disk
FORMATS = {
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "txt": ("text/plain; charset=utf-8", "txt"),
    "jsonl": ("application/x-ndjson", "jsonl"),
}


class ExportOfConversation(BranchView):
    produces = ()

    @spec.described(
        answers={(200, "application/octet-stream"): spec.BYTES},
        query=(
            spec.choice("format", *FORMATS),
            spec.text("branch", "For markdown and txt: a branch’s name; the active one by default."),
        ),
    )
    def get(self, request, conversation):
        """The conversation as a file. Markdown and txt are one branch, to be read.

        jsonl is all of it, every version on every branch, in the format of the bulk export.
        """
        kind = choice_of(request.query_params, "format", list(FORMATS))
        found, branch = self.branch(conversation, text_of(request.query_params, "branch"))
        export = Export(Conversation.objects.filter(pk=found.pk), reader=request.user)
        export.record(actor=request.user, request=request)
        content_type, ending = FORMATS[kind]
        if kind == "jsonl":
            response = FileResponse(spooled(export.chunks()))
        else:
            write = transcripts.markdown if kind == "markdown" else transcripts.plain
            response = StreamingHttpResponse(write(found, branch.tip_position))
        response["Content-Type"] = content_type
        response["Content-Disposition"] = f'attachment; filename="{found.typeid}.{ending}"'
        response["X-Content-Type-Options"] = "nosniff"
        return response


def spooled(chunks):
    """All of it, before the first byte is sent: whoever reads slowly must not hold a snapshot of the database open."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
    for chunk in chunks:
        file.write(chunk)
    file.seek(0)
    return file
