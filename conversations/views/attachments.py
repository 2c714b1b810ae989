from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from conversations.models import Attachment


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
    response = FileResponse(
        file,
        as_attachment=not attachment.is_drawn,
        filename=attachment.name,
        content_type=attachment.content_type if attachment.is_drawn else "application/octet-stream",
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
