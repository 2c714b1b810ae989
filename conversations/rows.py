"""Conversations as the history lists them.

Written here, not in a template, which took longer over fifty rows of fifteen variables than over everything else on the
page, and remembered by all that they show: most of a page's rows were on the one before it. Whatever is not made of our
own ids and numbers is escaped.
"""

from functools import lru_cache
from html import escape
from itertools import repeat, starmap

from django.utils.safestring import mark_safe

from lib.templatetags.parley import drawing
from projects.people import WRITERS, Role


def rows_html(groups, *, choosing=False):
    """The rows of a history.Page below their headings: links, or while `choosing` checkboxes."""
    return mark_safe("".join(_group(heading, rows, choosing) for heading, rows in groups))  # noqa: S308


def months_html(years):
    """What history.months() found, each month a link to where it ends."""
    return mark_safe("".join(starmap(_year, years)))  # noqa: S308


def _year(year, months):
    links = "".join(f'<li><a href="?after={cursor}">{name}</a></li>' for name, cursor in months)
    return f'<h2 class="rail__title">{year}</h2><ul class="outline">{links}</ul>'


def _group(heading, rows, choosing):
    above = f'<h2 class="day">{escape(heading)}</h2>' if heading else ""
    return f'{above}<ol class="rows">{"".join(map(_row, rows, repeat(choosing)))}</ol>'


@lru_cache(maxsize=2_000)
def _row(row, choosing):
    title = escape(row.title)
    named = f'"row__title">{title}' if title else '"row__title row__title--none">Untitled'
    foreign = " row__origin--imported" if row.imported else ""
    origin = f'<span class="row__origin{foreign}">{escape(row.origin)}</span>' if row.origin else ""
    if choosing:
        box = f'<input type="checkbox" name="conversation" value="{row.id}">'
        begin, end, actions = f'<label class="row__link">{box}', "</label>", ""
    else:
        begin, end = f'<a class="row__link" href="{row.href}">', "</a>"
        # What cannot be undone is the owner's alone; a reader has nothing to do here but read.
        words = [("edit", "Rename")] * (row.role in WRITERS) + [("delete", "Delete")] * (row.role == Role.OWNER)
        buttons = "".join(_action(row, page, word, title) for page, word in words)
        actions = f'<span class="row__actions">{buttons}</span>' if buttons else ""
    whose = f'<span class="row__whose">{escape(row.whose)}, {row.role.label.lower()}</span> ' if row.whose else ""
    return (
        f'<li class="row" id="row_{row.id}">'
        f"{begin}<span class={named}</span>"
        f'<span class="row__preview">{whose}{escape(row.preview)}</span>{end}'
        f'<span class="row__marks">{_marks(row)}<time datetime="{row.iso}">{row.time}</time></span>'
        f'<span class="row__facts">{origin}<span class="row__count">{row.length:,}'
        f'<span class="visually-hidden"> message{"" if row.length == 1 else "s"}</span></span></span>{actions}</li>'
    )


def _marks(row):
    """That it is pinned, that strangers can read it, and the project it is in: most rows have none of these."""
    marks = _mark("pin", "Pinned") if row.pinned else ""
    if row.shared:
        marks += _mark("link", "Shared by a link")
    if not row.project:
        return marks
    name = escape(row.project)
    return (
        f'{marks}<span class="row__dot project--{escape(row.colour)}" role="img" aria-label="Project {name}"'
        f' title="{name}"></span>'
    )


def _mark(icon, words):
    return f'<span title="{words}">{drawing(icon)}<span class="visually-hidden">{words}</span></span>'


def _action(row, page, word, title):
    return (
        f'<a class="btn btn--plain btn--small" href="{row.path}{page}/"'
        f' aria-label="{word} {title or "untitled"}">{word}</a>'
    )
