from django.urls import re_path

from api.dialect import NoSuchEndpoint
from api.openai.dialect import OpenAI


class NotFound(NoSuchEndpoint, OpenAI):
    pass


urlpatterns = [
    re_path("", NotFound.as_view()),
]
