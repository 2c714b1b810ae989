"""The conversation that a page is about, for whoever may do there what the page does."""

from django.core.exceptions import PermissionDenied
from django.http import Http404

from conversations.models import Conversation


def visible_or_404(request, pk):
    try:
        return Conversation.visible(pk, request.user)
    except Conversation.DoesNotExist:
        raise Http404 from None


def editable_or_404(request, pk):
    """404 for strangers, 403 for readers."""
    conversation = visible_or_404(request, pk)
    if not conversation.can_be_edited_by(request.user):
        raise PermissionDenied
    return conversation


def deletable_or_404(request, pk):
    """404 for strangers, 403 for everybody but the owner."""
    conversation = visible_or_404(request, pk)
    if not conversation.can_be_deleted_by(request.user):
        raise PermissionDenied
    return conversation
