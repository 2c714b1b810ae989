from functools import cache

from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse

# Of a page whose name alone says where it is; looking it up takes as long as writing a row of the history.
address = cache(reverse)


def see_other(to, *args, **kwargs):
    """The answer to a POST that leaves the page: 303, so that every browser follows it with a GET."""
    return HttpResponseRedirect(resolve_url(to, *args, **kwargs), status=303)


def without(request, name):
    """The answer that leads to the same page without a parameter which says nothing there, as of a form left empty."""
    query = request.GET.copy()
    del query[name]
    return HttpResponseRedirect(f"{request.path}?{query.urlencode()}" if query else request.path)


def whole_number(query, name):
    """What a parameter says, of at most nine digits, so that every column holds it. Raises ValueError, also where there
    is no such parameter."""
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ValueError(f"{name} is no whole number")
    return int(text)
