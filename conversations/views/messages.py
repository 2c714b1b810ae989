from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from conversations import reading, threads
from conversations.forms import MessageForm
from conversations.models import Conversation, ConversationFull, Message
from conversations.views.conversations import editable_or_404, outline_of
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
            message_id = _write(conversation, form.cleaned_data)
        except ConversationFull as full:
            form.add_error("text", str(full))
        except Conversation.DoesNotExist:  # deleted while they were writing
            raise Http404 from None
        else:
            return see_other(threads.permalink(conversation.get_absolute_url(), message_id))
    window = reading.latest(conversation)
    thread = threads.thread(conversation, window, request.user)
    context = {"conversation": conversation, "thread": thread, "form": form, "can_edit": True}
    context |= {"leads_up": True, "leads_down": True}
    context |= outline_of(conversation, window)
    return render(request, "conversations/detail.html", context, status=422)


def _write(conversation, written):
    if written["tip"] is None:
        return conversation.append(Message.Role.USER, written["text"])
    else:
        return conversation.reply(written["tip"], Message.Role.USER, written["text"])
