from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.cache import patch_vary_headers

from lib.pieces import place, put


def wants_fragment(request):
    """True where htmx asks for a piece. A boosted link and a history restore want the whole page."""
    htmx = request.htmx
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(request, template, context=None, *, fragment, status=None, late=None):
    """The page, or for htmx only its `fragment` (a template partial of that name).

    `Vary` keeps them apart in every cache: without it the Back button shows a naked fragment.

    `late`: {name: HTML} of what is too long to go through the template, where every block and condition around it
    copies it once more. The template says where it belongs, {{ late.turns }}, and it is put there at the end.
    """
    if wants_fragment(request):
        template = f"{template}#{fragment}"
    # The token itself, not Django's promise of one: a page has five forms.
    context = {"csrf_token": get_token(request), **(context or {})}
    response = HttpResponse(_filled(request, template, context, late or {}), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


def _filled(request, template, context, late):
    page = render_to_string(template, context | {"late": {name: place(name) for name in late}}, request)
    return put(page, late)
