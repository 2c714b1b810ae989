from functools import partial

from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.ahead import asking
from conversations import found
from conversations.beside import Beside
from conversations.models import Message
from conversations.search import BEST, NEWEST, BadCursorError, read
from conversations.search.reach import Reach, ask_reach
from lib.htmx import render_page


class Asked:
    """What stands beside a search, and what it begins with, whoever `reader` turns out to be."""

    def __init__(self, request, reader):
        self.beside, self.reach = Beside(reader), ask_reach(reader)


@require_GET
@asking(Asked)
def index(request, asked):
    """Hits grouped by conversation; every hit is a link to its message on its branch, with the words marked there."""
    text, order, cursor = request.GET.get("q", ""), _order(request), request.GET.get("cursor", "")
    try:
        results = Message.objects.search(
            text, request.user, order=order, cursor=cursor, reach=partial(Reach, asked=asked.reach)
        )
    except BadCursorError:
        raise BadRequest("This page of the results does not exist.") from None
    context = {
        "beside": asked.beside,
        "query": text,
        "order": order,
        "results": results,
        "page": found.page(results, request.user, order),
    }
    return render(request, "conversations/search.html", context)


@login_required
@require_GET
def facets(request):
    """What a search could be narrowed to, with counts: a column of its page, sent after it, or a page of its own."""
    text, order = request.GET.get("q", ""), _order(request)
    question = read(text, request.user)
    context = {
        "query": text,
        "back": found.href(text, order),
        "facets": found.facets(Message.objects.facets(text, request.user), question, order),
    }
    return render_page(request, "conversations/search/facets.html", context, fragment="facets")


def _order(request):
    return BEST if request.GET.get("order") == BEST else NEWEST
