from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import ApiKeyForm
from accounts.models import ApiKey, AuditEvent
from lib.http import see_other


@login_required
@require_GET
def index(request):
    return render(request, "account/keys/index.html", {"keys": request.user.api_keys.order_by("-created_at")})


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    """The answer to the POST is the page with the secret: a redirect would have to keep it somewhere in between."""
    form = ApiKeyForm(request.POST or None, request=request)
    if form.is_valid():
        with transaction.atomic():
            key, secret = form.mint()
            AuditEvent.record("apikey.create", actor=request.user, target=key, request=request, scopes=key.scopes)
        return render(request, "account/keys/made.html", {"key": key, "secret": secret}, status=201)
    return render(request, "account/keys/new.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "POST"])
def revoke(request, pk):
    key = get_object_or_404(ApiKey, pk=pk, user=request.user)
    if request.method == "POST":
        if key.revoke():
            AuditEvent.record("apikey.revoke", actor=request.user, target=key, request=request)
        notices.success(request, f"{key} is revoked. Programs that use it are refused from now on.")
        return see_other("accounts:keys")
    return render(request, "account/keys/revoke.html", {"key": key})
