"""What strangers would see, for the owner of a link to see first."""

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from lib.http import see_other, whole_number
from lib.refusals import Refusal
from sharing import drafts, pages
from sharing.findings import findings
from sharing.forms import ChangeForm, ShareForm

CHANGED = "The conversation has changed since you looked at it. This is what the link would show now; look again."
UNFINISHED = "Something in the form is not right yet."
# What of a form its preview depends on. No password: it would lie in the history.
FIELDS = {*ShareForm.base_fields, *ChangeForm.base_fields, "now"} - {"password"}
LONGEST = 4_000  # characters of an address; those fields have bounds, and what fills more was typed by nobody

framing = csp_update({"frame-src": [SELF]})  # the preview, on the pages that show one


def framed(view):
    """Of an answer that a page of ours may show in a frame, as no other."""
    return login_required(xframe_options_sameorigin(csp_replace({"frame-ancestors": [SELF]})(view)))


class NoPreview(Refusal):
    """What is asked for cannot be shown, and why."""

    def __init__(self, said, status=422):
        self.said, self.status = said, status


def previewed(read):
    """(the view that a form is sent to, the view of the page that it leads to), where `read(request, data, **named)`
    gives what makes the link that the fields of that form are about. Raises NoPreview.

    What was sent goes along in the address, signed for whoever sent it: so the page lies where its links, which are
    relative, lead to pages of the same preview.
    """

    @framed
    @require_POST
    def preview(request, **named):
        try:
            read(request, request.POST, **named)
        except NoPreview as refusal:
            return _no_preview(refusal)
        sent = {name: value for name, value in request.POST.items() if name in FIELDS}
        state = signing.dumps(sent, salt=_salt(request), compress=True)
        if len(state) > LONGEST:
            return _no_preview(NoPreview(UNFINISHED))
        part = _number(request.POST, "part")
        return see_other(f"{request.path}{state}/page" + (f"?part={part}" if part else ""))

    @framed
    @require_safe
    def page(request, state, rest, **named):
        try:
            sent = signing.loads(state, salt=_salt(request), max_age=drafts.LIFE)
        except signing.BadSignature:
            raise Http404 from None
        try:
            link = read(request, sent, **named)()
            if not link.secret:
                raise NoPreview("The address of this link can be shown no more, and so its page is not shown here.")
            if "/" in rest:
                raise NoPreview("Readers come from here to another page. In a preview there is none.", 404)
            # Byte for byte what strangers get.
            return HttpResponse(pages.html(link, _after(link, request.GET)))
        except NoPreview as refusal:
            return _no_preview(refusal)
        except Refusal as refusal:
            return _no_preview(NoPreview(str(refusal)))

    return preview, page


def _salt(request):
    return f"sharing.preview.{request.user.pk}"


def _after(link, query):
    """The position behind which it begins; None for the first part. A form knows only the number of a part."""
    if (after := _number(query, "after")) is not None:
        return after
    last = ((_number(query, "part") or 1) - 1) * pages.WINDOW
    return link.shown_positions[last - 1] if 0 < last < len(link.shown_positions) else None


def _number(query, name):
    try:
        return whole_number(query, name)
    except ValueError:
        return None


def _no_preview(refusal):
    html = render_to_string("sharing/links/no_preview.html", {"words": str(refusal)})
    return HttpResponse(html, status=refusal.status)


def findings_answer(request, draft, **more):
    """What in the link that `draft` makes looks like a secret."""
    context = dict(more)
    try:
        context["findings"] = findings(draft())
    except Refusal as refusal:
        context["refusal"] = str(refusal)
    return render(request, "sharing/links/_findings.html", context)
