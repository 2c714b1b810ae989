from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.http import require_GET

from conversations import outline
from conversations.views.conversations import position, visible_or_404
from lib.htmx import render_page, wants_fragment


@login_required
@require_GET
def detail(request, pk):
    """A page of its own, and where the rail of a long conversation gets its lines: `tip`, then `at` or `piece`."""
    conversation = visible_or_404(request, pk)
    try:
        tip = position(request.GET, "tip") if "tip" in request.GET else conversation.tip_position
        at = position(request.GET, "at") if "at" in request.GET else None
        number = position(request.GET, "piece") if "piece" in request.GET else 0
        lines = outline.piece(conversation, tip, number=number, at=at)
    except ValueError:
        raise Http404 from None
    # A piece is put beside what the list has already, so it leads on in its own direction only.
    context = {
        "outline": lines,
        "conversation": conversation,
        "more": f"{request.path}?tip={tip}",
        "leads_up": not (wants_fragment(request) and "down" in request.GET),
        "leads_down": not (wants_fragment(request) and "up" in request.GET),
    }
    return render_page(request, "conversations/outline.html", context, fragment="lines")
