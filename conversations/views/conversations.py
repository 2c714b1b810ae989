from datetime import timedelta

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.ahead import asking
from accounts.models import AuditEvent
from conversations import finding as finder
from conversations import (
    history,
    limits,
    outline,
    pinned_by_me,
    reading,
    rendering,
    search,
    shared_with_me,
    threads,
)
from conversations.beside import Beside
from conversations.forms import NewConversationForm, TitleForm
from conversations.models import Conversation, Message
from conversations.rows import months_html
from conversations.thread_page import ThreadPage, ways
from conversations.views.access import deletable_or_404, editable_or_404
from lib.htmx import render_page, wants_fragment
from lib.http import see_other, whole_number, without
from lib.typeid import decode
from projects.people import WRITERS, Role

RECENTLY = timedelta(days=30)
PLACES = {"at", "from", "before", "after", "start", "all"}  # what names a window of a thread


@login_required
@require_GET
def index(request):
    """The history; with `archived`, what is not in it any more; with `select`, either with checkboxes, for what is done
    with several at once (views.selection)."""
    if request.GET.get("title") == "":
        return without(request, "title")
    after, named = request.GET.get("after"), request.GET.get("title", "")
    archived, selecting, in_part = "archived" in request.GET, "select" in request.GET, wants_fragment(request)
    beside = None if in_part else Beside(request.user)
    months = None if in_part or archived else history.months(request.user)
    try:
        page = history.page(request.user, after=after, named=named, archived=archived, goes_on=in_part)
    except history.BadCursorError:
        raise BadRequest("This page of the history does not exist.") from None
    context = {
        "beside": beside,
        "page": page,
        "named": named,
        "archived": archived,
        "selecting": selecting,
        "most": limits.SELECTION,
        # Rows that are put below others have it above them.
        "select_href": "" if selecting or (after and in_part) else _selecting(request),
        "months": months_html(months.found) if months else "",
    }
    if not page.rows and not in_part:
        context["has_archived"] = archived or bool(history.page(request.user, archived=True, size=1).rows)
    template = "conversations/select.html" if selecting and not in_part else "conversations/index.html"
    return render_page(request, template, context, fragment="rows")


@login_required
@require_GET
def shared(request):
    """What others have let the reader into: whose it is, and what they may do there."""
    return _list(request, shared_with_me, "conversations/shared.html")


@login_required
@require_GET
def pinned(request):
    """What the reader pinned, their own or not."""
    return _list(request, pinned_by_me, "conversations/pinned.html")


def _list(request, among, template):
    after = request.GET.get("after")
    try:
        page = history.page(request.user, after=after, among=among, goes_on=wants_fragment(request))
    except history.BadCursorError:
        raise BadRequest("This page of the list does not exist.") from None
    return render_page(request, template, {"page": page, "after": after}, fragment="rows")


def _selecting(request):
    query = request.GET.copy()
    query["select"] = ""
    return f"?{query.urlencode()}"


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    form = NewConversationForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            conversation = Conversation.objects.start(request.user, title=form.cleaned_data["title"] or None)
            conversation.append(Message.Role.USER, form.cleaned_data["text"])
        return see_other(conversation)
    return render(request, "conversations/new.html", {"form": form}, status=422 if form.is_bound else 200)


class Asked:
    """What a thread page asks, whoever `reader` turns out to be, and whether or not there is such a conversation."""

    def __init__(self, request, reader, pk):
        self.conversation = Conversation.asked(pk, reader)
        self.beside = None if wants_fragment(request) else Beside(reader)
        self.readings = AuditEvent.objects.readings_of(pk, timezone.now() - RECENTLY)
        self.opening = None if PLACES & request.GET.keys() else _opening(pk, reader.pk, reader)
        message = request.GET.get("at") or request.GET.get("from")
        self.landing = _landing(pk, message) if message else None


@require_GET
@csp_update({"frame-src": [SELF]})  # what a link would show, in the dialog that makes one
@asking(Asked)
def detail(request, asked, pk):
    """A window of one path: around `at` (a message id) or `from`, before or after a position on the path to `tip`, or
    the end. `at` points at the message; whoever reads on `from` one does not need to be shown it."""
    conversation = asked.conversation.found
    if conversation is None:
        raise Http404
    try:
        window, at = _window(conversation, request, asked)
    except ValueError:
        if "from" in request.GET:  # what one read may be gone when one comes back
            return redirect(conversation)
        raise Http404 from None
    finding = finder.find(conversation, request.GET.get("find", ""), at=at)
    if finding.found and not PLACES & request.GET.keys():
        return redirect(finding.first_href)
    role = conversation.role_of(request.user)
    thread = threads.thread(
        conversation,
        window,
        request.user,
        can_edit=role in WRITERS,
        at=at,
        is_found=bool(request.GET.get("at")),
        finding=finding,
        words=search.marks(request.GET.get("q", "")),
        with_hidden="hidden" in request.GET,
    )
    page = ThreadPage(
        conversation,
        thread,
        role,
        outline=None if wants_fragment(request) else outline.beside(conversation, window, thread.lines),
        beside=asked.beside,
        branch=None if thread.is_active else conversation.branches.filter(tip_position=thread.tip).first(),
        finding=finding,
        # All of it is under Account.
        readings=asked.readings.found if role == Role.OWNER else (0, None),
        printed=reading.WHOLE if "all" in request.GET else 0,
        **ways(request, request.GET),
    )
    return page.response(request)


def _opening(pk, owner_pk, reader):
    return reading.Opening(pk, owner_pk, reader, rendering.VERSION)


def _landing(pk, message):
    try:
        message_id = decode(Message.PREFIX, message)
    except ValueError:
        message_id = None  # which no message has
    return reading.Landing(pk, message_id)


def _window(conversation, request, asked):
    """The window that is asked for and the position it is around. ValueError where there is no such place."""
    query = request.GET
    if asked.landing:
        tip = whole_number(query, "tip") if "tip" in query else None
        return asked.landing.window(conversation, tip), asked.landing.place.found
    elif "before" in query:
        return reading.earlier(conversation, whole_number(query, "tip"), whole_number(query, "before")), None
    elif "after" in query:
        return reading.later(conversation, whole_number(query, "tip"), whole_number(query, "after")), None
    elif "all" in query:
        tip = whole_number(query, "tip") if "tip" in query else conversation.tip_position
        return reading.whole(conversation, tip), None
    elif "start" in query:
        return reading.first(conversation), None
    else:
        opening = asked.opening
        if opening is None or conversation.owner_id != request.user.pk:
            opening = _opening(conversation.pk, conversation.owner_id, request.user)
        return opening.window(conversation), None


@login_required
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    conversation = editable_or_404(request, pk)
    form = TitleForm(request.POST or None, initial={"title": conversation.title})
    if form.is_valid():
        conversation.rename(form.cleaned_data["title"] or None)
        return see_other(conversation)
    context = {"conversation": conversation, "form": form}
    return render(request, "conversations/edit.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def delete(request, pk):
    """Says what will go before it goes. Only the owner may: an editor's hand does not reach so far."""
    conversation = deletable_or_404(request, pk)
    if request.method == "POST":
        with transaction.atomic():
            counts = conversation.delete()
            AuditEvent.record("conversation.delete", actor=request.user, target=conversation, request=request, **counts)
        notices.success(request, _what_went(conversation, counts))
        return see_other("conversations:index")
    context = {"conversation": conversation, "share_links": conversation.share_links.filter(revoked_at=None).count()}
    return render(request, "conversations/delete.html", context)


def _what_went(conversation, counts):
    rows = [(counts[word], word) for word in ("messages", "attachments") if counts[word]]
    words = " and ".join(f"{n:,} {word.removesuffix('s') if n == 1 else word}" for n, word in rows)
    return f"Deleted “{conversation}”" + (f" with {words}." if words else ".")
