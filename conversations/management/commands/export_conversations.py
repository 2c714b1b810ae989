import contextlib
import os
import sys
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from conversations.exporting import Export
from conversations.models import Conversation


class Command(BaseCommand):
    help = "Writes conversations to a file, everything about them, one JSON object per line (docs/export-format.md)."

    def add_arguments(self, parser):
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--owner", metavar="EMAIL", help="the conversations of this user")
        whose.add_argument("--all", action="store_true", help="every conversation on this server")
        parser.add_argument("--format", default="jsonl", help="jsonl, the only one so far")
        parser.add_argument("--output", required=True, metavar="PATH", help="the file to write; - for standard output")

    def handle(self, *, owner, format, output, **options):  # noqa: A002  the flag is called so
        if format != "jsonl":
            raise CommandError(f"Unknown format {format!r}. Known: jsonl.")
        export = Export(conversations_of(owner) if owner else Conversation.objects.all())
        try:
            with destination(output) as file:
                export.record(reason="export_conversations")
                for chunk in export.chunks():
                    file.write(chunk)
        except BrokenPipeError:
            # Whoever read from us had enough. Python would complain once more when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandError("The reader of the output went away; the export is incomplete.") from None
        except OSError as error:
            raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
        self.stderr.write(f"{export.conversations:,} conversations, {export.messages:,} messages.")


def conversations_of(email):
    owner = User.objects.with_email(email)
    if owner is None:
        raise CommandError(f"There is no user {email}.")
    return Conversation.objects.visible_to(owner, own=True)


@contextlib.contextmanager
def destination(output):
    """The open file. It gets its name when it is complete, so that an old export is never half overwritten."""
    if output == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        path = Path(output).absolute()
        if path.is_dir():
            raise CommandError(f"{output} is a directory; name a file in it.")
        # Readable by its writer alone: these are other people's words.
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:100]}.", delete=False) as file:
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, path)
            except BaseException:
                os.unlink(file.name)
                raise
