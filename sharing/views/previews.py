"""What strangers would see, for the owner of a link to see first."""

from csp.constants import SELF
from csp.decorators import csp_replace, csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.clickjacking import xframe_options_sameorigin

from lib.refusals import Refusal
from sharing import pages
from sharing.findings import findings

CHANGED = "The conversation has changed since you looked at it. This is what the link would show now; look again."
UNFINISHED = "Something in the form is not right yet."

framing = csp_update({"frame-src": [SELF]})  # the preview, on the pages that show one


def framed(view):
    """Of an answer that a page of ours may show in a frame, as no other."""
    return login_required(xframe_options_sameorigin(csp_replace({"frame-ancestors": [SELF]})(view)))


def preview_answer(request, draft):
    """The page of the link that `draft` makes, byte for byte."""
    try:
        link = draft()
        return HttpResponse(pages.html(link, _after(link, request.POST.get("part", ""))))
    except Refusal as refusal:
        return no_preview(str(refusal))


def _after(link, part):
    """The position behind which that part of it begins; None for the first."""
    number = int(part) if part.isascii() and part.isdigit() and len(part) < 6 else 1
    last = (number - 1) * pages.WINDOW
    return link.shown_positions[last - 1] if 0 < last < len(link.shown_positions) else None


def no_preview(words, status=422):
    html = render_to_string("sharing/links/no_preview.html", {"words": words})
    return HttpResponse(html, status=status)


def findings_answer(request, draft, **more):
    """What in the link that `draft` makes looks like a secret."""
    context = dict(more)
    try:
        context["findings"] = findings(draft())
    except Refusal as refusal:
        context["refusal"] = str(refusal)
    return render(request, "sharing/links/_findings.html", context)
