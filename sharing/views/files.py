from django.views.decorators.http import require_safe

from conversations.models import Attachment
from conversations.views.attachments import file_answer
from sharing import opening
from sharing.refusals import ShareNotFound
from sharing.views.answers import public


@require_safe
def file(request, share, pk):
    """A file of the page behind a link. Whoever may see its conversation gets it also where the link is not there, or
    does not show it, yet: in a preview."""
    own = Attachment.objects.visible_to(request.user).filter(pk=pk).first()
    if own is None:
        return _shown(request, share, pk=pk)
    response = file_answer(own)
    response["X-Frame-Options"] = "SAMEORIGIN"  # the frame of the preview
    return response


@public
def _shown(request, link, pk):
    """A file that a link shows, and nothing else of its conversation's files."""
    opening.check_unlocked(request, link)
    shown = link.file(pk)
    if shown is None or not link.gives_out(shown):
        raise ShareNotFound
    return file_answer(shown)
