from django.conf import settings

from accounts.models import AuditEvent
from api import specification as spec
from api.multipart import Multipart
from api.problem import Problem
from api.v1.dialect import V1
from api.v1.serializers.imports import ImportSerializer, spell_import
from conversations.importing.report import report
from conversations.models import ImportBatch


class ImportView(V1):
    """What the resources of imports share."""

    def batch(self, spelled):
        """The caller's. Raises Problem (404)."""
        return self.found(ImportBatch.objects.visible_to(self.request.user), spelled, noun="import")


class Imports(Multipart, ImportView):
    @property
    def largest(self):
        return settings.IMPORT_MAX_BYTES

    @spec.described(answers={200: spec.listed(ImportSerializer)}, query=spec.walked(ImportBatch.PREFIX))
    def get(self, request):
        """The caller's imports, newest first."""
        return self.newest_first(ImportBatch.objects.visible_to(request.user), spell_import)

    @spec.described(takes=spec.FILE, answers={201: ImportSerializer})
    def post(self, request):
        """Takes an export of another program. It is read in the background: ask again how far it is.

        What came in before, the same or older, is not imported twice.
        """
        upload = self.upload
        batch = ImportBatch.objects.upload(request.user, upload)
        AuditEvent.record("import.upload", actor=request.user, target=batch, request=request, bytes=upload.size)
        return self.answer(spell_import(batch), 201)


class OneImport(ImportView):
    @spec.described(answers={200: ImportSerializer})
    def get(self, request, batch):
        """How far it is, and what became of it."""
        return self.answer(spell_import(self.batch(batch)))

    @spec.described(answers={202: ImportSerializer})
    def delete(self, request, batch):
        """Undoes it, in the background. What it brought goes; what was there before stays, and so does the report."""
        found = self.batch(batch)
        if not (found.can_be_undone and found.undo()):
            raise Problem(409, "not_undoable", "This import cannot be undone now.")
        AuditEvent.record("import.undo", actor=request.user, target=found, request=request)
        return self.answer(spell_import(found), 202)


class Report(ImportView):
    @spec.described(answers={200: spec.OBJECT})
    def get(self, request, batch):
        """The whole report. Counts, and a line for whatever was skipped or needs a word."""
        return self.answer(report(self.batch(batch)))


class Cancel(ImportView):
    @spec.described(answers={200: ImportSerializer})
    def post(self, request, batch):
        """Stops it. What was imported before that stays, and may be undone."""
        found = self.batch(batch)
        if not found.can_be_cancelled:
            raise Problem(409, "not_cancellable", "This import is not running.")
        found.cancel()
        return self.answer(spell_import(found))
