from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from conversations.models import Message


@login_required
@require_safe
def detail(request, pk, message_pk):
    """One message as it was written, to be copied: the page itself carries its HTML only."""
    message = get_object_or_404(Message.objects.visible_to(request.user), conversation=pk, pk=message_pk)
    response = HttpResponse(message.text, content_type="text/markdown; charset=utf-8")
    # Somebody else's words from our own address: nothing in them may act there.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
