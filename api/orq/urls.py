from django.urls import re_path

from api.dialect import NoSuchEndpoint
from api.orq.dialect import Orq


class NotFound(NoSuchEndpoint, Orq):
    pass


urlpatterns = [
    re_path("^conversations(/|$)", NotFound.as_view()),
]
