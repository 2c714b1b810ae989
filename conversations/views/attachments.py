from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from conversations.models import Attachment

# What a browser draws without running anything in it. SVG is a program; PDF readers run scripts: both are downloads.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}


@login_required
@require_safe
def detail(request, pk):
    response = file_answer(get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk))
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def file_answer(attachment):
    """The bytes. Strangers' files are served from our own address, so nothing in them may act there."""
    try:
        file = attachment.path.open("rb") if attachment.path else None
    except FileNotFoundError:
        file = None
    if file is None:
        raise Http404
    shown = attachment.content_type in SHOWN
    response = FileResponse(
        file,
        as_attachment=not shown,
        filename=attachment.name,
        content_type=attachment.content_type if shown else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
