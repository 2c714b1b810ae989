from django.urls import path, register_converter
from django.views.generic import RedirectView

from lib.typeid import url_converter
from sharing.views import continuing, dashboard, files, links, making, pages

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
    path("conversations/<conv:pk>/share/", making.new, name="new"),
    path("conversations/<conv:pk>/share/preview/", making.preview, name="preview"),
    path("conversations/<conv:pk>/share/preview/<str:state>/<path:rest>", making.preview_page, name="preview_page"),
    path("conversations/<conv:pk>/share/findings/", making.look, name="findings"),
    path("shares/<link:pk>/", links.detail, name="detail"),
    path("shares/<link:pk>/edit/", links.edit, name="edit"),
    path("shares/<link:pk>/edit/findings/", links.look_at_change, name="edit_findings"),
    path("shares/<link:pk>/preview/", links.preview, name="edit_preview"),
    path("shares/<link:pk>/preview/<str:state>/<path:rest>", links.preview_page, name="edit_preview_page"),
    path("shares/<link:pk>/update/", links.update, name="update"),
    path("shares/<link:pk>/revoke/", links.revoke, name="revoke"),
    # The page itself is in api.urls: its address answers programs too. Some who pass it on end it with a slash.
    path("conversations/share/<str:share>/", RedirectView.as_view(pattern_name="share"), name="slash"),
    path("conversations/share/<str:share>/files/<att:pk>/", files.file, name="file"),
    path("conversations/share/<str:share>/markdown/", pages.markdown, name="markdown"),
    path("conversations/share/<str:share>/continue/", continuing.new, name="continue"),
]
