"""A link as its owner makes it and looks after it."""

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from conversations.models import Attachment, Conversation, Message
from conversations.refusals import Stale
from conversations.views.attachments import file_answer
from conversations.views.conversations import position, visible_or_404
from lib.htmx import render_page, wants_fragment
from lib.http import see_other
from lib.refusals import Refusal
from lib.typeid import decode
from sharing import choices, dashboard, drafts, pages
from sharing.findings import findings
from sharing.forms import INCLUDED, WHAT, ChangeForm, ShareForm
from sharing.models import ShareLink
from sharing.views import files

LISTED = 5  # links that the form names; all are on a page of their own
CHANGED = "The conversation has changed since you looked at it. This is what the link would show now; look again."
UNKNOWN = "This form has lain too long, or was not made for you. Look at the preview again."

framing = csp_update({"frame-src": [SELF]})  # the preview, on the pages that show one


def framed(view):
    """Of an answer that a page of ours may show in a frame, as no other."""
    return login_required(xframe_options_sameorigin(csp_replace({"frame-ancestors": [SELF]})(view)))


# --- a new one ---


@login_required
@require_http_methods(["GET", "POST"])
@framing
def new(request, pk):
    """Without a script it is a page; with one, a dialog of the thread. `message`, an id, and `tip`, a position: what is
    in question."""
    conversation = own_or_404(request, pk)
    if request.method == "GET":
        return _form(request, conversation, *_asked(conversation, request.GET))
    form, draft = _sent(request, conversation)
    if form.is_valid():
        if draft is None:
            form.add_error(None, UNKNOWN)
        else:
            return _share(request, conversation, form, draft)
    return _form_again(request, conversation, form, draft)


def _asked(conversation, query):
    """(a new form, the window of messages that it offers)"""
    message = None
    try:
        if "message" in query:
            message = get_object_or_404(conversation.messages, pk=decode(Message.PREFIX, query["message"]))
        tip = position(query, "tip") if "tip" in query else None
    except ValueError:
        raise Http404 from None
    window = choices.window(conversation, message, tip)
    branch = _branch(conversation, window.tip)
    last = message or conversation.messages.filter(position=window.tip).only("pk").first()
    initial = {
        "what": "message" if message else "branch",
        "message": last and last.typeid,
        "branch": branch and branch.typeid,
        "title": conversation.title,
        "draft": drafts.sign(conversation),
    }
    return ShareForm(conversation=conversation, initial=initial), window


def _branch(conversation, tip):
    """Where `tip` is not the active branch's, the one that it is of."""
    if tip == conversation.tip_position:
        return None
    return conversation.branches.filter(tip_position=tip).order_by("created_at").first()


def _sent(request, conversation):
    form = ShareForm(request.POST, conversation=conversation)
    return form, drafts.read(conversation, request.POST.get("draft", ""))


def _share(request, conversation, form, draft):
    asked = {"pk": draft.pk, **form.asked}
    # A live one shows whatever comes: there is nothing that could have changed unseen.
    seen = None if form.asked.get("is_live") else draft.revision
    try:
        if seen not in (None, conversation.revision):
            raise Stale
        found = findings(ShareLink.objects.draft(conversation, **asked))
        if found.digest != request.POST.get("seen", ""):
            return _form_again(request, conversation, form, draft, findings=found)
        with transaction.atomic():
            link = ShareLink.objects.share(
                conversation, by=request.user, request=request, expected_revision=seen, **asked
            )
    except Stale:
        form.add_error(None, CHANGED)
    except IntegrityError:  # made already, by the same form
        link = get_object_or_404(ShareLink.objects.visible_to(request.user), pk=draft.pk, conversation=conversation)
        return _made(request, link)
    except Conversation.DoesNotExist:
        raise Http404 from None
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    else:
        return _made(request, link)
    return _form_again(request, conversation, form, draft)


def _made(request, link):
    if wants_fragment(request):
        return render(request, "sharing/links/made.html", {"link": link, "address": address_of(link)})
    return see_other(link)


def _form_again(request, conversation, form, draft, **more):
    """What was sent, with what is wrong with it. From now on it is about the conversation as it is now."""
    fresh = Conversation.visible(conversation.pk, request.user)
    data = form.data.copy()
    data["draft"] = drafts.sign(fresh, draft and draft.pk)
    form.data = data
    window = choices.window(fresh, form.cleaned_data.get("message"))
    return _form(request, fresh, form, window, status=422, **more)


def _form(request, conversation, form, window, status=200, **more):
    chosen = form["message"].value()
    context = {
        "conversation": conversation,
        "form": form,
        "what": [(value, *words, value == form["what"].value()) for value, words in WHAT.items()],
        "choices": choices.choices(conversation, window, but=chosen),
        "branch": _branch(conversation, window.tip),
        "parts": range(1, -(-conversation.length // pages.WINDOW) + 1),
        "links": ShareLink.objects.visible_to(request.user)
        .filter(conversation=conversation, revoked_at=None)
        .counted()
        .order_by("-pk")[:LISTED],
        **more,
    }
    return render_page(request, "sharing/links/new.html", context, fragment="form", status=status)


@framed
@require_POST
def preview(request, pk):
    """The page that the link would show, byte for byte."""
    conversation = own_or_404(request, pk)
    form, draft = _sent(request, conversation)
    if not form.is_valid():
        return _no_preview("Something in the form is not right yet.")
    elif draft is None:
        return _no_preview(UNKNOWN)
    elif drafts.is_taken(draft):
        return _no_preview("This link is made already.", status=409)
    return _preview(request, lambda: ShareLink.objects.draft(conversation, pk=draft.pk, **form.asked))


@require_safe
def file(request, share, pk):
    """A file of the page behind a link. Whoever may see its conversation gets it also where the link is not there, or
    does not show it, yet: in a preview."""
    own = Attachment.objects.visible_to(request.user).filter(pk=pk).first()
    if own is None:
        return files.file(request, share, pk=pk)
    response = file_answer(own)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def look(request, pk):
    """What in it looks like a secret, beside the preview, and the button that publishes it all the same."""
    conversation = own_or_404(request, pk)
    form, draft = _sent(request, conversation)
    if not form.is_valid() or draft is None:
        return render(request, "sharing/links/_findings.html", {"conversation": conversation})
    asked = {"pk": draft.pk, **form.asked}
    return _findings(request, lambda: ShareLink.objects.draft(conversation, **asked), conversation=conversation)


# --- one that there is ---


@login_required
@require_GET
def detail(request, pk):
    link = _link(request, pk)
    context = {
        "link": link,
        "address": link.secret and address_of(link),
        "conversation": _conversation(link),
        "views": dashboard.views_of(link),
        "also": [words for name, (words, _) in INCLUDED.items() if getattr(link, name)],
    }
    return render(request, "sharing/links/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@framing
def edit(request, pk):
    link = _link(request, pk)
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
def update(request, pk):
    """Says what an update would change before it does."""
    link = _link(request, pk)
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
        return position(request.POST, "revision")
    except ValueError:
        raise Http404 from None


@framed
@require_POST
def preview_change(request, pk):
    """What an old link would show: with what the form says, or after an update."""
    link = _link(request, pk)
    if "now" in request.POST:
        return _preview(request, lambda: link.draft(now=True))
    form = ChangeForm(request.POST, link=link)
    if not form.is_valid():
        return _no_preview("Something in the form is not right yet.")
    return _preview(request, lambda: link.draft(**form.settings))


@login_required
@require_POST
def look_at_change(request, pk):
    link = _link(request, pk)
    form = ChangeForm(request.POST, link=link)
    if not form.is_valid():
        return render(request, "sharing/links/_findings.html", {"link": link})
    return _findings(request, lambda: link.draft(**form.settings), link=link, conversation=_conversation(link))


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request, pk):
    link = _link(request, pk)
    if request.method == "POST":
        link.revoke(by=request.user, request=request)
        notices.success(request, "The link is revoked. Whoever opens it is told so.")
        return see_other(link)
    elif link.revoked_at:
        return redirect(link)
    return render(request, "sharing/links/revoke.html", {"link": link})


# --- what they share ---


def own_or_404(request, pk):
    """404 for strangers, 403 for everybody but the owner: publishing is theirs alone."""
    conversation = visible_or_404(request, pk)
    if conversation.owner_id != request.user.pk:
        raise PermissionDenied
    return conversation


def _link(request, pk):
    return get_object_or_404(ShareLink.objects.visible_to(request.user), pk=pk)


def _conversation(link):
    """None where it is gone: the link outlives it."""
    return Conversation.objects.filter(pk=link.conversation_id).first()


def address_of(link):
    return settings.PUBLIC_ORIGIN + link.path


def _preview(request, draft):
    try:
        link = draft()
        return HttpResponse(pages.html(link, _after(link, request.POST.get("part", ""))))
    except Refusal as refusal:
        return _no_preview(str(refusal))


def _after(link, part):
    """The position behind which that part of it begins; None for the first."""
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 6 else 1
    last = (number - 1) * pages.WINDOW
    return link.shown_positions[last - 1] if 0 < last < len(link.shown_positions) else None


def _no_preview(words, status=422):
    html = render_to_string("sharing/links/no_preview.html", {"words": words})
    return HttpResponse(html, status=status)


def _findings(request, draft, **more):
    context = dict(more)
    try:
        context["findings"] = findings(draft())
    except Refusal as refusal:
        context["refusal"] = str(refusal)
    return render(request, "sharing/links/_findings.html", context)
