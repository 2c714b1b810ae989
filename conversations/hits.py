"""What a search found, conversation by conversation, as its page lists it.

Written here, not in a template, which took longer over twenty hits than finding them. Whatever is not made of our own
ids and numbers is escaped.
"""

from html import escape

from django.utils.safestring import mark_safe

from lib.marks import marked


def groups_html(groups, level):
    """`groups`: of conversations.found; `level`: of their headings."""
    return mark_safe("".join(_group(group, f"h{level}") for group in groups))  # noqa: S308


def _group(group, heading):
    more = f' · <a class="quiet-link" href="{escape(group.more_href)}">{group.more} more here</a>' if group.more else ""
    hits = f'<ol class="result__hits">{"".join(map(_hit, group.hits))}</ol>' if group.hits else ""
    title = f'<{heading} class="result__title"><a href="{group.href}">{marked(group.title)}</a></{heading}>'
    return (
        f'<li class="result">{title}'
        f'<p class="result__facts"><time datetime="{group.iso}">{group.time}</time> · {group.length}'
        f" message{'' if group.length == 1 else 's'}{more}</p>{hits}</li>"
    )


def _hit(hit):
    elsewhere = '<span class="chip">other branch</span>' if hit.is_elsewhere else ""
    return (
        f'<li><a class="hit" href="{escape(hit.href)}"><span class="hit__meta">{escape(hit.who)} · '
        f'<time datetime="{hit.iso}">{hit.time}</time>{elsewhere}</span>'
        f'<span class="hit__snippet">{marked(hit.snippet)}</span></a></li>'
    )
