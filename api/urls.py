from django.urls import include, path, re_path

from api import dialects, pages
from api.openai.urls import NotFound as NotFoundAtOpenAI
from api.r2r.urls import NotFound as NotFoundAtR2R
from api.raven.urls import NotFound as NotFoundAtRaven
from api.v1.urls import NotFound as NotFoundAtV1

urlpatterns = [
    path("conversations/share/<str:share>", pages.share, name="share"),
    path("v1/", include("api.v1.urls")),
    path("v2/", include("api.orq.urls")),
    path("v2/", include("api.r2r.legacy_urls")),
    path("v3/", include("api.r2r.urls")),
    path("api/v1/", include("api.raven.urls")),
    path("openai/v1/", include("api.openai.urls")),
    # Where nothing follows the prefix, Django would redirect.
    path("v1", NotFoundAtV1.as_view()),
    re_path("^v2(/|$)", dialects.NotFoundAtV2.as_view()),
    path("v3", NotFoundAtR2R.as_view()),
    path("api/v1", NotFoundAtRaven.as_view()),
    path("openai/v1", NotFoundAtOpenAI.as_view()),
]
