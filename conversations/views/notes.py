"""Notes beside a conversation and its messages: a reader's own, and those that everybody in it reads."""

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods

from conversations import threads
from conversations.forms import NoteForm
from conversations.models import Note
from conversations.rendering import html_of
from conversations.views.access import visible_or_404
from lib.http import see_other

AT_ONCE = 50


@login_required
@require_http_methods(["GET", "POST"])
def index(request, pk, message_pk=None):
    """Those on all of a conversation, or on one message of it, the oldest first. A POST adds one."""
    conversation = visible_or_404(request, pk)
    message = get_object_or_404(conversation.messages, pk=message_pk) if message_pk else None
    can_share = conversation.has_others and conversation.can_be_commented_by(request.user)
    form = NoteForm(request.POST or None, can_share=can_share, initial={"shared": True})
    if form.is_valid():
        said = form.cleaned_data
        (message or conversation).add_note(request.user, said["text"], shared=said.get("shared", False))
        notices.success(request, "Added the note.")
        return see_other(request.path)
    notes = Note.objects.visible_to(request.user).filter(conversation=conversation).select_related("user", "message")
    notes = notes.filter(message=message) if message else notes
    page = Paginator(notes.order_by("created_at", "id"), AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "conversation": conversation,
        "message": message,
        "html": html_of([message])[message.pk] if message else "",
        "back": threads.permalink(conversation.get_absolute_url(), message.pk) if message else "",
        "page": page,
        "form": form,
    }
    return render(request, "conversations/notes/index.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    """Other words, by whoever wrote it."""
    note = _visible_or_404(request, pk)
    if not note.can_be_changed_by(request.user):
        raise PermissionDenied
    conversation = visible_or_404(request, note.conversation_id)
    can_share = conversation.has_others and conversation.can_be_commented_by(request.user)
    initial = {"text": note.text, "shared": note.shared}
    form = NoteForm(request.POST or None, can_share=can_share, initial=initial)
    if form.is_valid():
        note.change(form.cleaned_data["text"], shared=form.cleaned_data.get("shared"))
        return see_other(_place(note))
    context = {"note": note, "form": form, "back": _place(note)}
    return render(request, "conversations/notes/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request, pk):
    note = _visible_or_404(request, pk)
    if not note.can_be_deleted_by(request.user):
        raise PermissionDenied
    if request.method == "POST":
        note.delete()
        notices.success(request, "Deleted the note.")
        return see_other(_place(note))
    return render(request, "conversations/notes/delete.html", {"note": note, "back": _place(note)})


def _visible_or_404(request, pk):
    notes = Note.objects.visible_to(request.user).select_related("conversation", "message", "user")
    return get_object_or_404(notes, pk=pk)


def _place(note):
    path = note.conversation.get_absolute_url()
    return f"{path}messages/{note.message.typeid}/notes/" if note.message else f"{path}notes/"
