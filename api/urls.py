from django.urls import include, re_path

# With or without what follows: /v1 alone is refused like any unknown address below it, and nothing is ever redirected.
urlpatterns = [re_path(r"^v1(?:/|$)", include("api.v1.urls"))]
