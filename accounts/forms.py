"""What a person may say about themselves."""

from django import forms

from accounts.models import User


class UserForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["name"]
        help_texts = {"name": "Shown beside what you write."}
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}
