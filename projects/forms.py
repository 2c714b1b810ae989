import unicodedata

from django import forms

from projects.models import Project


class ProjectForm(forms.ModelForm):
    class Meta:
        model = Project
        fields = ["name", "description", "instruction", "colour"]
        labels = {"description": "Note", "colour": "Colour"}
        help_texts = {
            "description": "For people. No model sees it.",
            "instruction": "What a model is told first in every conversation of the project.",
        }
        widgets = {"description": forms.Textarea, "instruction": forms.Textarea}

    def clean_name(self):
        name = self.cleaned_data["name"]
        if any(unicodedata.category(character) == "Cc" for character in name):
            raise forms.ValidationError("A name has no control characters.")
        return name

    def validate_unique(self):
        """The table's own constraint says it, and whoever saves tells the form."""

    def validate_constraints(self):
        """The same."""
