from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent
from conversations import outline, reading, threads
from conversations.forms import ANSWERED_IS_GONE, EditForm, MessageForm
from conversations.models import ConversationFull, Message, Note
from conversations.refusals import Stale
from conversations.rendering import html_of
from conversations.thread_page import ThreadPage
from conversations.views.access import deletable_or_404, editable_or_404
from lib.http import see_other


@login_required
@require_http_methods(["GET", "POST"])
def create(request, pk):
    """Adds what a person wrote below the message they were answering; that path becomes the active one.

    GET comes from a reload or from signing in on the way: back to the conversation.
    """
    conversation = editable_or_404(request, pk)
    if request.method == "GET":
        return redirect(conversation)
    form = MessageForm(request.POST, conversation=conversation)
    if form.is_valid():
        try:
            message_id = _write(conversation, form.cleaned_data, request.user)
        except ConversationFull as full:
            form.add_error("text", str(full))
        except Message.DoesNotExist:  # deleted while they were writing
            form.add_error(None, ANSWERED_IS_GONE)
            conversation = editable_or_404(request, pk)
        else:
            return see_other(threads.permalink(conversation.get_absolute_url(), message_id))
    window = reading.latest(conversation)
    thread = threads.thread(conversation, window, request.user, can_edit=True)
    role, beside = conversation.role_of(request.user), outline.beside(conversation, window, thread.lines)
    return ThreadPage(conversation, thread, role, outline=beside, form=form).response(request, status=422)


def _write(conversation, written, author):
    said = {"role": Message.Role.USER, "text": written["text"], "author": author.pk}
    if written["tip"] is None:
        return conversation.append(**said)
    else:
        return conversation.reply(written["tip"], **said, on=written["branch"])


@login_required
@require_http_methods(["GET", "POST"])
def edit(request, pk, message_pk):
    """Other words in the same place or, with `beside`, another wording next to the old one, on a branch of its own."""
    conversation = editable_or_404(request, pk)
    message = get_object_or_404(conversation.messages, pk=message_pk)
    typed = request.POST if request.method == "POST" else None
    form = EditForm(typed, initial={"text": message.text, "version": message.version})
    status, is_stale = 422 if form.is_bound else 200, False
    if form.is_valid():
        try:
            message_id = _say(conversation, message, form.cleaned_data, request)
        except Stale:
            # What they typed stays in the field; sent once more, it is meant for the version they see now.
            message.refresh_from_db()
            form = EditForm(initial={"text": form.cleaned_data["text"], "version": message.version})
            status, is_stale = 409, True
        except ConversationFull as full:
            form.add_error("text", str(full))
        else:
            return see_other(threads.permalink(conversation.get_absolute_url(), message_id))
    context = {
        "conversation": conversation,
        "message": message,
        "form": form,
        "back": threads.permalink(conversation.get_absolute_url(), message.pk),
        "now": html_of([message])[message.pk] if is_stale else "",
        "versions": message.revisions.count(),
        "is_owner": conversation.owner_id == request.user.pk,
    }
    return render(request, "conversations/messages/edit.html", context, status=status)


def _say(conversation, message, written, request):
    if "beside" in request.POST:
        return conversation.edit_as_branch(
            message, written["text"], expected_version=written["version"], author=request.user.pk
        )
    else:
        message.edit(written["text"], by=request.user, expected_version=written["version"])
        return message.pk


@login_required
@require_http_methods(["GET", "POST"])
def delete(request, pk, message_pk):
    """Says what goes with it before it goes. What cannot be undone is the owner's alone."""
    conversation = deletable_or_404(request, pk)
    message = get_object_or_404(conversation.messages, pk=message_pk)
    above = conversation.messages.filter(position=message.parent_position).first()
    if request.method == "POST":
        with transaction.atomic():
            message.remove(prune=True)
            AuditEvent.record(
                "message.delete", actor=request.user, target=conversation, request=request, position=message.position
            )
        notices.success(request, "Deleted the message.")
        path = conversation.get_absolute_url()
        return see_other(threads.permalink(path, above.pk) if above else path)
    context = {
        "conversation": conversation,
        "message": message,
        "html": html_of([message])[message.pk],
        "back": threads.permalink(conversation.get_absolute_url(), message.pk),
        "answers": conversation.messages.filter(parent_position=message.position).count(),
        "attachments": message.attachments.count(),
        "versions": message.revisions.count(),
        "notes": Note.objects.visible_to(request.user).filter(message=message).count(),
        "pruned": message.pruned_without(),
    }
    return render(request, "conversations/messages/delete.html", context)
