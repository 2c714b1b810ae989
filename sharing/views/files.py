from django.http import Http404
from django.views.decorators.http import require_safe

from conversations.views.attachments import SHOWN, file_answer
from lib.refusals import Refusal
from sharing.models import ShareLink


@require_safe
def file(request, share, pk):
    """A file that a link shows, and nothing else of its conversation's files."""
    link = ShareLink.objects.opened_by(share)
    try:
        shown = link and link.file(pk)
    except Refusal:  # whoever opens the link itself is told why
        shown = None
    if shown is None or not (link.include_files or shown.content_type in SHOWN):
        raise Http404
    response = file_answer(shown)
    response["Cache-Control"] = "no-store"  # a link that is revoked is over at once
    response["X-Robots-Tag"] = "noindex"
    return response
