from django.http import Http404
from django.views.decorators.http import require_safe

from conversations.views.attachments import SHOWN, file_answer
from lib.refusals import Refusal
from sharing.models import ShareLink


@require_safe
def file(request, share, pk):
    """A picture that a link shows, and nothing else of its conversation's files."""
    link = ShareLink.objects.opened_by(share)
    try:
        picture = link and link.picture(pk)
    except Refusal:  # whoever opens the link itself is told why
        picture = None
    if picture is None or picture.content_type not in SHOWN:
        raise Http404
    response = file_answer(picture)
    response["Cache-Control"] = "no-store"  # a link that is revoked is over at once
    response["X-Robots-Tag"] = "noindex"
    return response
