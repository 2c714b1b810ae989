from django.contrib import messages as notices
from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.models import AuditEvent, Login, Session
from lib.http import see_other


@login_required
@require_http_methods(["GET", "POST"])
def index(request):
    """Where one is signed in, programs included. POST `end`: the name of one of them, or `others` for all but this."""
    if request.method == "POST":
        return _end(request, request.POST.get("end", ""))
    rows = Session.objects.open_for(request.user)
    here = [row for row in rows if row.session_key == request.session.session_key]
    others = [row for row in rows if row not in here] + Login.objects.open_for(request.user)
    return render(request, "account/sessions.html", {"here": here, "others": others})


def _end(request, chosen):
    here = request.session.session_key
    if chosen == "others":
        ended = Session.objects.end_others(request.user, here) + request.user.logins.all().delete()[0]
    else:
        ended = Session.objects.end_named(request.user, chosen, but=here)
        ended += Login.objects.end_named(request.user, chosen)
    if ended:
        AuditEvent.record(
            "account.sessions_ended", actor=request.user, target=request.user, request=request, sessions_ended=ended
        )
        notices.success(request, "Signed out there." if ended == 1 else f"Signed out in {ended} places.")
    else:
        notices.info(request, "Nobody was signed in there any more.")
    return see_other("accounts:sessions")
