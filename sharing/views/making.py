"""A new link, as the owner of a conversation makes it."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from conversations.models import Conversation, Message
from conversations.refusals import Stale
from conversations.views.access import visible_or_404
from lib.htmx import render_page, wants_fragment
from lib.http import see_other, whole_number
from lib.refusals import Refusal
from lib.typeid import decode
from sharing import choices, drafts, pages
from sharing.findings import findings
from sharing.forms import WHAT, ShareForm
from sharing.models import ShareLink
from sharing.views.previews import CHANGED, UNFINISHED, NoPreview, findings_answer, framing, previewed

LISTED = 5  # links that the form names; all are on a page of their own
OVER = "The link that this form made is over. Sent once more, it makes another."
UNKNOWN = "This form has lain too long, or was not made for you. Look at the preview again."


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
        tip = whole_number(query, "tip") if "tip" in query else None
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
        if link.works:
            return _made(request, link)
        form.add_error(None, OVER)
        draft = None
    except Refusal as refusal:
        form.add_error(None, str(refusal))
    else:
        return _made(request, link)
    return _form_again(request, conversation, form, draft)


def _made(request, link):
    if wants_fragment(request):
        return render(request, "sharing/links/made.html", {"link": link})
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


def _read(request, data, pk):
    conversation = own_or_404(request, pk)
    form, draft = ShareForm(data, conversation=conversation), drafts.read(conversation, data.get("draft", ""))
    if not form.is_valid():
        raise NoPreview(UNFINISHED)
    if draft is None:
        raise NoPreview(UNKNOWN)
    if drafts.is_taken(draft):
        raise NoPreview("This link is made already.", 409)
    return lambda: ShareLink.objects.draft(conversation, pk=draft.pk, **form.asked)


preview, preview_page = previewed(_read)


@login_required
@require_POST
def look(request, pk):
    """What in it looks like a secret, beside the preview, and the button that publishes it all the same."""
    conversation = own_or_404(request, pk)
    form, draft = _sent(request, conversation)
    if not form.is_valid() or draft is None:
        return render(request, "sharing/links/_findings.html", {"conversation": conversation})
    asked = {"pk": draft.pk, **form.asked}
    return findings_answer(request, lambda: ShareLink.objects.draft(conversation, **asked), conversation=conversation)


def own_or_404(request, pk):
    """404 for strangers, 403 for everybody but the owner: publishing is theirs alone."""
    conversation = visible_or_404(request, pk)
    if conversation.owner_id != request.user.pk:
        raise PermissionDenied
    return conversation
