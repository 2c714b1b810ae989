"""A link as its owner looks after it."""

from functools import wraps

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations.models import Conversation
from conversations.refusals import Stale
from lib.http import see_other, whole_number
from lib.refusals import Refusal
from sharing import dashboard
from sharing.findings import findings
from sharing.forms import INCLUDED, ChangeForm
from sharing.models import ShareLink
from sharing.views.previews import CHANGED, UNFINISHED, NoPreview, findings_answer, framing, previewed


def _of_link(view):
    """A view that changes or ends its link. Of a revoked one there is nothing to ask: that leads to the link's page."""

    @wraps(view)
    def wrapped(request, pk):
        link = _link(request, pk)
        return redirect(link) if request.method == "GET" and link.revoked_at else view(request, link)

    return wrapped


@login_required
@require_GET
def detail(request, pk):
    link = _link(request, pk)
    context = {
        "link": link,
        "conversation": _conversation(link),
        "views": dashboard.views_of(link),
        "also": [words for name, (words, _) in INCLUDED.items() if getattr(link, name)],
    }
    return render(request, "sharing/links/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@framing
@_of_link
def edit(request, link):
    form = ChangeForm(request.POST if request.method == "POST" else None, link=link)
    found = None
    if form.is_valid():
        try:
            found = findings(link.draft(**form.settings))
            if found.digest == request.POST.get("seen", "") or _is_known(link, found):
                link.change(by=request.user, request=request, **form.changed)
                notices.success(request, "Saved.")
                return see_other(link)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"link": link, "form": form, "conversation": _conversation(link), "findings": found}
    return render(request, "sharing/links/edit.html", context, status=422 if form.is_bound else 200)


def _is_known(link, found):
    """Whether it shows all of it already."""
    return found <= findings(link.draft(expires_at=None))


@login_required
@require_http_methods(["GET", "POST"])
@framing
@_of_link
def update(request, link):
    """Says what an update would change before it does."""
    context = {"link": link, "conversation": _conversation(link)}
    try:
        if request.method == "POST":
            link.update_to_now(by=request.user, request=request, expected_revision=_seen(request))
            notices.success(request, "The link shows the conversation as it is now.")
            return see_other(link)
        context |= {"changes": link.changes(), "findings": findings(link.draft(now=True))}
    except Stale:
        notices.warning(request, CHANGED)
        return see_other("sharing:update", link.pk)
    except Refusal as refusal:
        context["refusal"] = str(refusal)
    return render(request, "sharing/links/update.html", context, status=409 if "refusal" in context else 200)


def _seen(request):
    try:
        return whole_number(request.POST, "revision")
    except ValueError:
        raise Http404 from None


def _read(request, data, pk):
    """What an old link would show: with what the form says, or after an update."""
    link = _link(request, pk)
    if "now" in data:
        return lambda: link.draft(now=True)
    form = ChangeForm(data, link=link)
    if not form.is_valid():
        raise NoPreview(UNFINISHED)
    return lambda: link.draft(**form.settings)


preview, preview_page = previewed(_read)


@login_required
@require_POST
def look_at_change(request, pk):
    link = _link(request, pk)
    form = ChangeForm(request.POST, link=link)
    if not form.is_valid():
        return render(request, "sharing/links/_findings.html", {"link": link})
    return findings_answer(request, lambda: link.draft(**form.settings), link=link, conversation=_conversation(link))


@login_required
@require_http_methods(["GET", "POST"])
@_of_link
def revoke(request, link):
    if request.method == "POST":
        link.revoke(by=request.user, request=request)
        notices.success(request, "The link is revoked. Whoever opens it is told so.")
        return see_other(link)
    return render(request, "sharing/links/revoke.html", {"link": link})


def _link(request, pk):
    return get_object_or_404(ShareLink.objects.visible_to(request.user), pk=pk)


def _conversation(link):
    """None where it is gone: the link outlives it."""
    return Conversation.objects.filter(pk=link.conversation_id).first()
