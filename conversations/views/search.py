from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBadRequest
from django.utils import timezone
from django.views.decorators.http import require_GET

from conversations import history
from conversations.models import Message
from conversations.search import BEST, NEWEST, BadCursorError
from conversations.threads import permalink
from lib.htmx import render_page
from lib.text import plain


@login_required
@require_GET
def index(request):
    """Hits grouped by conversation; every hit is a link to its message on its branch, with the words marked there."""
    text = request.GET.get("q", "")
    order = BEST if request.GET.get("order") == BEST else NEWEST
    try:
        results = Message.objects.search(text, request.user, order=order, cursor=request.GET.get("cursor", ""))
    except BadCursorError:
        return HttpResponseBadRequest("This page of the results does not exist.")
    context = {
        "query": text,
        "order": order,
        "results": results,
        "groups": [_group(group, text) for group in _each_once(results.titles, results.groups)],
    }
    return render_page(request, "conversations/search.html", context, fragment="results")


def _each_once(titles, groups):
    """What was found by its name first, unless it stands among the groups anyway, with its messages."""
    told = {group.conversation.pk for group in groups}
    return [group for group in titles if group.conversation.pk not in told] + groups


def _group(group, text):
    """What the page shows of one conversation: its address, its marked title, and a link for every hit."""
    now = timezone.localtime()
    path = group.conversation.get_absolute_url()
    at = timezone.localtime(group.conversation.last_message_at)
    return {
        "href": history.opening(path, group.conversation.length),
        "title": group.title or str(group.conversation),
        "time": history.short_time(at, now),
        "iso": at.isoformat(timespec="seconds"),
        "length": group.conversation.length,
        "more": group.more,
        "hits": [_hit(hit, path, text, now) for hit in group.hits],
    }


def _hit(hit, path, text, now):
    at = timezone.localtime(hit.created_at)
    return {
        "href": permalink(path, hit.id, query=text),
        "who": "You" if hit.role == Message.Role.USER else hit.model or hit.role.capitalize(),
        "time": history.short_time(at, now),
        "iso": at.isoformat(timespec="seconds"),
        "snippet": plain(hit.snippet),
        "elsewhere": not hit.on_active_branch,
    }
