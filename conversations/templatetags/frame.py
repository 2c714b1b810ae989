"""The frame of a page, for those whose template says all of it."""

from django import template

from conversations import frame

register = template.Library()


@register.simple_tag(takes_context=True)
def sidebar(context):
    """conversations.frame.sidebar, or what a page has made of it already."""
    if "sidebar" in context:
        return context["sidebar"]
    request = context["request"]
    if not request.user.is_authenticated:
        return ""
    around = {name: context.get(name) for name in ("beside", "conversation")}
    return frame.sidebar(request, str(context["csrf_token"]), **around)
