"""What the older client calls, at /v2: beside Orq's, with which it shares no path."""

from django.urls import path, re_path

from api.r2r.dialect import LEGACY
from api.r2r.urls import NotFound
from api.r2r.views import exports, legacy, logins, users

urlpatterns = [
    path("login", logins.LogIn.as_view()),
    path("logout", logins.LogOut.as_view()),
    path("refresh_access_token", logins.Refresh.as_view()),
    path("register", legacy.Register.as_view()),
    path("user", users.Me.as_view()),
    path("conversations_overview", legacy.Overview.as_view()),
    path("create_conversation", legacy.Create.as_view()),
    path("get_conversation/<conversation>", legacy.Get.as_view()),
    path("add_message/<conversation>", legacy.AddMessage.as_view()),
    path("update_message/<message>", legacy.UpdateMessage.as_view()),
    path("messages/<message>/metadata", legacy.MessageMetadata.as_view()),
    path("branches_overview/<conversation>", legacy.Branches.as_view()),
    path("delete_conversation/<conversation>", legacy.Delete.as_view()),
    path("export/messages", exports.OldExport.as_view()),
    re_path(rf"^({'|'.join(sorted(LEGACY))})(/|$)", NotFound.as_view()),
]
