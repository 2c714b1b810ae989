from html import escape

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.views.decorators.http import require_GET

from conversations import outline
from conversations.frame import render_framed
from conversations.views.access import visible_or_404
from lib.htmx import wants_fragment
from lib.http import whole_number


@login_required
@require_GET
def detail(request, pk):
    """A page of its own, and where the rail of a long conversation gets more lines: `before` or `after` a position."""
    conversation = visible_or_404(request, pk)
    try:
        tip = whole_number(request.GET, "tip") if "tip" in request.GET else conversation.tip_position
        places = {name: whole_number(request.GET, name) for name in ("before", "after") if name in request.GET}
        lines = outline.piece(conversation, tip, **places, with_calendar=not wants_fragment(request))
    except ValueError:
        raise Http404 from None
    html = {"title": escape(str(conversation)), "path": lines.path, "tip": f"{tip or ''}", **lines.html}
    return render_framed(request, "conversations/outline.html", lines.facts, html, fragment="lines")
