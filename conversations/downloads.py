"""One conversation as a file that somebody takes with them: from its page, and through the API."""

import tempfile

from django.http import FileResponse
from django.utils.http import content_disposition_header

from conversations import transcripts
from conversations.exporting import Export
from conversations.models import Conversation

IN_MEMORY = 1024 * 1024  # bytes; what is longer waits on the disk
FORMATS = {
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "txt": ("text/plain; charset=utf-8", "txt"),
    "jsonl": ("application/x-ndjson", "jsonl"),
    "json": ("application/json", "json"),
}


def download(conversation, kind, tip, request, *, name=None):
    """The answer: markdown and txt are the branch that ends at `tip`, the others all. Its owner sees who took it."""
    export = Export(Conversation.objects.filter(pk=conversation.pk), reader=request.user)
    export.record(actor=request.user, request=request)
    content_type, ending = FORMATS[kind]
    if kind in ("jsonl", "json"):
        response = FileResponse(spooled(export.chunks() if kind == "jsonl" else export.document()))
    else:
        write = transcripts.markdown if kind == "markdown" else transcripts.plain
        response = FileResponse(spooled(map(str.encode, write(conversation, tip))))
    response["Content-Type"] = content_type
    response["Content-Disposition"] = content_disposition_header(True, f"{name or conversation.typeid}.{ending}")
    response["X-Content-Type-Options"] = "nosniff"
    return response


def spooled(chunks):
    """All of it, before the first byte is sent: whoever reads slowly must not hold a snapshot of the database open, and
    nobody shall take what broke off with the database for a whole file, as the server ends both alike."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the response closes it
    for chunk in chunks:
        file.write(chunk)
    file.seek(0)
    return file
