"""The page to look through the pictures with: var/screenshots/index.html. One width and one theme at a time."""

from itertools import groupby

from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from tests.screenshots.camera import HEIGHTS, THEMES

STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 0 }
header { position: sticky; top: 0; display: flex; gap: 24px; padding: 8px 16px; background: canvas }
section { padding: 16px; border-top: 1px solid #8884 }
img { display: block; max-width: 100%; border: 1px solid #8884 }
ul { color: light-dark(#a00, #f99) }
"""


def write(folder, taken, faults):
    """`taken`: [(Shot, width, theme, path)], those of one Shot in a row."""
    page = format_html(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Parley, every page</title><style>{}{}</style>'
        "<header>{}{}</header><ul>{}</ul>{}</html>",
        mark_safe(STYLE),
        mark_safe(_only("width", HEIGHTS) + _only("theme", THEMES)),
        _choice("width", HEIGHTS, 1280),
        _choice("theme", THEMES, "light"),
        format_html_join("", "<li>{}</li>", ((fault,) for fault in faults)),
        format_html_join("", "{}", ((_section(shot, rows),) for shot, rows in groupby(taken, key=lambda row: row[0]))),
    )
    (folder / "index.html").write_text(page)


def _only(kind, values):
    return "".join(
        f"body:has(#{kind}-{value}:checked) img:not([data-{kind}='{value}']) {{ display: none }}" for value in values
    )


def _choice(kind, values, chosen):
    buttons = ((kind, kind, value, mark_safe(" checked") if value == chosen else "", value) for value in values)
    label = '<label><input type="radio" name="{}" id="{}-{}"{}> {}</label> '
    return format_html("<span>{}</span>", format_html_join("", label, buttons))


def _section(shot, rows):
    pictures = ((path.name, width, theme, theme, width) for _, width, theme, path in rows)
    image = '<img loading="lazy" src="{}" data-width="{}" data-theme="{}" alt="{}, {} pixels wide">'
    return format_html(
        "<section><h2>{} · {}</h2><p>{}</p>{}</section>",
        shot.name,
        shot.state,
        shot.path,
        format_html_join("", image, pictures),
    )
