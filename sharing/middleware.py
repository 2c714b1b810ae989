"""What every answer below a link carries, whoever makes it: a view, or Django for an address that is none, a verb that
nobody answers, a file whose bytes are gone, a fault."""

PREFIXES = ("/conversations/share/", "/v1/public/shares/")
# Found by whoever was given it, and by nobody else: neither by search engines nor by sites that it links to.
UNLISTED = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


class Unlisted:
    """Outermost, because some requests are answered before any other sees them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if request.path_info.startswith(PREFIXES) and "X-Robots-Tag" not in response:
            unlist(response)
        return response


def unlist(response):
    for name, value in UNLISTED.items():
        response[name] = value
