from django.urls import re_path

from api.dialect import NoSuchEndpoint
from api.raven.dialect import Raven


class NotFound(NoSuchEndpoint, Raven):
    pass


urlpatterns = [
    re_path("", NotFound.as_view()),
]
