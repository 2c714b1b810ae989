from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from lib.http import see_other
from lib.refusals import Refusal
from sharing import opening
from sharing.continuing import Continuation
from sharing.middleware import unlist
from sharing.pages import title_of
from sharing.views.answers import public


@require_http_methods(["GET", "POST"])
@public
@login_required
def new(request, link):
    """What a link shows becomes a conversation of whoever is signed in, after a page that says what that is."""
    opening.check_unlocked(request, link)
    continuation, refused = Continuation(link), None
    if request.method == "POST":
        try:
            return see_other(continuation.start(request.user, request=request))
        except Refusal as refusal:
            refused = refusal
    context = {"link": link, "title": title_of(link), "continuation": continuation, "refused": refused}
    response = render(request, "sharing/continue.html", context, status=422 if refused else 200)
    unlist(response)
    response["Referrer-Policy"] = "same-origin"  # without any, a browser does not say whose form it sends
    return response
