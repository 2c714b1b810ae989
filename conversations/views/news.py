from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from conversations import reading, threads
from conversations.models import Message
from conversations.thread_page import length
from conversations.tree import Tree
from conversations.views.access import visible_or_404
from conversations.writers import names
from lib.htmx import wants_fragment
from lib.http import whole_number


@login_required
@require_GET
def index(request, pk):
    """What has come since a page of the end of the active branch was made, whose last message is at `tip`: 204 where
    nothing has, and that is two questions, and one more of editors (`writes`), who are told when they are that no more.
    Asked every few seconds, by pages that more than one person sees.
    """
    conversation = visible_or_404(request, pk)
    if not wants_fragment(request):
        return redirect(conversation)
    try:
        revision = whole_number(request.GET, "revision")
        tip = whole_number(request.GET, "tip") if request.GET.get("tip") else None
    except ValueError:
        raise Http404 from None
    writes = "writes" in request.GET
    if writes and not conversation.can_be_edited_by(request.user):
        raise PermissionDenied
    if conversation.revision == revision:
        return HttpResponse(status=204)
    path = Tree(conversation.pk).path(conversation.tip_position)[-reading.WINDOW - 1 :]
    # Where the last message that was seen is not among the last ones of the active branch, the page cannot go on.
    goes_on = tip in path or (tip is None and len(path) <= reading.WINDOW)
    new = [place for place in path if tip is None or place > tip] if goes_on else []
    can_edit = writes or conversation.can_be_edited_by(request.user)
    lines, turns = threads.new_turns(conversation, new, request.user, can_edit=can_edit) if new else ([], [])
    # Words that are being read do not change under the eyes: that they did is told, until the page is loaded again.
    edited = conversation.revisions.filter(conversation_revision__gt=revision)
    context = {
        "conversation": conversation,
        "turns": mark_safe("".join(turns)),  # noqa: S308  as conversations.threads
        "said": _said(conversation, request.user, lines),
        "length": length(conversation),
        "tip": conversation.tip_position if goes_on else tip,
        "is_first": tip is None,
        "is_elsewhere": not goes_on,
        "is_changed": goes_on and ("changed" in request.GET or not new or edited.exists()),
        "can_edit": can_edit,
    }
    return render(request, "conversations/news.html", context)


def _said(conversation, reader, lines):
    """For those who hear the page: who wrote, or how much there is."""
    if not lines:
        return ""
    writers = {line.author_id for line in lines if line.role == Message.Role.USER}
    if len(lines) == 1 and writers:
        return f"{names(conversation, reader, writers)[writers.pop()]} wrote."
    return f"{len(lines)} new message{'' if len(lines) == 1 else 's'}."
