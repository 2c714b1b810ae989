"""What a person may say about themselves."""

from datetime import timedelta

from allauth.account.adapter import get_adapter
from allauth.account.forms import AddEmailForm
from allauth.account.utils import filter_users_by_email
from django import forms
from django.utils import timezone

from accounts.models import ApiKey, User
from accounts.models.api_key import ADMIN_SCOPES
from accounts.passwords import is_password_of
from accounts.refusals import TooManyTries

# What each scope opens, in words. Those of ADMIN_SCOPES are offered to whoever runs the workspace.
OPENS = {
    "conversations:read": "Read and search my conversations",
    "conversations:write": "Write, change and delete my conversations",
    "memory:read": "Read what models keep in mind for me",
    "memory:write": "Change what models keep in mind for me",
    "users:read": "See the people of the workspace",
    "users:write": "Add, change and remove people of the workspace",
    "tenant:read": "See the workspace and its settings",
    "tenant:admin": "Run the workspace",
}


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        help_texts = {"name": "Shown beside what you write."}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class EmailForm(AddEmailForm):
    """allauth lets anybody add an address of somebody else, to keep secret that it has an account, and relies on the
    confirmation. A server without e-mail confirms nothing, so here it is refused, as signing up with it is."""

    def clean_email(self):
        email = super().clean_email()
        if filter_users_by_email(email):
            raise get_adapter().validation_error("email_taken")
        return email


class PasswordForm(forms.Form):
    """Asks who is there, before what a stranger at an unlocked screen must not do. Ten tries a minute."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        max_length=1_000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args, request, **kwargs):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_password(self):
        given = self.cleaned_data["password"]
        try:
            if not is_password_of(self.request.user, given, self.request):
                raise forms.ValidationError("This is not your password.")
        except TooManyTries as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return given


class ApiKeyForm(PasswordForm):
    """A key is a way in that stays, so making one takes the password."""

    name = forms.CharField(
        max_length=120,
        help_text="What it is for, to tell it from the others: a program, a machine.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "A key that may do nothing opens nothing. Tick at least one."},
    )
    days = forms.TypedChoiceField(
        label="Works for",
        choices=[(30, "30 days"), (90, "90 days"), (365, "a year"), (0, "as long as it is not revoked")],
        coerce=int,
        initial=90,
    )

    field_order = ["name", "scopes", "days", "password"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        runs_it = self.request.user.role == User.Role.ADMIN
        self.fields["scopes"].choices = [(k, words) for k, words in OPENS.items() if runs_it or k not in ADMIN_SCOPES]
        self.fields["scopes"].initial = ["conversations:read"]

    def clean(self):
        if self.request.user.api_keys.live().count() >= ApiKey.LIMIT:
            raise forms.ValidationError(f"You have {ApiKey.LIMIT} keys that work. Revoke one first.")
        return super().clean()

    def mint(self):
        """(row, secret). The secret is never seen again."""
        given, user = self.cleaned_data, self.request.user
        expires_at = timezone.now() + timedelta(days=given["days"]) if given["days"] else None
        return ApiKey.objects.mint(
            workspace=user.workspace, user=user, name=given["name"], scopes=given["scopes"], expires_at=expires_at
        )
