"""The end of an account. It lies here, not in accounts: what goes with a person is conversations first of all."""

from urllib.parse import urlencode

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import PasswordForm
from conversations.erasure import Erasure
from lib.http import see_other

SALT = "account.deleted"
SHOWN_FOR = 3_600  # seconds
NAMED = 5  # of what others are in


@login_required
@require_http_methods(["GET", "POST"])
def delete(request):
    erasure = Erasure(request.user)
    form = PasswordForm(request.POST or None, request=request)
    if form.is_valid():
        gone = erasure.run(request=request)
        logout(request)
        # Signed, in the address: nobody is left whose session could carry it.
        return see_other(f"{reverse('conversations:account_deleted')}?{urlencode({'gone': sign(gone)})}")
    context = {"form": form, "loss": erasure.loss(), "missed": [_beginning(rows) for rows in erasure.missed()]}
    return render(request, "account/delete.html", context, status=422 if form.is_bound else 200)


@require_GET
def deleted(request):
    """What went, in counts. The address is good for an hour, and says nothing that a stranger could use."""
    try:
        gone = signing.loads(request.GET.get("gone", ""), salt=SALT, max_age=SHOWN_FOR)
    except signing.BadSignature:
        raise Http404 from None
    return render(request, "account/deleted.html", {"gone": gone})


def _beginning(rows):
    """(how many, their word, the first of them)"""
    return rows.count(), rows.model._meta.model_name, list(rows[:NAMED])


def sign(gone):
    return signing.dumps(gone, salt=SALT)
