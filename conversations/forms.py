"""What people may type."""

from django import forms

from conversations import limits
from lib.text import clean


class Prose(forms.CharField):
    """Text kept as it was typed: neither trimmed nor normalised; only what PostgreSQL cannot hold is replaced."""

    widget = forms.Textarea

    def __init__(self, **kwargs):
        super().__init__(max_length=limits.TEXT, strip=False, **kwargs)

    def to_python(self, value):
        # Browsers send CRLF for every line break in a textarea, whatever was typed.
        return clean(super().to_python(value).replace("\r\n", "\n"))

    def validate(self, value):
        super().validate(value.strip())


class TitleForm(forms.Form):
    title = forms.CharField(max_length=limits.TITLE, required=False, label="Title")


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


class NewConversationForm(TitleForm):
    text = Prose(label="First message", error_messages={"required": "Write something first."})
