from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import TooManyFilesSent
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import AuditEvent
from conversations.history import SOURCES
from conversations.importing.report import in_a_line, tallies, undone
from conversations.importing.report import report as report_of
from conversations.models import Conversation, ImportBatch
from conversations.uploads import UploadHandler
from lib.htmx import render_page
from lib.http import see_other
from lib.text import listed

PAST = 30  # imports on one page
LINES = 100  # of a report on one page
CONVERSATIONS = 10  # that a report calls by their names
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
        return _onwards(request, "conversations:import", pk=batch.pk)
    notices.success(request, f"{len(full)} files are here: {_names(full)}. They are imported one after the other.")
    return _onwards(request, "conversations:imports")


def _onwards(request, *page, **kwargs):
    """A script is told where to go: it would follow a redirect itself, and read the notices instead of the person."""
    if request.htmx:
        return HttpResponseClientRedirect(resolve_url(*page, **kwargs))
    return see_other(*page, **kwargs)


def _empty(uploads, consequence):
    return f"{_names(uploads)} {'is' if len(uploads) == 1 else 'are'} empty. {consequence}"


def _names(uploads):
    """“a.zip”, “b.json” and 3 more"""
    names = [f"“{upload.name}”" for upload in uploads]
    shown, more = names[:NAMED], len(names) - NAMED
    return listed([*shown, f"{more:,} more"] if more > 0 else shown)


def _too_large():
    return f"The file is larger than {settings.IMPORT_MAX_BYTES / 1024**3:.3g} GB, the most this server takes."


def _page(request, error=""):
    batches = ImportBatch.objects.visible_to(request.user).newest_first()
    page = Paginator(batches, PAST).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(batch, in_a_line(batch)) for batch in page.object_list],
        "error": error,
        "is_busy": any(batch.is_open for batch in page.object_list),
        "most": settings.IMPORT_MAX_BYTES,
        "too_large": _too_large(),
    }
    if error:
        return render(request, "conversations/imports/index.html", context, status=422)
    return render_page(request, "conversations/imports/index.html", context, fragment="past")


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
    context = {"batch": batch, "format": SOURCES.get(batch.format, batch.format), "tallies": tallies(batch)}
    if batch.is_open:
        return context
    lines = Paginator(batch.lines.order_by("-outcome", "record", "pk"), LINES).get_page(request.GET.get("page"))
    return context | {
        "lines": _with_conversations(lines.object_list, batch, request.user),
        "pages": lines,
        "reasons": batch.reasons() if lines.has_other_pages() else [],
        "undone": undone(batch.counts.get("undone", {})),
        "came": _shown(batch.conversations, request.user),
        "changed": _shown(batch.changed_conversations, request.user),
    }


def _shown(conversations, user):
    """(the newest of them, how many more there are)"""
    visible = conversations.visible_to(user)
    shown = list(visible.newest_first()[: CONVERSATIONS + 1])
    more = visible.count() - CONVERSATIONS if len(shown) > CONVERSATIONS else 0
    return shown[:CONVERSATIONS], more


def _with_conversations(lines, batch, user):
    """Each line with the conversation that it is about, where that is here."""
    lines = list(lines)
    ids = {line.external_id for line in lines} - {""}
    found = Conversation.objects.visible_to(user, own=True).filter(source=batch.format, external_id__in=ids)
    by_id = {conversation.external_id: conversation for conversation in found} if ids else {}
    return [(line, by_id.get(line.external_id)) for line in lines]


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
