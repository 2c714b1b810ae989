from django.urls import path, register_converter

from conversations.views import attachments, imports
from lib.typeid import url_converter

register_converter(url_converter("imp"), "imp")
register_converter(url_converter("att"), "att")

urlpatterns = [
    path("imports/", imports.index, name="imports"),
    path("imports/<imp:pk>/", imports.detail, name="import"),
    path("imports/<imp:pk>/progress/", imports.progress, name="import_progress"),
    path("imports/<imp:pk>/report.json", imports.report, name="import_report"),
    path("imports/<imp:pk>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<imp:pk>/delete/", imports.delete, name="import_delete"),
    path("attachments/<att:pk>/", attachments.detail, name="attachment"),
]
