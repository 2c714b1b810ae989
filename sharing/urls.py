from django.urls import path, register_converter

from lib.typeid import url_converter
from sharing.views import dashboard, files

register_converter(url_converter("link"), "link")

app_name = "sharing"
EVERYBODY = {"of_workspace": True}

urlpatterns = [
    path("shares/", dashboard.index, name="index"),
    path("shares/selected/revoke/", dashboard.revoke, name="selected_revoke"),
    path("shares/selected/extend/", dashboard.extend, name="selected_extend"),
    path("shares/all/revoke/", dashboard.revoke_all, name="revoke_all"),
    path("shares/workspace/", dashboard.index, EVERYBODY, name="workspace"),
    path("shares/workspace/selected/revoke/", dashboard.revoke, EVERYBODY, name="workspace_selected_revoke"),
    path("shares/workspace/all/revoke/", dashboard.revoke_all, EVERYBODY, name="workspace_revoke_all"),
    path("conversations/share/<str:share>/files/<att:pk>/", files.file, name="file"),
]
