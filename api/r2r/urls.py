from django.urls import re_path

from api.dialect import NoSuchEndpoint
from api.r2r.dialect import R2R


class NotFound(NoSuchEndpoint, R2R):
    message = "Not Found"


urlpatterns = [
    re_path("", NotFound.as_view()),
]
