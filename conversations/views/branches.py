from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from conversations.lanes import lanes
from conversations.models import Branch
from conversations.views.conversations import editable_or_404, visible_or_404
from lib.http import see_other
from lib.typeid import decode


@login_required
@require_http_methods(["GET", "POST"])
def index(request, pk):
    """The branch map. A POST of `branch`, an id, makes that branch the active one."""
    return _activate(request, pk) if request.method == "POST" else _map(request, pk)


def _map(request, pk):
    conversation = visible_or_404(request, pk)
    shown, count = lanes(conversation)
    context = {
        "conversation": conversation,
        "lanes": shown,
        "more": count - len(shown),
        "can_edit": conversation.can_be_edited_by(request.user),
    }
    return render(request, "conversations/branches.html", context)


def _activate(request, pk):
    conversation = editable_or_404(request, pk)
    try:
        branch_pk = decode(Branch.PREFIX, request.POST.get("branch", ""))
    except ValueError:
        raise Http404 from None
    conversation.activate(get_object_or_404(conversation.branches, pk=branch_pk))
    return see_other(conversation)
