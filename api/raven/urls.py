from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.raven.dialect import Raven
from api.raven.views import conversations, keys, memory, tenants, users


class NotFound(NoSuchEndpoint, Raven):
    pass


urlpatterns = [
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/<conversation>", conversations.OneConversation.as_view()),
    path("tenants", tenants.Tenants.as_view()),
    path("tenant", tenants.Tenant.as_view()),
    path("users", users.Users.as_view()),
    path("users/<user>", users.OneUser.as_view()),
    path("api-keys", keys.Keys.as_view()),
    path("api-keys/<key>", keys.OneKey.as_view()),
    path("memory/ingest", memory.Ingest.as_view()),
    path("memory/flush", memory.Flush.as_view()),
    re_path("", NotFound.as_view()),
]
