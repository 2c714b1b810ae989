from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string

from lib.pieces import page, page_for

_VARY = "HX-Request, HX-Boosted, HX-History-Restore-Request"


def wants_fragment(request):
    """True where htmx asks for a piece. A boosted link and a history restore want the whole page."""
    if "HTTP_HX_REQUEST" not in request.META:
        return False
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def form_token(request):
    """What forms are known by, made once: Django masks it anew for each who asks, a tenth of a millisecond."""
    if not hasattr(request, "form_token"):
        request.form_token = get_token(request)
    return request.form_token


def render_page(request, template, context=None, *, fragment, status=None):
    """The page, or for htmx only its `fragment` (a template partial of that name).

    `Vary` keeps them apart in every cache: without it the Back button shows a naked fragment.
    """
    # The token itself, not Django's promise of one: a page has five forms.
    context = {"csrf_token": form_token(request), **(context or {})}
    return _answer(render_to_string(_asked(request, template, fragment), context, request), status)


def render_piece(request, template, facts, html, *, fragment, status=None):
    """The same of a page whose template sees nothing but `facts` and `html` (lib.pieces)."""
    template = _asked(request, template, fragment)
    if wants_fragment(request) or not get_messages(request):
        made = page(template, html, **facts)
    else:
        made = page_for(request, template, html, **facts)
    return _answer(made, status)


def _asked(request, template, fragment):
    return f"{template}#{fragment}" if wants_fragment(request) else template


def _answer(made, status):
    return HttpResponse(made, status=status, headers={"Vary": _VARY})
