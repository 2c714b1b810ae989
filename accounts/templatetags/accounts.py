from functools import cache
from html import escape

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from accounts.models import User
from lib.http import address
from lib.templatetags.parley import drawing

register = template.Library()

ICONS = {
    User.Theme.SYSTEM: "monitor",
    User.Theme.LIGHT: "sun",
    User.Theme.DARK: "moon",
    User.Rows.COMFORTABLE: "rows-2",
    User.Rows.COMPACT: "rows-4",
}


@register.simple_tag
def open_signup():
    """Whether strangers may make an account here."""
    return settings.OPEN_SIGNUP


@register.simple_tag(takes_context=True)
def theme_switch(context):
    """Light, dark, like the system."""
    return _switch(context, "theme", User.Theme)


@register.simple_tag(takes_context=True)
def rows_switch(context):
    """How much the lists show."""
    return _switch(context, "rows", User.Rows)


def _switch(context, field, choices):
    """Buttons in a form, which comes back to the page it stands on. Written here, because it stands on every page."""
    request = context["request"]
    return mark_safe(  # noqa: S308  addresses are escaped, the rest is ours
        f'<form method="post" action="{address(f"accounts:{field}")}">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{context["csrf_token"]}">'
        # After a refused form the address is the form's own, and going back there by GET is right too.
        f'<input type="hidden" name="next" value="{escape(request.get_full_path())}">'
        f"{_choices(field, choices, getattr(request.user, field))}</form>"
    )


@cache
def _choices(field, choices, chosen):
    """On every page, and never but one of five."""
    buttons = format_html_join(
        "",
        '<button class="segments__choice" name="{}" value="{}" aria-pressed="{}" title="{}">{}'
        '<span class="segments__words">{}</span></button>',
        (
            (field, value, "true" if value == chosen else "false", words, drawing(ICONS[value]), words)
            for value, words in choices.choices
        ),
    )
    return format_html('<div class="segments" role="group" aria-label="{}">{}</div>', field.capitalize(), buttons)
