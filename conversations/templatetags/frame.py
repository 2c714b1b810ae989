"""What stands around every page of somebody signed in."""

from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import mark_safe

from conversations import history

register = template.Library()

RECENT = 30


@register.inclusion_tag("_sidebar.html", takes_context=True)
def sidebar(context):
    """Brand, search, views, the newest conversations in date groups, the account. One query, for the list."""
    request = context["request"]
    if not request.user.is_authenticated:
        return {"user": request.user}
    # The history's own first page begins with the same rows.
    page = context.get("newest") or history.recent(request.user, RECENT)
    return {
        "request": request,
        "user": request.user,
        "csrf_token": context["csrf_token"],
        # The search page has a box of its own.
        "words": "" if request.path == reverse("conversations:search") else request.GET.get("q", ""),
        "recent": _list(page, context.get("conversation")),
        "has_more": page.next_cursor is not None,
    }


def _list(page, current):
    """The groups and their links. Written here because it stands on every page: in a template loop it costs 3 ms."""
    open_id, left, html = current.typeid if current else "", RECENT, []
    for heading, rows in page.groups:
        if left > 0:
            html.append(f'<h2 class="recent__day">{escape(heading)}</h2><ul class="recent">')
            html += [_link(row, row.id == open_id) for row in rows[:left]]
            html.append("</ul>")
            left -= len(rows)
    return mark_safe("".join(html))  # noqa: S308  every value is escaped in _link


def _link(row, is_open):
    mark = ' aria-current="page"' if is_open else ""
    return f'<li><a class="recent__link" href="{row.href}"{mark}>{escape(row.title or "Untitled")}</a></li>'
