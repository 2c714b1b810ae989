"""Template words every page may use; builtins, so no template loads them."""

from functools import cache

from django import template
from django.utils.safestring import mark_safe
from lucide.templatetags.lucide import lucide

from lib.marks import marked

register = template.Library()
register.filter("marked", marked)


@register.simple_tag
@cache
def icon(name):
    """A Lucide icon as inline SVG, sized and coloured by CSS; words beside it or an aria-label say what it means."""
    drawing = lucide(name, size=None, **{"class": "icon", "aria-hidden": "true"})
    return mark_safe(" ".join(drawing.split()))  # noqa: S308  it comes from a package, by a name that a template spells out


@register.filter
def control(field):
    """A bound field's own element, in the design system's clothes; without a placeholder, for it has a label."""
    return field.as_widget(attrs={"class": "input", "placeholder": False})
