"""Files of a message: pictures keep their place before they load, everything else is a row with name, kind and size."""

from typing import NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from conversations.models import Attachment
from lib import markdown, pictures
from lib.markdown.links import is_web
from lib.typeid import decode, encode


class Files(NamedTuple):
    """Below which address files are fetched, and what is said of one that cannot be."""

    path: str = "/attachments/"
    missing: str = "not in the export"


def show(kind, part, message, files):
    """`kind`: image, audio or file."""
    name = str(part.get("name") or part.get("alt") or kind.capitalize())
    try:
        pk = decode(Attachment.PREFIX, str(part.get("attachment_id") or ""))
    except ValueError:  # none, or what a client made up: an address must not be made of that
        return _row(kind, name, files.missing)
    attachment = Attachment.objects.filter(message=message, pk=pk).first()
    url = f"{files.path}{encode(Attachment.PREFIX, pk)}/"
    if kind == "image":
        return format_html(
            '<a class="picture" href="{}"><img src="{}" alt="{}" loading="lazy"{}></a>',
            url,
            url,
            name,
            _size(part, attachment),
        )
    return _row(kind, name, _facts(attachment), url)


def elsewhere(part):
    """A picture that a client sent by its address. It is not fetched: that would tell a stranger who reads."""
    given = part.get("image_url")
    url = given.get("url") if isinstance(given, dict) else given
    url = url if isinstance(url, str) else ""
    if is_web(url):
        return mark_safe(f"<p>{markdown.remote_image(url, 'Image')}</p>")  # noqa: S308  escaped there
    return _row("image", "Image", f"sent inline, {filesizeformat(len(url) * 3 // 4)}")


def _row(kind, name, facts, url=""):
    words = format_html('<span class="attachment__name">{}</span> <small>{}</small>', name, facts)
    if url:
        return format_html('<a class="attachment attachment--{}" href="{}">{}</a>', kind, url, words)
    return format_html('<span class="attachment attachment--{} attachment--missing">{}</span>', kind, words)


def _facts(attachment):
    """PDF · 34 KB: the ending says the kind, where there is one."""
    if attachment is None:
        return ""
    ending = attachment.name.rpartition(".")[2].upper() if "." in attachment.name else ""
    size = filesizeformat(attachment.size) if attachment.size is not None else ""
    return " · ".join(fact for fact in (ending if len(ending) <= 5 else "", size) if fact)


def _size(part, attachment):
    """Width and height keep the picture's place, so that nothing jumps when it comes. Where nobody told them, the
    picture itself does."""
    size = part.get("width"), part.get("height")
    if not all(map(_is_side, size)) and attachment:
        size = (attachment.width, attachment.height)
        if not all(map(_is_side, size)) and attachment.path:
            size = pictures.size(attachment.path) or (None, None)
    return format_html(' width="{}" height="{}"', *size) if all(map(_is_side, size)) else ""


def _is_side(number):
    return isinstance(number, int) and 0 < number < 20_000
