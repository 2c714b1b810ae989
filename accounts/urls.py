from django.urls import path

from accounts.views import account

app_name = "accounts"
urlpatterns = [
    path("", account.index, name="index"),
    path("theme/", account.theme, name="theme"),
]
