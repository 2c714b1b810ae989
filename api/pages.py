"""One address for people and programs: a link is a page, and JSON for whoever asks for that."""

from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from api.v1.views.shares import PublicShare
from sharing.views import pages

PRODUCES = ("text/html", "application/json")


@csrf_exempt  # neither half of it asks who somebody is
def share(request, share):
    view = _for_programs if request.get_preferred_type(PRODUCES) == "application/json" else pages.detail
    response = view(request, share=share)
    patch_vary_headers(response, ["Accept"])
    return response


_for_programs = PublicShare.as_view()
