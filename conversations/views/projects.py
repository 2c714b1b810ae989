"""A project's conversations, and which project a conversation is in. The project itself: projects.views."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from conversations import history
from conversations.forms import ProjectChoiceForm
from conversations.views.access import visible_or_404
from lib.htmx import render_page, wants_fragment
from lib.http import see_other
from projects.models import Project


@login_required
@require_GET
def detail(request, pk):
    project = get_object_or_404(Project.objects.visible_to(request.user).select_related("owner"), pk=pk)
    after = request.GET.get("after")
    try:
        page = history.page(request.user, project=project, after=after, goes_on=wants_fragment(request))
    except history.BadCursorError:
        raise BadRequest("This page of the project does not exist.") from None
    context = {"project": project, "page": page, "after": after, "can_edit": project.can_be_edited_by(request.user)}
    return render_page(request, "projects/detail.html", context, fragment="rows")


@login_required
@require_http_methods(["GET", "POST"])
def move(request, pk):
    """Into another project, or out of any. Only the owner: whoever is let into that project sees it from then on."""
    conversation = visible_or_404(request, pk)
    if conversation.owner_id != request.user.pk:
        raise PermissionDenied
    given = request.POST if request.method == "POST" else None
    form = ProjectChoiceForm(given, owner=request.user, initial={"project": conversation.project_id})
    if form.is_valid():
        with transaction.atomic():
            conversation.locked().change(project=form.cleaned_data["project"])
        return see_other(conversation)
    context = {"conversation": conversation, "form": form}
    return render(request, "conversations/move.html", context, status=422 if form.is_bound else 200)
