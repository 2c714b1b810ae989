from django.urls import path, register_converter
from django.views.generic import RedirectView

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
    # A page that says no more than the notice on the sign-in page, which comes next anyhow.
    path("password/reset/key/done/", RedirectView.as_view(pattern_name="account_login"), name="reset_done"),
    path("activity/", activity.index, name="activity"),
]
