from django.urls import path, register_converter

from lib.typeid import url_converter
from sharing.views import files

register_converter(url_converter("link"), "link")

app_name = "sharing"
urlpatterns = [path("conversations/share/<str:share>/files/<att:pk>/", files.file, name="file")]
