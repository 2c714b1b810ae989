from django.http import FileResponse

from api.problem import Problem
from api.r2r import exports, faults
from api.r2r.dialect import R2R
from conversations.downloads import spooled
from conversations.exporting import Export
from conversations.models import Conversation

FORMATS = {"application/json": exports.as_json, "application/x-ndjson": exports.as_lines}


class ExportView(R2R):
    """A file of the whole workspace, for superusers; whose conversations were in it can see who took it."""

    table = None

    def check_superuser(self):
        if not self.is_superuser:
            raise Problem(403, "forbidden", "Only a superuser can export data.")

    def file(self, columns, filters, *, header=True):
        workspace, user = self.request.user.workspace_id, self.request.user
        Export(Conversation.objects.filter(workspace=workspace)).record(actor=user, request=self.request)
        rows = filter(filters.passes, self.table.rows(workspace, filters.where, filters.params))
        accepted = self.request.headers.get("Accept", "").partition(",")[0].partition(";")[0].strip()
        if accepted in FORMATS:
            response = FileResponse(spooled(FORMATS[accepted](rows, columns)), content_type=accepted)
        else:
            written = exports.as_csv(rows, columns, header=header)
            response = FileResponse(spooled(written), content_type="text/csv; charset=utf-8")
            response["Content-Disposition"] = 'attachment; filename="documents_export.csv"'  # as R2R calls all of them
        return response


class ChosenExport(ExportView):
    def post(self, request):
        self.check_superuser()
        asked = self.asked()
        columns, header, given = self.columns(asked), asked.flag("include_header"), asked.object("filters") or {}
        filters = exports.Filters(self.table, given, asked)
        asked.check()
        return self.file(columns, filters, header=header is not False)

    def columns(self, asked):
        given, known = asked.body.get("columns"), self.table.columns + self.table.extra
        if given is None:
            return self.table.columns
        if not isinstance(given, list) or not given:
            asked.refuse(faults.fault("list_type", ["body", "columns"], "Input should be a valid list", given))
            return self.table.columns
        for n, name in enumerate(given):
            if name not in known:
                message = f"unknown column {str(name)[:60]!r}; there are {', '.join(known)}"
                asked.refuse(faults.bad_value(["body", "columns", n], message, name))
        return given


class ExportConversations(ChosenExport):
    table = exports.Conversations()


class ExportMessages(ChosenExport):
    table = exports.Messages()


class OldExport(ExportView):
    """What the older client's server had: no choice of columns."""

    table = exports.Messages()

    def get(self, request):
        self.check_superuser()
        columns = ("id", "conversation_id", "parent_id", "content", "created_at", "metadata")
        return self.file(columns, exports.Filters(self.table, {}, self.asked()))
