from django.views.decorators.http import require_safe

from conversations.views.attachments import file_answer
from sharing import opening
from sharing.refusals import ShareNotFound
from sharing.views.answers import public


@require_safe
@public
def file(request, link, pk):
    """A file that a link shows, and nothing else of its conversation's files."""
    opening.check_unlocked(request, link)
    shown = link.file(pk)
    if shown is None or not link.gives_out(shown):
        raise ShareNotFound
    return file_answer(shown)
