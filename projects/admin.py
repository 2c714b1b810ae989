from django.contrib import admin

from accounts.admin.base import RowAdmin, linked, public_id
from projects.models import Project, ProjectMember


@admin.register(Project)
class ProjectAdmin(RowAdmin):
    list_display = ["name", linked("owner"), linked("workspace"), "retention_days", "archived_at", public_id]
    list_filter = ["is_favorite", ("archived_at", admin.EmptyFieldListFilter)]
    list_select_related = ["owner", "workspace"]
    search_fields = ["name", "external_id"]
    search_help_text = "A name, an external id, the owner’s e-mail, or a proj_…, usr_… or ten_… id."
    ids = {"usr": "owner", "ten": "workspace"}
    email_of = "owner"
    content = ["description", "instruction"]

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def count_with(self, objs):
        kept = sum(project.conversations.count() for project in objs)
        return {"projects": len(objs), "conversations that leave them and stay": kept}


class LetInAdmin(RowAdmin):
    """Rows that let somebody into something. They are made by whose it is, and here they can only be deleted: a
    superuser who lets themselves in would read without giving a reason.

    `into` names the relation. The audit line is written by its own verb, where the owner finds it.
    """

    into = ""

    def has_delete_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def delete_model(self, request, obj):
        getattr(obj, self.into).people.show_out(obj.user, by=request.user, request=request)

    def delete_queryset(self, request, queryset):
        for row in queryset:
            self.delete_model(request, row)

    def log_deletions(self, request, queryset):
        pass


@admin.register(ProjectMember)
class ProjectMemberAdmin(LetInAdmin):
    into = "project"
    list_display = ["project_name", linked("user"), "role", "created_at"]
    list_filter = ["role"]
    list_select_related = ["project", "user"]
    search_fields = ["project__name"]
    search_help_text = "The project’s name, the member’s e-mail, or a proj_… or usr_… id."
    ids = {"proj": "project", "usr": "user"}
    email_of = "user"

    @admin.display(description="project")
    def project_name(self, member):
        return member.project.name
