from django.http import HttpResponse
from django.template.loader import render_to_string

from api.problem import not_found
from api.v1.views.shares import PublicShare
from sharing import pages

# What a person is told instead, by the code of the refusal.
CLOSED = {
    "share_not_found": (
        "There is nothing here",
        "The address is not complete, or it was never one. Ask whoever sent it to you for the whole link.",
    ),
    "share_revoked": (
        "This link no longer works",
        "Whoever shared this conversation has taken the link back, or deleted the conversation.",
    ),
    "share_expired": ("This link has expired", "It worked for the time that whoever made it had chosen."),
    "rate_limited": ("That was too often", "Links were opened very often from where you are. Try again in a minute."),
}


class SharePage(PublicShare):
    """A link as a page for people; as JSON for whoever asks for that. It sets no cookie and knows no session."""

    produces = ("text/html", "application/json")
    schema = None

    def get(self, request, share):
        if prefers_json(request):
            return super().get(request, share)
        link = self.opened(share)
        after = request.query_params.get("after")
        html = pages.html(link, position(after) if after else None)
        if not after:
            self.count_view(link)
        return HttpResponse(html)

    @classmethod
    def refuse(cls, request, problem):
        if prefers_json(request):
            return super().refuse(request, problem)
        heading, words = CLOSED.get(problem.code, ("That did not work", problem.message))
        context = {"status": problem.status, "heading": heading, "words": words}
        html = render_to_string("sharing/closed.html", context)
        return HttpResponse(html, status=problem.status, headers=problem.headers)


def prefers_json(request):
    return request.get_preferred_type(SharePage.produces) == "application/json"


def position(text):
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise not_found("share")
    return int(text)
