from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import TooManyFilesSent
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import AuditEvent
from conversations.importing.report import report as report_of
from conversations.importing.report import summary, told
from conversations.models import ImportBatch
from conversations.uploads import UploadHandler
from lib.http import see_other

PAST = 30  # imports on one page
LINES = 100  # of a report on one page
NAMED = 5  # files that a notice calls by their names


@csrf_exempt  # checked by `_index`: the check reads the body, and by then it must be known where the file goes
@login_required
@require_http_methods(["GET", "POST"])
def index(request):
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.IMPORT_MAX_BYTES:
        return _page(request, error=_too_large())
    with UploadHandler(request) as handler:
        request.upload_handlers = [handler]
        try:
            return _index(request)
        except TooManyFilesSent:
            most = settings.DATA_UPLOAD_MAX_NUMBER_FILES
            return _page(
                request, error=f"At most {most:,} files at once. Put them into one ZIP, or drop them in parts."
            )


@csrf_protect
def _index(request):
    if request.method == "GET":
        return _page(request)
    uploads = [upload for name in request.FILES for upload in request.FILES.getlist(name)]
    full, empty = [upload for upload in uploads if upload.size], [upload for upload in uploads if not upload.size]
    if any(handler.is_cut_off for handler in request.upload_handlers):
        return _page(request, error="The upload broke off. Nothing was imported.")
    if not full:
        return _page(request, error=_empty(empty, "Nothing was imported.") if empty else "Choose a file first.")
    for upload in full:
        batch = ImportBatch.objects.upload(request.user, upload)
        AuditEvent.record("import.upload", actor=request.user, target=batch, request=request, bytes=upload.size)
    if empty:
        notices.warning(request, _empty(empty, "Left out."))
    if len(full) == 1:
        return see_other("conversations:import", pk=batch.pk)
    notices.success(request, f"{len(full)} files are here: {_names(full)}. They are imported one after the other.")
    return see_other("conversations:imports")


def _empty(uploads, consequence):
    return f"{_names(uploads)} {'is' if len(uploads) == 1 else 'are'} empty. {consequence}"


def _names(uploads):
    """“a.zip”, “b.json” and 3 more"""
    names = [f"“{upload.name}”" for upload in uploads]
    shown, more = names[:NAMED], len(names) - NAMED
    *first, last = [*shown, f"{more:,} more"] if more > 0 else shown
    return f"{', '.join(first)} and {last}" if first else last


def _too_large():
    return f"The file is larger than {settings.IMPORT_MAX_BYTES / 1024**3:.3g} GB, the most this server takes."


def _page(request, error=""):
    batches = ImportBatch.objects.visible_to(request.user).newest_first()
    page = Paginator(batches, PAST).get_page(request.GET.get("page"))
    rows = [(batch, told("conversations", batch.counts.get("conversations", {}))) for batch in page.object_list]
    context = {"page": page, "rows": rows, "error": error}
    return render(request, "conversations/imports/index.html", context, status=422 if error else 200)


@login_required
@require_GET
def detail(request, pk):
    return render(request, "conversations/imports/detail.html", _context(request, pk))


@login_required
@require_GET
def progress(request, pk):
    """The part of the page that changes while it runs; it asks for itself again as long as there is news to come."""
    return render(request, "conversations/imports/detail.html#progress", _context(request, pk))


def _context(request, pk):
    batch = _batch_or_404(request, pk)
    lines = Paginator(batch.lines.all(), LINES).get_page(request.GET.get("page"))
    return {"batch": batch, "lines": lines, "summary": summary(batch)}


@login_required
@require_GET
def report(request, pk):
    batch = _batch_or_404(request, pk)
    response = JsonResponse(report_of(batch), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{batch.typeid}.json"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request, pk):
    """GET comes from a reload or from signing in on the way: back to the import, nothing cancelled."""
    batch = _batch_or_404(request, pk)
    if request.method == "POST":
        batch.cancel()
    return see_other("conversations:import", pk=batch.pk)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request, pk):
    """Undoes an import, after saying what will go."""
    batch = _batch_or_404(request, pk)
    if request.method == "POST":
        if batch.undo():
            AuditEvent.record("import.undo", actor=request.user, target=batch, request=request)
        else:
            notices.warning(request, "This import cannot be undone now.")
        return see_other("conversations:import", pk=batch.pk)
    return render(request, "conversations/imports/delete.html", {"batch": batch, "loss": batch.loss()})


def _batch_or_404(request, pk):
    return get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
