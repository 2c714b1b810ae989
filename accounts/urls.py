from django.urls import path, register_converter

from accounts.views import account, activity, keys, sessions
from lib.typeid import url_converter

register_converter(url_converter("key"), "key")

app_name = "accounts"
urlpatterns = [
    path("", account.index, name="index"),
    path("theme/", account.theme, name="theme"),
    path("rows/", account.rows, name="rows"),
    path("sessions/", sessions.index, name="sessions"),
    path("keys/", keys.index, name="keys"),
    path("keys/new/", keys.new, name="new_key"),
    path("keys/<key:pk>/revoke/", keys.revoke, name="revoke_key"),
    path("activity/", activity.index, name="activity"),
]
