"""The frame of every page for somebody signed in: the sidebar, and what base.html needs to know."""

from functools import cache
from html import escape

from django.utils.safestring import mark_safe

from accounts.templatetags.accounts import theme_switch
from conversations.beside import Beside
from lib.htmx import form_token, render_piece, wants_fragment
from lib.http import address
from lib.pieces import piece


def render_framed(request, template, facts, html, *, fragment, status=None, **around):
    """lib.htmx.render_piece for a page that extends base.html. `around`: sidebar()'s keywords."""
    token = form_token(request)
    if not wants_fragment(request):
        facts = facts | {"theme": request.user.theme, "here": request.path if request.path in _views() else ""}
        html = html | {"sidebar": sidebar(request, token, **around)}
    return render_piece(request, template, facts, html | {"csrf_token": token}, fragment=fragment, status=status)


def sidebar(request, token, *, beside=None, conversation=None):
    """Brand, search, views, projects, the newest conversations in date groups, the account. Two queries, unless the
    page has sent them with its own: `beside` is its Beside. `conversation`: the one that is open."""
    lists = beside or Beside(request.user)
    recent = lists.recent.found
    projects, more_projects = lists.projects.found
    here = request.path
    # The search page has a box of its own.
    words = "" if here == address("conversations:search") else request.GET.get("q", "")
    return piece(
        "_sidebar.html",
        {
            "words": escape(words),
            "projects": _projects(projects, here),
            "recent": _list(recent, conversation),
            "theme": theme_switch({"request": request, "csrf_token": token}),
            "csrf_token": token,
        },
        here=here if here in _views() else "",
        name=request.user.get_short_name(),
        is_staff=request.user.is_staff,
        has_projects=bool(projects),
        has_more_projects=more_projects,
        has_recent=bool(recent.html),
        has_more=recent.has_more,
    )


@cache
def _views():
    """The paths that the sidebar's own links lead to."""
    names = ("new", "index", "shared", "imports")
    return {address("sharing:index"), address("projects:index"), *(address(f"conversations:{name}") for name in names)}


def _projects(projects, path):
    return mark_safe("".join(_project(project, project.href == path) for project in projects))  # noqa: S308  as below


def _project(project, is_open):
    mark = ' aria-current="page"' if is_open else ""
    unit = "conversation" if project.count == "1" else "conversations"
    return (
        f'<li><a class="recent__link recent__link--counted" href="{project.href}"{mark}>'
        f'<span class="row__dot project--{escape(project.colour)}"></span>'
        f'<span class="recent__name">{escape(project.name)}</span>'
        f'<span class="recent__count">{project.count}<span class="visually-hidden"> {unit}</span></span></a></li>'
    )


def _list(recent, current):
    """The link of the open one is marked."""
    html, href = recent.html, recent.hrefs.get(current.typeid) if current else None
    return html.replace(f'href="{href}"', f'href="{href}" aria-current="page"', 1) if href else html
