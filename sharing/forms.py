"""What the owner of a conversation says of a link to it."""

from datetime import datetime, time, timedelta

from django import forms
from django.utils import timezone

from conversations import limits as conversation_limits
from conversations.models import Branch, Message
from lib.typeid import decode
from sharing import limits
from sharing.models import ShareLink

NEVER, CUSTOM, KEEP = "", "custom", "keep"
PERIODS = {
    NEVER: "Until I revoke it",
    "3600": "For an hour",
    "86400": "For a day",
    "604800": "For a week",
    "2592000": "For 30 days",
    CUSTOM: "Until a day I choose",
}
INCLUDED = {
    "include_images": ("Pictures", "Otherwise only their names."),
    "include_files": ("Other files", "To be downloaded; otherwise only their names."),
    "include_reasoning": ("Reasoning", ""),
    "include_tools": ("Tool calls and their output", ""),
    "include_system": ("System prompts", ""),
    "include_names": ("Names", "Yours, and of others who speak."),
}
# What one may choose to share: what it is called, and what it does.
WHAT = {
    "branch": ("All of it, as it is now", "What is written or changed later is not in it."),
    "live": ("All of it, live", "Everything that is written or changed later is public too, at once."),
    "range": ("A part of it", "From one message to another."),
    "answer": ("One message and the question before it", "The question is the nearest one above."),
    "message": ("One message alone", "Nothing of what stands around it."),
}


class OptionsForm(forms.Form):
    """What is asked of a new link, and may be changed of an old one."""

    title = forms.CharField(
        max_length=conversation_limits.TITLE, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    expires = forms.ChoiceField(required=False, label="It works", choices=list(PERIODS.items()))
    expires_on = forms.DateField(
        required=False,
        label="Last day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "That is no day. Write it like 2027-01-31."},
    )
    password = forms.CharField(
        required=False,
        strip=False,
        min_length=limits.PASSWORD_LEAST,
        max_length=limits.PASSWORD,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
        help_text="Readers are asked for it. Tell them by another way than the link.",
    )
    may_continue = forms.BooleanField(
        required=False,
        label="Readers may go on in a copy of their own",
        help_text="Whoever has an account here is offered it. Yours stays as it is.",
    )
    include_images, include_files, include_reasoning, include_tools, include_system, include_names = (
        forms.BooleanField(required=False, label=label, help_text=help_text) for label, help_text in INCLUDED.values()
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)

    @property
    def included(self):
        return [self[name] for name in INCLUDED]

    def clean(self):
        """`settings`: what ShareLink.change takes, the password aside."""
        said = self.cleaned_data
        self.settings = {name: said[name] for name in INCLUDED} | {
            "title": said.get("title", ""),
            "read_only": not said["may_continue"],
        }
        if (chosen := said.get("expires")) != KEEP:
            self.settings["expires_at"] = self._end(chosen)

    def _end(self, chosen):
        if chosen == CUSTOM:
            return self._end_of(self.cleaned_data.get("expires_on"))
        return timezone.now() + timedelta(seconds=int(chosen)) if chosen else None

    def _end_of(self, day):
        today = timezone.localdate()
        last = today + timedelta(seconds=limits.LIFE)
        if day is None:
            if "expires_on" not in self.errors:
                self.add_error("expires_on", "Choose the last day.")
        elif not today <= day < last:
            self.add_error("expires_on", f"Choose a day from today to {last - timedelta(days=1):%-d %B %Y}.")
        else:
            return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        return None


class ShareForm(OptionsForm):
    """A new link: also what of the conversation it shows."""

    what = forms.ChoiceField(choices=[(value, label) for value, (label, _) in WHAT.items()])
    first = forms.CharField(required=False)
    message = forms.CharField(required=False)
    branch = forms.CharField(required=False)
    draft = forms.CharField(required=False)  # sharing.drafts reads it

    def __init__(self, *args, conversation, **kwargs):
        super().__init__(*args, **kwargs)
        self.conversation = conversation

    def clean_first(self):
        return self._message("first")

    def clean_message(self):
        return self._message("message")

    def clean_branch(self):
        spelled = self.cleaned_data["branch"]
        return self._named(self.conversation.branches, Branch, spelled, "That branch is gone.") if spelled else None

    def _message(self, name):
        spelled = self.cleaned_data[name]
        return self._named(self.conversation.messages, Message, spelled, "That message is gone.") if spelled else None

    def _named(self, rows, kind, spelled, words):
        try:
            found = rows.filter(pk=decode(kind.PREFIX, spelled)).first()
        except ValueError:
            found = None
        if found is None:
            raise forms.ValidationError(words)
        return found

    def clean(self):
        """`asked`: what ShareLinkQuerySet.draft takes."""
        super().clean()
        said = self.cleaned_data
        what, first, message = said.get("what"), said.get("first"), said.get("message")
        if what in ("range", "answer", "message") and not message and "message" not in self.errors:
            self.add_error("message", "Choose a message.")
        if what == "range" and first and message and first.position > message.position:
            self.add_error("first", "It begins after it ends.")
        self.asked = self.settings | {"password": said.get("password", "")}
        if what in ("branch", "live"):
            self.asked |= {"branch": said.get("branch"), "is_live": what == "live"}
        elif what == "range":
            self.asked |= {"scope": ShareLink.Scope.RANGE, "first": first, "message": message}
        else:
            self.asked |= {"message": message, "include_context": what == "answer"}


class ChangeForm(OptionsForm):
    """Of a link that there is. `password` is a new one; `open` takes the old one away."""

    open = forms.BooleanField(required=False, label="Ask for no password any more")

    def __init__(self, *args, link, **kwargs):
        initial = {"title": link.title, "may_continue": not link.read_only, **link.included}
        super().__init__(*args, initial=initial | {"expires": KEEP if link.expires_at else NEVER}, **kwargs)
        if link.expires_at:
            until = timezone.localtime(link.expires_at)
            self.fields["expires"].choices = [
                (KEEP, f"As it is: until {until:%-d %B %Y, %H:%M}"),
                *self.fields["expires"].choices,
            ]
        self.fields["password"].label = "Another password" if link.password else "Password"
        if not link.password:
            del self.fields["open"]

    @property
    def changed(self):
        """What ShareLink.change takes."""
        new = self.cleaned_data["password"]
        password = "" if self.cleaned_data.get("open") else new or None
        return self.settings | {"password": password}
