"""Parley's addresses, and one for each page of last resort: nothing else shows them without breaking something."""

from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns
from config.views import standalone

urlpatterns = [
    *urlpatterns,
    path("errors/<int:code>/", lambda request, code: standalone(f"{code}.html", code), name="error"),
]
