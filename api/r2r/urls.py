from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.r2r.dialect import R2R
from api.r2r.views import branches, conversations, exports, keys, logins, messages, search, sharing, stats, users


class NotFound(NoSuchEndpoint, R2R):
    message = "Not Found"


urlpatterns = [
    path("health", logins.Health.as_view()),
    path("users", users.Users.as_view()),
    path("users/me", users.Me.as_view()),
    path("users/login", logins.LogIn.as_view()),
    path("users/refresh-token", logins.Refresh.as_view()),
    path("users/logout", logins.LogOut.as_view()),
    path("users/change-password", logins.Password.as_view()),
    path("users/<user>", users.OneUser.as_view()),
    path("users/<user>/api-keys", keys.Keys.as_view()),
    path("users/<user>/api-keys/<key>", keys.OneKey.as_view()),
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/export", exports.ExportConversations.as_view()),
    path("conversations/export_messages", exports.ExportMessages.as_view()),
    path("conversations/search", search.Search.as_view()),
    path("conversations/stats", stats.Stats.as_view()),
    path("conversations/<conversation>", conversations.OneConversation.as_view()),
    path("conversations/<conversation>/messages", messages.Messages.as_view()),
    path("conversations/<conversation>/messages/<message>", messages.OneMessage.as_view()),
    path("conversations/<conversation>/branches", branches.Branches.as_view()),
    path("conversations/<conversation>/users", sharing.Readers.as_view()),
    path("conversations/<conversation>/users/<user>", sharing.OneReader.as_view()),
    re_path("", NotFound.as_view()),
]
