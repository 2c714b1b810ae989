import json
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, transaction
from tqdm import tqdm

from accounts.models import User
from conversations.importing import Import
from conversations.importing.formats import FORMATS
from conversations.importing.report import in_words, report, together
from conversations.models import ImportBatch


class Command(BaseCommand):
    help = "Imports conversations from exports of other programs."
    requires_system_checks = []  # they load every page and every dialect: half a second of the start

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path, help="ZIP, JSON, JSONL or .gz; or a folder")
        parser.add_argument("--owner", required=True, metavar="EMAIL", help="whose conversations these become")
        parser.add_argument("--format", default="auto", choices=["auto", *FORMATS])
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *, paths, owner, format, dry_run, **options):  # noqa: A002
        try:
            user = User.objects.with_email(owner)
            if user is None:
                raise CommandError(f"There is no user {owner}.")
            files = [file for path in paths for file in _files(path)]
            if dry_run:
                reports = self._rehearse(files, user, format)
            else:
                reports = [self._import(path, user, format) for path in files]
        except OSError as error:
            raise CommandError(f"{error.filename} could not be read: {error.strerror}.", returncode=1) from None
        except (OperationalError, InterfaceError):
            raise CommandError(
                "The database does not answer. What was imported before stays; the same command goes on there.",
                returncode=1,
            ) from None
        self._print(reports, as_json=options["json"], is_rehearsal=dry_run)
        if not any(each["status"] == "done" for each in reports):
            raise CommandError("Nothing could be imported.", returncode=1)
        if any(each["status"] == "failed" for each in reports):
            raise CommandError("Some files could not be imported.", returncode=1)

    def _rehearse(self, files, user, wanted):
        """All of it for real, in one transaction that is taken back: so its counts are those of a real run."""
        with transaction.atomic():
            reports = [self._import(path, user, wanted, keep_bytes=False) for path in files]
            transaction.set_rollback(True)
        return reports

    def _import(self, path, user, wanted, *, keep_bytes=True):
        batch = ImportBatch.objects.start(user, path)
        with tqdm(
            total=batch.bytes_total, desc=path.name, unit="B", unit_scale=True, disable=not sys.stderr.isatty()
        ) as bar:

            def show(batch):
                bar.total = batch.bytes_total
                bar.update(batch.bytes_read - bar.n)

            try:
                Import(batch, wanted=wanted, on_progress=show, keep_bytes=keep_bytes).run()
            except KeyboardInterrupt:
                batch.finish(ImportBatch.Status.CANCELLED)
                raise CommandError("Stopped. What was imported before stays; the import page can undo it.") from None
        return report(batch)

    def _print(self, reports, *, as_json, is_rehearsal):
        if as_json:
            self.stdout.write(json.dumps(reports, ensure_ascii=False, indent=2))
        else:
            told = [*reports, together(reports)] if len(reports) > 1 else reports
            self.stdout.write("\n".join(in_words(each, is_rehearsal=is_rehearsal) for each in told))


def _files(path):
    """The path itself, or what a folder holds. Symlinks, archives and all: this is the operator's own machine."""
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if file.suffix.lower() in (".zip", ".json", ".jsonl", ".gz"))
        if not found:
            raise CommandError(f"There is no ZIP, JSON, JSONL or .gz file in {path}.")
        return found
    if not path.is_file():
        raise CommandError(f"There is no file {path}.")
    return [path]
