from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import AuditEvent, User

AT_ONCE = 50


@login_required
@require_GET
def index(request):
    """What the audit trail says about this person: who read or exported their conversations, who signed in as them."""
    page = Paginator(AuditEvent.objects.about(request.user), AT_ONCE).get_page(request.GET.get("page"))
    named = {event.target_id for event in page.object_list}
    actors = {event.actor_id for event in page.object_list} - {request.user.pk, None}
    administrators = set(User.objects.filter(pk__in=actors, is_superuser=True).values_list("pk", flat=True))
    things = request.user.conversations.only("owner", "title").in_bulk(named)
    things |= request.user.share_links.only("title").in_bulk(named)
    lines = [(event, things.get(event.target_id)) for event in page.object_list]
    context = {"page": page, "lines": lines, "administrators": administrators}
    return render(request, "account/activity.html", context)
