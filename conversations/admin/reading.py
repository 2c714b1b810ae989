"""Reading somebody's conversation as a superuser: a reason first, a line in the audit trail, then the words."""

import json
from datetime import timedelta

from django import forms
from django.contrib.admin.utils import quote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from conversations.models import Conversation, Message

ACTION = "conversation.read"
GOOD_FOR = timedelta(minutes=30)  # one look at a problem; the next one is another reading
PAGE = 50


class ReasonForm(forms.Form):
    reason = forms.CharField(
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text="For example the number of the support request. It is kept for good, and the owner can see it.",
    )


class Reading:
    def __init__(self, model_admin, request, pk):
        if not model_admin.has_view_permission(request):
            raise PermissionDenied
        self.admin = model_admin
        self.request = request
        self.conversation = get_object_or_404(Conversation.objects.select_related("owner"), pk=pk)

    def ask(self):
        """GET: the form. POST: the reason is written down, and what it opens is one address for half an hour."""
        form = ReasonForm(self.request.POST or None)
        if self.request.method == "POST" and form.is_valid():
            event = AuditEvent.record(
                ACTION,
                actor=self.request.user,
                target=self.conversation,
                request=self.request,
                reason=form.cleaned_data["reason"],
                messages=self.conversation.message_count,
            )
            return redirect("admin:conversations_conversation_text", self.conversation.pk, event.pk)
        status = 422 if form.is_bound else 200
        return self._page("ask", status=status, form=form)

    def show(self, event):
        """A page of the words behind an audit line of this superuser's own; any other line opens nothing."""
        get_object_or_404(
            AuditEvent,
            pk=event,
            action=ACTION,
            actor_id=self.request.user.pk,
            target_id=self.conversation.pk,
            created_at__gt=timezone.now() - GOOD_FOR,
        )
        after = self.request.GET.get("after", "0")
        if not (after.isascii() and after.isdecimal() and len(after) < 10):
            raise Http404
        messages = list(
            Message.objects.filter(conversation=self.conversation, position__gt=int(after)).order_by("position")[
                : PAGE + 1
            ]
        )
        following = messages[PAGE - 1].position if len(messages) > PAGE else None
        return self._page(
            "text",
            turns=[(message, pretty(message.parts), pretty(message.metadata)) for message in messages[:PAGE]],
            metadata=pretty(self.conversation.metadata),
            following=following,
            first=after == "0",
        )

    def _page(self, name, status=200, **context):
        opts = self.admin.opts
        back = reverse("admin:conversations_conversation_change", args=[quote(self.conversation.pk)])
        context |= {
            **self.admin.admin_site.each_context(self.request),
            "title": "Read with a reason" if name == "ask" else str(self.conversation),
            "conversation": self.conversation,
            "opts": opts,
            "back": back,
        }
        template = f"admin/conversations/conversation/{name}.html"
        return TemplateResponse(self.request, template, context, status=status)


def pretty(value):
    """JSON for people; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, indent=2) if value else ""
