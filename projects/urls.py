from django.urls import path, register_converter

from lib.typeid import url_converter
from projects import views

register_converter(url_converter("proj"), "proj")

app_name = "projects"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.new, name="new"),
    path("<proj:pk>/edit/", views.edit, name="edit"),
    path("<proj:pk>/delete/", views.delete, name="delete"),
]
