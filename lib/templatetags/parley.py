"""Template words every page may use; builtins, so no template loads them."""

from django import template

from lib.marks import marked

register = template.Library()
register.filter("marked", marked)


@register.simple_tag
def dom_id(thing, part=None):
    """`message_01h4…` or `composer_message_01h4…`: the id that a piece of the page answers to."""
    name = f"{thing._meta.model_name}_{thing.pk.hex}"
    return f"{part}_{name}" if part else name
