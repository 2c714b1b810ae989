from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent
from conversations import threads
from conversations.forms import BranchForm, NewBranchForm
from conversations.lanes import lanes
from conversations.models import Branch, Message
from conversations.refusals import BranchExists, BranchProtected
from conversations.views.access import deletable_or_404, editable_or_404, visible_or_404
from lib.http import see_other
from lib.typeid import decode


@login_required
@require_http_methods(["GET", "POST"])
def index(request, pk):
    """The branch map. A POST of `branch`, an id, makes that branch the active one."""
    return _activate(request, pk) if request.method == "POST" else _map(request, pk)


def _map(request, pk):
    conversation = visible_or_404(request, pk)
    shown, count = lanes(conversation, request.user)
    context = {
        "conversation": conversation,
        "lanes": shown,
        "more": count - len(shown),
        "can_edit": conversation.can_be_edited_by(request.user),
        "is_owner": conversation.owner_id == request.user.pk,
    }
    return render(request, "conversations/branches/index.html", context)


def _activate(request, pk):
    conversation = editable_or_404(request, pk)
    try:
        branch_pk = decode(Branch.PREFIX, request.POST.get("branch", ""))
    except ValueError:
        raise Http404 from None
    conversation.activate(get_object_or_404(conversation.branches, pk=branch_pk))
    return see_other(conversation)


@login_required
@require_http_methods(["GET", "POST"])
def new(request, pk):
    """A second name for where a branch ends; with `at`, a message's id, one that ends there, to go on from at once."""
    conversation = editable_or_404(request, pk)
    message = _message(conversation, request.GET.get("at"))
    typed = request.POST if request.method == "POST" else None
    if message:
        form = BranchForm(typed)
    else:
        form = NewBranchForm(typed, conversation=conversation, initial={"parent": conversation.active_branch_id})
    if form.is_valid():
        try:
            _create(conversation, message, form.cleaned_data)
        except BranchExists as taken:
            form.add_error("name", str(taken))
        else:
            there = f"{conversation.get_absolute_url()}#latest"
            return see_other(there) if message else see_other("conversations:branches", conversation.pk)
    back = threads.permalink(conversation.get_absolute_url(), message.pk) if message else ""
    context = {"conversation": conversation, "form": form, "message": message, "back": back}
    return render(request, "conversations/branches/new.html", context, status=422 if form.is_bound else 200)


def _message(conversation, spelled):
    if spelled is None:
        return None
    try:
        return get_object_or_404(conversation.messages, pk=decode(Message.PREFIX, spelled))
    except ValueError:
        raise Http404 from None


@transaction.atomic
def _create(conversation, message, chosen):
    if message:
        branch = conversation.create_branch(chosen["name"], position=message.position)
        conversation.activate(branch)
    else:
        conversation.create_branch(chosen["name"], parent=chosen["parent"])


@login_required
@require_http_methods(["GET", "POST"])
def edit(request, pk, branch_pk):
    conversation = editable_or_404(request, pk)
    branch = get_object_or_404(conversation.branches, pk=branch_pk)
    form = BranchForm(request.POST or None, initial={"name": branch.name})
    if form.is_valid():
        try:
            branch.rename(form.cleaned_data["name"])
        except (BranchExists, BranchProtected) as refusal:
            form.add_error("name", str(refusal))
        else:
            return see_other("conversations:branches", conversation.pk)
    context = {"conversation": conversation, "branch": branch, "form": form}
    return render(request, "conversations/branches/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request, pk, branch_pk):
    """Says what goes with the name before it goes. What cannot be undone is the owner's alone."""
    conversation = deletable_or_404(request, pk)
    branch = get_object_or_404(conversation.branches, pk=branch_pk)
    context = {"conversation": conversation, "branch": branch, "is_protected": branch.is_protected}
    if request.method == "GET" or branch.is_protected:
        context["lost"] = len(branch.own_positions())
        status = 409 if request.method == "POST" else 200
        return render(request, "conversations/branches/delete.html", context, status=status)
    with transaction.atomic():
        count = branch.remove()
        AuditEvent.record("branch.delete", actor=request.user, target=conversation, request=request, messages=count)
    notices.success(request, f"Deleted the branch {branch}.")
    return see_other("conversations:branches", conversation.pk)
