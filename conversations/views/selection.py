"""What is done with several conversations at once. The list with a checkbox for each: conversations.index."""

from functools import wraps

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent
from conversations import limits
from conversations.forms import ProjectChoiceForm
from conversations.selection import Selection
from lib.http import see_other


def of_selection(view):
    """Calls it with what a form names as `conversation`, when there is something of the reader's among it."""

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def selected(request):
        ids = request.POST.getlist("conversation")
        if len(ids) > limits.SELECTION:
            return HttpResponseBadRequest(f"At most {limits.SELECTION} conversations at once. Nothing was changed.")
        selection = Selection(request.user, ids)
        if selection.found:
            return view(request, selection)
        if ids:
            notices.warning(request, "What you selected is no longer there, or not yours.")
        elif request.method == "POST":
            notices.warning(request, "Select conversations first.")
        return see_other(_list(request, selecting=not ids))

    return selected


@of_selection
def archive(request, selection):
    count = selection.conversations.archive()
    return _told(request, selection, f"Archived {_conversations(count)}", count, "was archived already")


@of_selection
def unarchive(request, selection):
    count = selection.conversations.unarchive()
    return _told(request, selection, f"Brought back {_conversations(count)}", count, "was in the history already")


@of_selection
def move(request, selection):
    """Asks first where to. Whoever is let into that project sees them from then on."""
    form = ProjectChoiceForm(request.POST if "project" in request.POST else None, owner=request.user)
    if form.is_valid():
        project = form.cleaned_data["project"]
        count = selection.conversations.move_to(project)
        where = f"into “{project}”" if project else "out of their projects"
        return _told(request, selection, f"Moved {_conversations(count)} {where}", count, "was there already")
    context = _shown(request, selection) | {"form": form}
    return render(request, "conversations/selection/move.html", context, status=422 if form.is_bound else 200)


@of_selection
def delete(request, selection):
    """Says first what goes."""
    if "sure" in request.POST:
        with transaction.atomic():
            missing = len(selection.missing)
            counts = selection.conversations.delete()
            AuditEvent.record(
                "conversations.delete", actor=request.user, target=request.user, request=request, **counts
            )
        rows = [(counts[word], word) for word in ("messages", "attachments") if counts[word]]
        what = " and ".join(f"{n:,} {word.removesuffix('s') if n == 1 else word}" for n, word in rows)
        said = f"Deleted {_conversations(counts['conversations'])}" + (f" with {what}" if what else "")
        notices.success(request, f"{said}.{_not_there(missing)}")
        return see_other(_list(request))
    context = _shown(request, selection) | {"weight": selection.weigh()}
    return render(request, "conversations/selection/delete.html", context)


def _shown(request, selection):
    titles = selection.conversations.newest_first().values_list("title", flat=True)
    return {"selection": selection, "titles": list(titles), "back": _list(request), "archived": _archived(request)}


def _told(request, selection, said, count, state):
    """What was done, and what was not, and why not."""
    already = len(selection.found) - count
    others = f" {already} {state if already == 1 else state.replace('was', 'were', 1)}." if already else ""
    notices.success(request, f"{said}.{others}{_not_there(len(selection.missing))}")
    return see_other(_list(request))


def _not_there(missing):
    return f" {missing} {'was' if missing == 1 else 'were'} no longer there, or not yours." if missing else ""


def _conversations(count):
    return f"{count} conversation{'' if count == 1 else 's'}"


def _archived(request):
    return "archived" in request.POST


def _list(request, *, selecting=False):
    """The list that was chosen from."""
    query = "&".join(word for word, there in (("archived", _archived(request)), ("select", selecting)) if there)
    return reverse("conversations:index") + (f"?{query}" if query else "")
