"""What people may type."""

from django import forms

from conversations import limits
from conversations.models import Branch
from lib.text import clean
from projects.models import Project


class Prose(forms.CharField):
    """Text kept as it was typed: neither trimmed nor normalised; only what PostgreSQL cannot hold is replaced."""

    widget = forms.Textarea(attrs={"dir": "auto"})

    def __init__(self, **kwargs):
        super().__init__(max_length=limits.TEXT, strip=False, **kwargs)

    def to_python(self, value):
        # Browsers send CRLF for every line break in a textarea, whatever was typed.
        return clean(super().to_python(value).replace("\r\n", "\n"))

    def validate(self, value):
        super().validate(value.strip())


class TitleForm(forms.Form):
    title = forms.CharField(max_length=limits.TITLE, required=False, label="Title")


class ProjectChoiceForm(forms.Form):
    project = forms.ModelChoiceField(Project.objects.none(), required=False, empty_label="No project")

    def __init__(self, *args, owner, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(owner, own=True)


class MessageForm(forms.Form):
    text = Prose(label="Message", error_messages={"required": "Write something first."})
    tip = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args, conversation, **kwargs):
        super().__init__(*args, **kwargs)
        self.conversation = conversation

    def clean(self):
        """`tip` is the position that is answered; none in an empty conversation."""
        tip = self.cleaned_data.get("tip")
        known = tip is None or tip == self.conversation.tip_position
        if not known and not self.conversation.messages.filter(position=tip).exists():
            raise forms.ValidationError("The message you were answering is no longer there. Yours was not added.")


class EditForm(forms.Form):
    """`version`: the one that was read, so that nobody overwrites what somebody else wrote meanwhile."""

    text = Prose(label="Text", error_messages={"required": "Write something first, or delete the message."})
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)


class BranchForm(forms.Form):
    name = forms.RegexField(
        # It is part of addresses, and of a list that people read.
        r"\A[^/\x00-\x1f\x7f]+\Z",
        max_length=limits.BRANCH_NAME,
        label="Name",
        error_messages={"invalid": "A name has no slash and is one line."},
    )

    def clean_name(self):
        name = clean(self.cleaned_data["name"])
        if name.upper() == Branch.MAIN:
            raise forms.ValidationError("MAIN is the name of the branch that is written on by default.")
        return name


class NewBranchForm(BranchForm):
    parent = forms.ModelChoiceField(queryset=None, label="Ends where this branch ends", empty_label=None)

    def __init__(self, *args, conversation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = conversation.branches.order_by("created_at", "id")


class NewConversationForm(TitleForm):
    text = Prose(label="First message", error_messages={"required": "Write something first."})
