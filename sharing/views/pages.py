from django.conf import settings
from django.http import HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from lib.http import see_other, whole_number
from sharing import counting, opening, pages
from sharing.kept import KEEP
from sharing.refusals import ShareNotFound
from sharing.views.answers import public


# Exempt: there is no cookie that a strange site's form could use, and all it could change is that the visitor's browser
# knows a password which that site knows as well.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@public
def detail(request, link):
    """The page behind a link, the same bytes for everybody. It knows no session, and sets no cookie but the one that a
    password was told for."""
    if request.method == "POST":
        return _unlocked(request, link)
    opening.check_unlocked(request, link)
    after = _after(request.GET) if "after" in request.GET else None
    if after is not None:
        # Whoever makes places up has no page made for each, and fills no room. A part of a live one may have moved.
        address = pages.address(link, after)
        if address != f"{link.path}?after={request.GET['after']}":
            return redirect(address)
    html = pages.html(link, after)
    is_view = after is None  # once for all parts of it
    if not link.password:
        request.META[KEEP] = link.pk, is_view
    if is_view and request.method == "GET":  # who asks with HEAD has read nothing
        counting.view(link.pk)
    return HttpResponse(html)


def _unlocked(request, link):
    if not link.password:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    opening.check_password(request, link, request.POST.get("password", ""))
    response = see_other(link.path)
    response.set_cookie(
        opening.COOKIE,
        link.unlocking(),
        path=link.path,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_safe
@public
def markdown(request, link):
    """All of it as one text, to be copied or kept."""
    opening.check_unlocked(request, link)
    response = HttpResponse(pages.markdown(link), content_type="text/markdown; charset=utf-8")
    # Somebody else's words from our own address: nothing in them may act there.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _after(query):
    try:
        return whole_number(query, "after")
    except ValueError:
        raise ShareNotFound from None
