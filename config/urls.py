from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from config import views

urlpatterns = [
    # What programs ask for is not compared with the addresses of all pages, nor pages with those of five systems.
    re_path("^(?=v[123](?:/|$)|api/v1(?:/|$)|openai/v1(?:/|$)|conversations/share/)", include("api.urls")),
    path("", RedirectView.as_view(pattern_name="conversations:index"), name="home"),
    path("projects/", include("projects.urls")),  # first: it says what <proj:…> is
    path("", include("conversations.urls")),
    path("account/", include("accounts.urls")),
    path("account/", include("allauth.account.urls")),
    path("", include("sharing.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
]
handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
