from django.urls import include, path

from api.pages import SharePage
from api.v1.urls import NotFound

urlpatterns = [
    path("conversations/share/<str:share>", SharePage.as_view(), name="share"),
    path("v1", NotFound.as_view()),  # or Django would redirect it
    path("v1/", include("api.v1.urls")),
]
