"""What people may type."""

from django import forms

from accounts.models import User
from conversations import limits
from conversations.models import Branch
from lib.text import clean
from lib.typeid import decode
from projects.models import Project
from projects.people import GIVEN, Role


class Prose(forms.CharField):
    """Text kept as it was typed: neither trimmed nor normalised; only what PostgreSQL cannot hold is replaced."""

    widget = forms.Textarea(attrs={"dir": "auto"})

    def __init__(self, *, limit=limits.TEXT, **kwargs):
        super().__init__(max_length=limit, strip=False, **kwargs)

    def to_python(self, value):
        # Browsers send CRLF for every line break in a textarea, whatever was typed.
        return clean(super().to_python(value).replace("\r\n", "\n"))

    def validate(self, value):
        super().validate(value.strip())


class TitleForm(forms.Form):
    title = forms.CharField(max_length=limits.TITLE, required=False, label="Title")


class ProjectChoiceForm(forms.Form):
    project = forms.ModelChoiceField(
        Project.objects.none(),
        required=False,
        empty_label="No project",
        error_messages={"invalid_choice": "That project is gone. Choose another one."},
    )

    def __init__(self, *args, owner, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.visible_to(owner, own=True)


ANSWERED_IS_GONE = "The message you were answering is no longer there. Yours was not added."


class MessageForm(forms.Form):
    text = Prose(label="Message", error_messages={"required": "Write something first."})
    tip = forms.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    branch = forms.CharField(required=False)

    def __init__(self, *args, conversation, **kwargs):
        super().__init__(*args, **kwargs)
        self.conversation = conversation

    def clean(self):
        """`tip` is the position that is answered; none in an empty conversation. `branch`: the one that ended there."""
        tip = self.cleaned_data.get("tip")
        known = tip is None or tip == self.conversation.tip_position
        if not known and not self.conversation.messages.filter(position=tip).exists():
            raise forms.ValidationError(ANSWERED_IS_GONE)

    def clean_branch(self):
        """Its id; None where the page showed no end of a branch, and for what is no id."""
        try:
            return decode(Branch.PREFIX, self.cleaned_data["branch"])
        except ValueError:
            return None


class NoteForm(forms.Form):
    """`shared` only where there is somebody to read it, and where the writer may write for others."""

    text = Prose(label="Note", error_messages={"required": "Write something first."}, limit=limits.NOTE)
    shared = forms.BooleanField(required=False, label="Everybody in this conversation reads it")

    def __init__(self, *args, can_share, **kwargs):
        super().__init__(*args, **kwargs)
        if not can_share:
            del self.fields["shared"]


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
    parent = forms.ModelChoiceField(
        queryset=None,
        label="Ends where this branch ends",
        empty_label=None,
        error_messages={"invalid_choice": "That branch is gone. Choose another one."},
    )

    def __init__(self, *args, conversation, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = conversation.branches.order_by("created_at", "id")


class NewConversationForm(TitleForm):
    text = Prose(label="First message", error_messages={"required": "Write something first."})


class SomebodyForm(forms.Form):
    """Somebody of the workspace, by the e-mail address they sign in with: `email` is a User. Whatever else is typed is
    told in one sentence, so that nobody learns who has an account elsewhere."""

    email = forms.EmailField(
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Nobody in your workspace has this e-mail address."},
    )

    def __init__(self, *args, among, **kwargs):
        super().__init__(*args, **kwargs)
        self.among = among  # the users of the workspace

    def clean_email(self):
        user = self.among.filter(email=User.objects.normalize_email(self.cleaned_data["email"]), is_active=True).first()
        if user is None:
            raise forms.ValidationError("Nobody in your workspace has this e-mail address.")
        return user


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=GIVEN, initial=Role.VIEWER, label="May")


class PersonForm(SomebodyForm):
    role = forms.ChoiceField(
        choices=[
            (Role.VIEWER, "Viewer: reads"),
            (Role.COMMENTER, "Commenter: reads and writes notes"),
            (Role.EDITOR, "Editor: writes, and changes what is written"),
        ],
        initial=Role.VIEWER,
        label="Role",
    )
