from django.urls import path, register_converter

from conversations.views import conversations
from lib.typeid import url_converter

register_converter(url_converter("conv"), "conv")

app_name = "conversations"
urlpatterns = [
    path("conversations/", conversations.index, name="index"),
    path("conversations/<conv:pk>/", conversations.detail, name="detail"),
]
