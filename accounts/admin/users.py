from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import BaseUserCreationForm

from accounts import signals
from accounts.admin.base import RowAdmin, linked, public_id
from accounts.models import User, Workspace


class NewUserForm(BaseUserCreationForm):
    workspace = forms.ModelChoiceField(
        Workspace.objects.all(), required=False, help_text="Empty: a workspace of their own."
    )

    class Meta:
        model = User
        fields = ["email", "name", "workspace"]
        field_classes = {}

    def clean_email(self):
        email = User.objects.normalize_email(self.cleaned_data.get("email"))
        if not email:
            raise forms.ValidationError("Somebody who signs in needs an e-mail address.")
        if User.objects.with_email(email):
            raise forms.ValidationError(f"There is already a user {email}.")
        return email


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["email", "name", "role", "theme", "is_active"]

    def clean_email(self):
        email = User.objects.normalize_email(self.cleaned_data["email"]) or None
        if email and User.objects.filter(email=email).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(f"There is already a user {email}.")
        if not email and self.instance.email:
            raise forms.ValidationError("Somebody who signs in needs an e-mail address.")
        return email


@admin.register(User)
class UserAdmin(RowAdmin, DjangoUserAdmin):
    """People. Nobody is made a superuser here: only `manage.py create_user --superuser` does that."""

    form = UserForm
    add_form = NewUserForm
    add_fieldsets = [(None, {"fields": ["email", "name", "workspace", "password1", "password2"]})]
    fieldsets = [
        (None, {"fields": ["email", "name", "role", "workspace", "external_id"]}),
        ("Access", {"fields": ["is_active", "is_staff", "is_superuser", "last_login"]}),
        ("Times and tastes", {"fields": ["theme", "created_at", "updated_at"]}),
    ]
    readonly_fields = [
        "workspace",
        "external_id",
        "is_staff",
        "is_superuser",
        "last_login",
        "created_at",
        "updated_at",
    ]
    filter_horizontal = []
    list_display = [
        "__str__",
        "email",
        linked("workspace"),
        "role",
        "is_active",
        "is_superuser",
        "last_login",
        public_id,
    ]
    list_filter = ["role", "is_active", "is_superuser"]
    list_select_related = ["workspace"]
    ordering = ["-pk"]
    search_fields = ["email", "name", "external_id"]
    search_help_text = "An e-mail, a name, the id an application gave, or a usr_… or ten_… id."
    ids = {"ten": "workspace"}
    content = ["metadata"]

    def has_add_permission(self, request):
        return self.has_view_permission(request)

    def has_change_permission(self, request, obj=None):
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        """Superusers are made and unmade on the command line; nobody deletes the account they sit in."""
        return self.has_view_permission(request, obj) and not (obj and obj.is_superuser)

    def get_readonly_fields(self, request, obj=None):
        if obj is None:
            return []  # the workspace is chosen once, at the beginning
        own = ["is_active"] if obj == request.user else []  # nobody locks themselves out by a slip
        return [*self.readonly_fields, *own]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        if workspace := form.base_fields.get("workspace"):
            workspace.widget = admin.widgets.ForeignKeyRawIdWidget(
                User._meta.get_field("workspace").remote_field, admin.site
            )
        return form

    def save_model(self, request, obj, form, change):
        if obj.workspace_id is None:
            obj.workspace = Workspace.objects.start(obj.email)
            obj.role = User.Role.ADMIN
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data and change:
            # Otherwise the old address would go on opening the account.
            EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email or "").delete()

    def get_actions(self, request):
        """One at a time: a slip in a list would take everything several people ever wrote."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}

    def count_with(self, objs):
        return {"users": len(objs), "conversations": sum(user.conversations.count() for user in objs)}

    def delete_model(self, request, obj):
        signals.erase.send(sender=User, user=obj, actor=request.user, request=request)
