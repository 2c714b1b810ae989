"""Everything that somebody shares, on one page; for a superuser, everything that their workspace does."""

import re
from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponseBadRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import AuditEvent
from conversations.models import Conversation
from lib.htmx import render_page, wants_fragment
from lib.http import see_other, without
from lib.text import clean, listed
from sharing import dashboard, limits
from sharing.models import ShareLink
from sharing.selection import Selection

LONGER = timedelta(days=30)
ONE_READING = timedelta(minutes=30)  # what a superuser looks at within it is one line of the audit trail
NO_LINKS = {"working": "No link works at the moment.", "expired": "No link has expired.", "revoked": "None is revoked."}


@login_required
@require_GET
def index(request, *, of_workspace=False):
    """The links, newest first, and whoever was let in. Of a workspace, whose words others wrote: that is written down,
    and their addresses are not told."""
    if request.GET.get("title") == "":
        return without(request, "title")
    links, in_part = _links(request, of_workspace), wants_fragment(request)
    state, named, after = _asked(request.GET)
    conversations = Conversation.objects.visible_to(request.user, own=True).only("title")
    if of_workspace:
        links, conversations = links.select_related("owner"), Conversation.objects.reached_by(request.user).only("pk")
        _note_reading(request)
    try:
        page = dashboard.page(links, conversations, state=state, named=named, after=after)
    except ValueError:
        raise BadRequest("This page of the list does not exist.") from None
    context = {
        "page": page,
        "state": state,
        "named": named,
        "of_workspace": of_workspace,
        "home": _home(of_workspace),
        "most": limits.SELECTION,
        "none": NO_LINKS.get(state, "Nothing is older than that."),
    }
    if not in_part:
        context["counts"] = counts = links.count_states()
        context["total"] = sum(counts.values())
        if not (of_workspace or after):
            context["crowded"] = dashboard.with_people(request.user, _number_in(request.GET.get("people", "1")))
    return render_page(request, "sharing/index.html", context, fragment="rows")


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request, *, of_workspace=False):
    """Ends the selected ones."""
    return _of_selected(request, of_workspace, _revoked)


@login_required
@require_http_methods(["GET", "POST"])
def extend(request):
    """Lets the selected ones work for longer."""
    return _of_selected(request, False, _extended)


@login_required
@require_http_methods(["GET", "POST"])
def revoke_all(request, *, of_workspace=False):
    """Says first how many."""
    links = _links(request, of_workspace)
    if request.method == "POST":
        count = links.revoke(by=request.user, request=request)
        notices.success(request, f"Revoked {_number(count)}. Whoever opens one is told that it ended.")
        return see_other(_home(of_workspace))
    context = {"counts": links.count_states(), "of_workspace": of_workspace, "home": _home(of_workspace)}
    return render(request, "sharing/revoke_all.html", context)


def _links(request, of_workspace):
    """The door: one's own, or for a superuser those of the workspace."""
    if not of_workspace:
        return ShareLink.objects.visible_to(request.user)
    if not request.user.is_superuser:
        raise Http404
    return ShareLink.objects.of_workspace(request.user.workspace_id)


def _home(of_workspace):
    return reverse("sharing:workspace" if of_workspace else "sharing:index")


def _asked(query):
    """(state, title, place) of a list. Without a word about the state, those that work."""
    state, named = query.get("state", "working"), clean(query.get("title", "")).strip()
    if state not in ("all", *ShareLink.State.values):
        raise BadRequest("A link is working, expired or revoked.")
    return "" if state == "all" else state, named[:200], query.get("after")


def _number_in(text):
    """Of a page, from 1 on."""
    if not re.fullmatch("[1-9][0-9]{0,5}", text):
        raise BadRequest("This page of the list does not exist.")
    return int(text)


def _note_reading(request):
    earlier = AuditEvent.objects.filter(
        target_id=request.user.workspace_id,
        action="sharelinks.read",
        actor_id=request.user.pk,
        created_at__gt=timezone.now() - ONE_READING,
    )
    if not earlier.exists():
        AuditEvent.record("sharelinks.read", actor=request.user, target=request.user.workspace, request=request)


def _of_selected(request, of_workspace, act):
    """GET comes from signing in on the way: back to the list, nothing changed."""
    links, names = _links(request, of_workspace), request.POST.getlist("link")
    if request.method == "GET":
        return see_other(_home(of_workspace))
    if len(names) > limits.SELECTION:
        return HttpResponseBadRequest(f"At most {limits.SELECTION} links at once. Nothing was changed.")
    if names:
        act(request, Selection(links, names))
    else:
        notices.warning(request, "Select links first.")
    back = {name: request.POST[name] for name in ("state", "title") if request.POST.get(name)}
    return see_other(_home(of_workspace) + (f"?{urlencode(back)}" if back else ""))


def _revoked(request, selection):
    missing = len(selection.missing)
    count = selection.links.revoke(by=request.user, request=request)
    said = [(selection.found - count, "had ended before", "had ended before"), *_not_there(missing)]
    _tell(request, f"Revoked {_number(count)}", count, said)


def _extended(request, selection):
    missing, endless = len(selection.missing), selection.links.filter(revoked_at=None, expires_at=None).count()
    count = selection.links.extend(LONGER, by=request.user, request=request)
    revoked = selection.found - endless - count
    said = [(endless, "never ends", "never end"), (revoked, "is revoked", "are revoked"), *_not_there(missing)]
    _tell(request, f"{_number(count).capitalize()} may be opened {LONGER.days} days longer", count, said)


def _not_there(count):
    return [(count, "is no longer there, or not yours", "are no longer there, or not yours")]


def _tell(request, done, count, reasons):
    """`reasons`: (of how many, what is true of one, of several) that nothing was done to them."""
    others = listed([f"{n} {one if n == 1 else several}" for n, one, several in reasons if n] or [""])
    if count:
        notices.success(request, f"{done}; {others}." if others else f"{done}.")
    else:
        notices.warning(request, f"Nothing was changed: {others}.")


def _number(count):
    return f"{count:,} link{'' if count == 1 else 's'}"
