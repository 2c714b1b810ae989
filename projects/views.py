from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import AuditEvent
from lib.http import see_other
from projects.forms import ProjectForm
from projects.models import Project
from projects.refusals import ProjectExists

AT_ONCE = 50


@login_required
@require_GET
def index(request):
    """What the reader owns, and what they were let into."""
    projects = Project.objects.visible_to(request.user).select_related("owner").order_by("name", "pk")
    counted = projects.annotate(conversation_count=Count("conversations"))
    page = Paginator(counted, AT_ONCE).get_page(request.GET.get("page"))
    return render(request, "projects/index.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    form = ProjectForm(request.POST or None)
    if form.is_valid():
        try:
            return see_other(Project.objects.start(request.user, **form.cleaned_data))
        except ProjectExists as refusal:
            form.add_error("name", str(refusal))
    return render(request, "projects/new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    project = visible_or_404(request, pk)
    if not project.can_be_edited_by(request.user):
        raise PermissionDenied
    form = ProjectForm(request.POST or None, initial={name: getattr(project, name) for name in ProjectForm.Meta.fields})
    if form.is_valid():
        try:
            project.change(**form.cleaned_data)
            return see_other(project)
        except ProjectExists as refusal:
            form.add_error("name", str(refusal))
    context = {"form": form, "project": visible_or_404(request, pk)}
    return render(request, "projects/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request, pk):
    """Says first what stays. Only the owner may."""
    project = visible_or_404(request, pk)
    if project.owner_id != request.user.pk:
        raise PermissionDenied
    if request.method == "POST":
        with transaction.atomic():
            AuditEvent.record("project.delete", actor=request.user, target=project, request=request)
            project.delete()
        notices.success(request, f"Deleted the project “{project}”. Its conversations are in the history.")
        return see_other("projects:index")
    context = {"project": project, "conversations": project.conversations.count(), "members": project.members.count()}
    return render(request, "projects/delete.html", context)


def visible_or_404(request, pk):
    return get_object_or_404(Project.objects.visible_to(request.user), pk=pk)
