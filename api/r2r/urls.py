from django.urls import path, re_path

from api.dialect import NoSuchEndpoint
from api.r2r.dialect import R2R
from api.r2r.views import conversations, messages


class NotFound(NoSuchEndpoint, R2R):
    message = "Not Found"


urlpatterns = [
    path("conversations", conversations.Conversations.as_view()),
    path("conversations/<conversation>", conversations.OneConversation.as_view()),
    path("conversations/<conversation>/messages", messages.Messages.as_view()),
    path("conversations/<conversation>/messages/<message>", messages.OneMessage.as_view()),
    re_path("", NotFound.as_view()),
]
