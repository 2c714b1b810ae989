"""What a reader keeps at the top of the sidebar, for themselves. The list of all: conversations.pinned."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.views.decorators.http import require_POST

from conversations.views.access import visible_or_404
from lib.http import see_other


@login_required
@require_POST
def create(request, pk):
    conversation = visible_or_404(request, pk)
    conversation.pin(request.user)
    if conversation.archived_at:  # since the page was read: it left the sidebar
        notices.warning(request, f"Pinned “{conversation}”. It is archived: the sidebar shows it once it is back.")
    else:
        notices.success(request, f"Pinned “{conversation}” to the top of the sidebar.")
    return see_other(conversation)


@login_required
@require_POST
def delete(request, pk):
    conversation = visible_or_404(request, pk)
    conversation.unpin(request.user)
    notices.success(request, f"“{conversation}” is not pinned any more.")
    return see_other(conversation)
