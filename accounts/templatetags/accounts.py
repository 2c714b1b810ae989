from django import template
from django.conf import settings

from accounts.models import User

register = template.Library()

ICONS = {User.Theme.SYSTEM: "monitor", User.Theme.LIGHT: "sun", User.Theme.DARK: "moon"}


@register.simple_tag
def open_signup():
    """Whether strangers may make an account here."""
    return settings.OPEN_SIGNUP


@register.inclusion_tag("account/_theme.html", takes_context=True)
def theme_switch(context):
    """Three buttons in a form: light, dark, like the system. Comes back to the page it stands on."""
    request = context["request"]
    themes = [(value, words, ICONS[value], value == request.user.theme) for value, words in User.Theme.choices]
    # After a refused form the address is the form's own, and going back there by GET is right too.
    return {"themes": themes, "next": request.get_full_path(), "csrf_token": context["csrf_token"]}
