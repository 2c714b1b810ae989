"""What strangers are told where a link does not open."""

from functools import wraps

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string

from accounts.refusals import TooManyRequests, TooManyTries
from lib.refusals import Refusal
from sharing import opening
from sharing.refusals import (
    ShareExpired,
    ShareNotFound,
    SharePasswordRequired,
    SharePasswordWrong,
    ShareReadOnly,
    ShareRevoked,
    TooMuchAtOnce,
)

LOCKED = (SharePasswordRequired, SharePasswordWrong, TooManyTries)
CLOSED = {
    ShareNotFound: (
        404,
        "There is nothing here",
        "The address is not complete, or it was never one. Ask whoever sent it to you for the whole link.",
    ),
    ShareRevoked: (
        410,
        "This link no longer works",
        "Whoever shared this conversation has taken the link back, or deleted the conversation.",
    ),
    ShareExpired: (410, "This link has expired", "It worked for the time that whoever made it had chosen."),
    TooMuchAtOnce: (400, "This is too much at once", TooMuchAtOnce.said),
    ShareReadOnly: (403, "This one is for reading", ShareReadOnly.said),
    TooManyRequests: (
        429,
        "That was too often",
        "Links that nobody made were asked for very often from where you are. Try again in a minute.",
    ),
}


def public(view):
    """A view of a link, opened by whoever has it: view(request, link, …). What hinders them is a page, of which nothing
    is the conversation's."""

    @wraps(view)
    def answered(request, share, **rest):
        link = None
        try:
            link = opening.opened(request, share)
            return view(request, link, **rest)
        except LOCKED as refusal:
            return _locked(link, refusal)
        except Http404:  # a file whose bytes are gone
            return _closed(ShareNotFound())
        except Refusal as refusal:
            return _closed(refusal)

    return answered


def _closed(refusal):
    status, heading, words = CLOSED.get(type(refusal), (400, "That did not work", str(refusal)))
    return _page("sharing/closed.html", status, refusal, heading=heading, words=words)


def _locked(link, refusal):
    status = 429 if isinstance(refusal, TooManyTries) else 403
    error = "" if isinstance(refusal, SharePasswordRequired) else str(refusal)
    return _page("sharing/locked.html", status, refusal, path=link.path, error=error)


def _page(template, status, refusal, **context):
    response = HttpResponse(render_to_string(template, {"status": status, **context}), status=status)
    if refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response
