from functools import cache

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html_join

from accounts.models import User
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


@register.inclusion_tag("account/_switch.html", takes_context=True)
def theme_switch(context):
    """Light, dark, like the system."""
    return _switch(context, "theme", User.Theme)


@register.inclusion_tag("account/_switch.html", takes_context=True)
def rows_switch(context):
    """How much the lists show."""
    return _switch(context, "rows", User.Rows)


def _switch(context, field, choices):
    """Buttons in a form, which comes back to the page it stands on."""
    request = context["request"]
    return {
        "field": field,
        "action": reverse(f"accounts:{field}"),
        "choices": _choices(field, choices, getattr(request.user, field)),
        # After a refused form the address is the form's own, and going back there by GET is right too.
        "next": request.get_full_path(),
        "csrf_token": context["csrf_token"],
    }


@cache
def _choices(field, choices, chosen):
    """On every page, and never but one of five."""
    return format_html_join(
        "",
        '<button class="segments__choice" name="{}" value="{}" aria-pressed="{}" title="{}">{}'
        '<span class="segments__words">{}</span></button>',
        (
            (field, value, "true" if value == chosen else "false", words, drawing(ICONS[value]), words)
            for value, words in choices.choices
        ),
    )
