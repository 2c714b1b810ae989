import re

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from conversations.downloads import FORMATS, download
from conversations.views.access import visible_or_404
from lib.http import whole_number

NAME = 80  # characters of a file's name


@login_required
@require_GET
def index(request, pk):
    """In which forms a conversation can be taken along: the branch that ends at `tip`, or all of it."""
    conversation = visible_or_404(request, pk)
    tip = _tip(request, conversation)
    context = {"conversation": conversation, "tip": tip, "is_active": tip == conversation.tip_position}
    return render(request, "conversations/download.html", context)


@login_required
@require_safe
def detail(request, pk, kind):
    conversation = visible_or_404(request, pk)
    if kind not in FORMATS:
        raise Http404
    return download(conversation, kind, _tip(request, conversation), request, name=_file_name(conversation))


def _tip(request, conversation):
    if "tip" not in request.GET:
        return conversation.tip_position
    try:
        tip = whole_number(request.GET, "tip")
    except ValueError:
        raise Http404 from None
    if not conversation.messages.filter(position=tip).exists():
        raise Http404
    return tip


def _file_name(conversation):
    """The title, without what a file's name cannot have on one system or another."""
    words = re.sub(r'[\x00-\x1f\x7f\\/:*?"<>|]', " ", conversation.title or "").split()
    return " ".join(words)[:NAME].strip(" .")
