from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def wants_fragment(request):
    """True where htmx asks for a piece. A boosted link and a history restore want the whole page."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(request, template, context=None, *, fragment, status=None):
    """The page, or for htmx only its `fragment` (a template partial of that name).

    `Vary` keeps them apart in every cache: without it the Back button shows a naked fragment.
    """
    if wants_fragment(request):
        template = f"{template}#{fragment}"
    # The token itself, not Django's promise of one: a page has five forms.
    context = {"csrf_token": get_token(request), **(context or {})}
    response = render(request, template, context, status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response
