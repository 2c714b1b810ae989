"""What the older client calls, at /v2: beside Orq's, with which it shares no path."""

from django.urls import re_path

from api.r2r.dialect import LEGACY
from api.r2r.urls import NotFound

urlpatterns = [
    re_path(rf"^({'|'.join(sorted(LEGACY))})(/|$)", NotFound.as_view()),
]
