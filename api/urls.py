from django.urls import include, path

from api.v1.urls import NotFound

urlpatterns = [
    path("v1", NotFound.as_view()),  # or Django would redirect it
    path("v1/", include("api.v1.urls")),
]
