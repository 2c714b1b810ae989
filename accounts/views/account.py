from copy import copy

from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBadRequest
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.forms import UserForm
from accounts.models import User
from lib.http import see_other


@login_required
@require_http_methods(["GET", "POST"])
def index(request):
    """One's own account: name, theme, e-mail, password."""
    # A copy: a name that is refused must not stand in the frame around the form that refuses it.
    form = UserForm(request.POST or None, instance=copy(request.user))
    if form.is_valid():
        form.save()
        notices.success(request, "Name saved.")
        return see_other("accounts:index")
    return render(request, "account/index.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def theme(request):
    """Light, dark or like the system; stored with the user, so it follows them to their phone."""
    return _choose(request, "theme", User.Theme)


@login_required
@require_http_methods(["GET", "POST"])
def rows(request):
    """How much of each conversation the lists show; it follows its user as well."""
    return _choose(request, "rows", User.Rows)


def _choose(request, field, choices):
    """GET comes from signing in on the way: to where one can choose again."""
    if request.method == "GET":
        return see_other("accounts:index")
    choice = request.POST.get(field, "")
    if choice not in choices.values:
        return HttpResponseBadRequest(f"{field.capitalize()} must be one of {', '.join(choices.values)}.")
    setattr(request.user, field, choice)
    request.user.save(update_fields=[field])
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = "accounts:index"
    return see_other(back)
