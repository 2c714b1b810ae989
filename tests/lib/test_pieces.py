from html import escape
from pathlib import Path

import pytest
from django.template import engines
from django.utils.autoreload import file_changed

from lib import pieces


@pytest.fixture
def template(monkeypatch):
    """A template of these words, and how often it was read."""
    read = []

    def made(words):
        def render(name, context):
            read.append(context)
            return engines["django"].from_string(words).render(context)

        pieces._forget()
        monkeypatch.setattr(pieces, "render_to_string", render)
        return read

    yield made
    pieces._forget()


def test_a_piece_is_remembered_by_its_facts_and_never_by_what_is_put_into_it(template):
    read = template("{{ name }}: {{ list }}")

    said = [
        pieces.piece("x.html", {"list": html}, name=name) for html, name in [("<b>", "A"), ("<i>", "A"), ("<i>", "B")]
    ]

    assert said == ["A: <b>", "A: <i>", "B: <i>"]
    assert len(read) == 2


def test_facts_are_escaped_and_nobody_can_name_a_place(template):
    template("{{ name }} {{ list }}")
    place = "<0123456789abcdef list>"  # as one of them looks

    assert pieces.piece("x.html", {"list": "<li>"}, name=place) == f"{escape(place)} <li>"


def test_what_is_put_in_is_not_looked_through(template):
    template("{{ list }}{{ name }}")
    place = f"<{pieces._WORD} name>"

    assert pieces.piece("x.html", {"list": place, "name": "x"}) == f"{place}x"


def test_a_template_that_is_being_written_is_read_anew(template):
    said = []
    for words in ("{{ list }} before", "{{ list }} after"):
        template(words)
        file_changed.send(None, file_path=Path("x.html"))
        said += [pieces.piece("x.html", {"list": "<li>"}), pieces.page("x.html", {"list": "<li>"})]

    assert said == ["<li> before", b"<li> before", "<li> after", b"<li> after"]
