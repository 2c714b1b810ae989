from rest_framework import serializers

from api.fields import Moment, without_empty
from conversations.importing.report import report
from conversations.models import ImportBatch
from lib.times import iso


class ImportSerializer(serializers.Serializer):
    """An upload on its way into conversations, and afterwards what became of it."""

    id = serializers.CharField()
    object = serializers.ChoiceField(["import"])
    status = serializers.ChoiceField(ImportBatch.Status.values)
    file_name = serializers.CharField()
    format = serializers.CharField(required=False)
    bytes_total = serializers.IntegerField()
    bytes_read = serializers.IntegerField()
    records_read = serializers.IntegerField()
    counts = serializers.DictField(help_text="By noun and outcome: how many are new, changed, identical, skipped …")
    error = serializers.CharField(required=False, help_text="One sentence, where nothing or not all could be read.")
    can_be_cancelled = serializers.BooleanField()
    can_be_undone = serializers.BooleanField()
    created_at = Moment()
    started_at = Moment(required=False)
    finished_at = Moment(required=False)


def spell_import(batch):
    spelled = {
        "id": batch.typeid,
        "object": "import",
        "status": batch.status,
        "file_name": batch.file_name,
        "format": batch.format,
        "bytes_total": batch.bytes_total,
        "bytes_read": batch.bytes_read,
        "records_read": batch.records_read,
        "counts": report(batch, lines=[])["counts"],
        "error": batch.error,
        "can_be_cancelled": batch.can_be_cancelled,
        "can_be_undone": batch.can_be_undone,
        "created_at": iso(batch.created_at),
        "started_at": batch.started_at and iso(batch.started_at),
        "finished_at": batch.finished_at and iso(batch.finished_at),
    }
    return without_empty(spelled, "format", "error", "started_at", "finished_at")
