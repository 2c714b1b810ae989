"""All of a conversation, every branch of it, in an order of its own."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from conversations import lanes, reading, threads
from conversations.models import Message
from conversations.thread_page import around, ways
from conversations.views.access import visible_or_404
from lib.htmx import render_page, wants_fragment
from lib.http import whole_number
from lib.typeid import decode


@login_required
@require_GET
def chronological(request, pk):
    """Every message as it was written, from the beginning, after or before a position, or `from` a message on."""
    conversation = visible_or_404(request, pk)
    try:
        places = {name: whole_number(request.GET, name) for name in ("after", "before") if name in request.GET}
        at = _position_of(conversation, request.GET["from"]) if "from" in request.GET else None
    except ValueError:
        if "from" in request.GET:
            return redirect(request.path)
        raise Http404 from None
    window = reading.chronological(conversation, **places, at=at)
    can_edit = conversation.can_be_edited_by(request.user)
    thread = threads.chronological(conversation, window, request.user, can_edit=can_edit, at=at)
    facts, html = around(request, thread, **ways(request, places))
    template = "conversations/detail.html" if wants_fragment(request) else "conversations/chronological.html"
    context = {"conversation": conversation, "turns": thread.html, **facts, **html}
    return render_page(request, template, context, fragment="turns")


@login_required
@require_GET
def threaded(request, pk):
    """A line of every message, below what it answers, from the beginning or after a position."""
    conversation = visible_or_404(request, pk)
    try:
        after = whole_number(request.GET, "after") if "after" in request.GET else None
        lines, has_more = lanes.threaded(conversation, request.user, after=after)
    except ValueError:
        raise Http404 from None
    context = {
        "conversation": conversation,
        "lanes": lines,
        "is_later": after is not None,
        "later_href": f"{request.path}?after={lines[-1].start}" if has_more else "",
    }
    return render_page(request, "conversations/threaded.html", context, fragment="lines")


def _position_of(conversation, message):
    """Of the message that is spelled so. ValueError where the conversation has none."""
    place = conversation.messages.filter(pk=decode(Message.PREFIX, message)).values_list("position", flat=True).first()
    if place is None:
        raise ValueError(message)
    return place
