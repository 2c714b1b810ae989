from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from conversations import rendering, threads
from conversations.models import Message
from conversations.views.access import visible_or_404

AT_ONCE = 20


@login_required
@require_GET
def index(request, pk, message_pk):
    """What a message said before each edit, the newest first, below what it says now."""
    conversation = visible_or_404(request, pk)
    message = get_object_or_404(conversation.messages.select_related("updated_by"), pk=message_pk)
    revisions = message.revisions.select_related("edited_by").order_by("-version")
    page = Paginator(revisions, AT_ONCE).get_page(request.GET.get("page"))
    context = {
        "conversation": conversation,
        "message": message,
        "page": page,
        "html": rendering.html_of([message])[message.pk] if page.number == 1 else "",
        "versions": [(revision, _html(revision, message)) for revision in page],
        "back": threads.permalink(conversation.get_absolute_url(), message.pk),
    }
    return render(request, "conversations/messages/versions.html", context)


def _html(revision, message):
    """Rendered for this page and not kept: nobody reads the old words often."""
    then = Message(role=message.role, name=message.name, position=message.position, text=revision.text)
    then.pk, then.parts = message.pk, revision.parts
    return mark_safe(rendering.render(then))  # noqa: S308  through the sanitiser
