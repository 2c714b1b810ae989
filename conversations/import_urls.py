from django.urls import path

from conversations.views import imports

urlpatterns = [
    path("imports/", imports.index, name="imports"),
]
