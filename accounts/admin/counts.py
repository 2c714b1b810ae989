from django.contrib import admin

from accounts.admin.base import RowAdmin
from accounts.models import RequestCount


@admin.register(RequestCount)
class RequestCountAdmin(RowAdmin):
    list_display = ["name", "minute", "used"]
    search_fields = ["name__startswith"]
    search_help_text = "The beginning of a name: key:…"
    ids = {}
