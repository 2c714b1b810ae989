from django.urls import path

from sharing import views

app_name = "sharing"
urlpatterns = [path("conversations/share/<str:share>/files/<att:pk>/", views.file, name="file")]
