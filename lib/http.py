from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url


def see_other(to, *args, **kwargs):
    """The answer to a POST that leaves the page: 303, so that every browser follows it with a GET."""
    return HttpResponseRedirect(resolve_url(to, *args, **kwargs), status=303)
