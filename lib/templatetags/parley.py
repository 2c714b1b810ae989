"""Template words every page may use; builtins, so no template loads them."""

from functools import cache

from django import template
from django.template import Context, Node
from django.template.base import TextNode
from django.template.defaulttags import url as url_of
from django.template.loader import render_to_string
from django.templatetags.static import StaticNode
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from lucide.templatetags.lucide import lucide

from lib.marks import marked

register = template.Library()
register.filter("marked", marked)


def at_once(node, *arguments):
    """What says the same on every page is said when the template is read: a page has a hundred such words."""
    is_fixed = all(isinstance(argument.var, str) for argument in arguments)
    return TextNode(node.render(Context())) if is_fixed else node


@register.tag
def static(parser, token):
    node = StaticNode.handle_token(parser, token)
    return node if node.varname else at_once(node, node.path)


@register.tag
def url(parser, token):
    node = url_of(parser, token)
    return node if node.asvar else at_once(node, node.view_name, *node.args, *node.kwargs.values())


@register.tag
def fixed(parser, token):
    """{% include %} for a template that says the same on every page: {% fixed "_head.html" %}"""
    _, name = token.split_contents()
    return TextNode(render_to_string(parser.compile_filter(name).resolve(Context())))


@register.tag
def icon(parser, token):
    """A Lucide icon as inline SVG, sized and coloured by CSS; words beside it or an aria-label say what it means."""
    _, name = token.split_contents()
    name = parser.compile_filter(name)
    return at_once(IconNode(name), name)


class IconNode(Node):
    def __init__(self, name):
        self.name = name

    def render(self, context):
        return drawing(self.name.resolve(context))


@cache
def drawing(name):
    svg = lucide(name, size=None, **{"class": "icon", "aria-hidden": "true"})
    return mark_safe(" ".join(svg.split()))  # noqa: S308  it comes from a package, by a name that a template spells out


@register.tag
def current(parser, token):
    """In a link: whether it leads to the page it stands on. {% current "conversations:index" %}"""
    _, name = token.split_contents()
    return CurrentNode(reverse(parser.compile_filter(name).resolve(Context())))


class CurrentNode(Node):
    def __init__(self, path):
        self.path = path

    def render(self, context):
        here = context["here"] if "here" in context else context["request"].path
        return ' aria-current="page"' if here == self.path else ""


@register.filter
def control(field):
    """A bound field's own element, in the design system's clothes; without a placeholder, for it has a label."""
    return field.as_widget(attrs={"class": "input", "placeholder": False})


# What Django says of every field, in our words. A form's own sentences are said as they are: only Django's are lazy.
SAID = {
    "required": "{name} is missing.",
    "max_length": "This has {show_value:,} characters; there is room for {limit_value:,}.",
    "invalid_choice": "This is none of the choices.",
}


@register.filter
def faults(field, name):
    """What is wrong with a bound field, which the page calls so, in sentences."""
    for error in field.errors.as_data():
        ours = SAID.get(error.code) if isinstance(error.message, Promise) else None
        yield from [ours.format(name=name, **(error.params or {}))] if ours else error.messages
