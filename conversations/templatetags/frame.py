"""What stands around every page of somebody signed in."""

from django import template

from conversations import history

register = template.Library()

RECENT = 30


@register.inclusion_tag("_sidebar.html", takes_context=True)
def sidebar(context):
    """Brand, search, views, the newest conversations in date groups, the account. One query, for the list."""
    request = context["request"]
    if not request.user.is_authenticated:
        return {"user": request.user}
    page = history.page(request.user, size=RECENT)
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context["csrf_token"],
        "groups": page.groups,
        "has_more": page.next_cursor is not None,
        "current": context.get("conversation"),
    }
