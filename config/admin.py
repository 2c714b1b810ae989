from functools import wraps

from django.contrib import auth
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from conversations import analytics


class ParleyAdmin(AdminSite):
    """The admin sees across workspaces, so it opens for superusers alone; without is_staff not even for them."""

    site_header = "Parley"
    site_title = "Parley admin"
    index_title = "Everything on this server"

    def register(self, model_or_iterable, admin_class=None, **options):
        """Only what is ours: permissions follow ownership and roles, so groups would be a page without an effect, and
        an address that allauth keeps is changed with its user."""
        if admin_class is None or not admin_class.__module__.startswith(("django.", "allauth.")):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request):
        return request.user.is_active and request.user.is_staff and request.user.is_superuser

    def login(self, request, extra_context=None):
        """The one sign-in page, with its limits on guessing. To others who are signed in, nothing is here."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return redirect_to_login(request.GET.get("next") or request.get_full_path())

    @method_decorator([require_POST, csrf_protect])
    def logout(self, request, extra_context=None):
        auth.logout(request)
        return redirect("account_login")

    def admin_view(self, view, cacheable=False):
        """PostgreSQL keeps no NUL, and looking for one is an error there: nothing in the admin is called that."""

        @wraps(view)
        def without_nul(request, *args, **kwargs):
            given = [*request.GET.lists(), *request.POST.lists()]
            if any("\x00" in text for name, values in given for text in (name, *values)):
                raise SuspiciousOperation("NUL in a query or a form")
            return view(request, *args, **kwargs)

        return super().admin_view(without_nul, cacheable)

    def get_urls(self):
        return [path("counts/", self.admin_view(self.counts), name="counts"), *super().get_urls()]

    def counts(self, request):
        days = next((period for period in analytics.PERIODS if str(period) == request.GET.get("days")), 30)
        context = {
            **self.each_context(request),
            "title": "Counts by day",
            "days": days,
            "periods": analytics.PERIODS,
            "totals": analytics.totals(),
        }
        try:
            activity = analytics.activity(days)
        except analytics.TooSlow as error:
            return TemplateResponse(request, "admin/counts.html", context | {"problem": str(error)}, status=503)
        context |= {"activity": activity, "charts": charts(activity.days)}
        return TemplateResponse(request, "admin/counts.html", context)


# A chart is WIDTH × HEIGHT of the SVG's own units; the page scales it.
WIDTH, HEIGHT = 720, 120
MEASURES = {"conversations": "Conversations", "messages": "Messages", "active_users": "Active users"}


def charts(days):
    """Small multiples: for each measure its bars, ready for the template, oldest first."""
    step = WIDTH / len(days)
    for name, label in MEASURES.items():
        values = [getattr(day, name) for day in days]
        highest = max(values)
        yield {
            "name": name,
            "label": label,
            "total": None if name == "active_users" else sum(values),  # the same person on two days is one person
            "highest": highest,
            "bars": [
                {
                    "x": f"{number * step:.2f}",
                    "y": f"{HEIGHT - height:.2f}",
                    "width": f"{step * 0.8:.2f}",
                    "height": f"{height:.2f}",
                    "value": value,
                    "day": day.day,
                }
                for number, (day, value) in enumerate(zip(days, values, strict=True))
                if (height := max(2, HEIGHT * value / highest) if value else 0)
            ],
        }
