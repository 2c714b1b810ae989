from uuid import UUID

import pytest
from django.template import Context, Template
from django.template.base import TextNode
from django.templatetags.static import static
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

PK = UUID(int=1)


def render(text, **context):
    return Template(text).render(Context(context))


def test_what_depends_on_nothing_is_said_when_the_template_is_read():
    template = Template('{% url "conversations:index" %} {% static "img/favicon.svg" %} {% icon "x" %}')

    assert all(isinstance(node, TextNode) for node in template.nodelist)
    address, file, *drawing = template.render(Context()).split(" ")
    assert (address, file) == (reverse("conversations:index"), static("img/favicon.svg"))
    assert " ".join(drawing).startswith("<svg")


def test_what_depends_on_something_is_said_on_the_page():
    assert render('{% url "conversations:detail" pk %}', pk=PK) == reverse("conversations:detail", args=[PK])
    assert render('{% url "conversations:detail" pk=pk %}', pk=PK) == reverse("conversations:detail", args=[PK])
    assert render('{% url "conversations:index" as here %}<{{ here }}>') == f"<{reverse('conversations:index')}>"
    assert render("{% static name %}", name="img/favicon.svg") == static("img/favicon.svg")
    assert render("{% icon name %}", name="x") == render('{% icon "x" %}')


def test_an_address_that_does_not_exist_fails_where_it_is_written():
    with pytest.raises(NoReverseMatch):
        Template('{% url "conversations:nowhere" %}')


def test_a_link_says_that_it_leads_to_the_page_it_stands_on():
    link = '<a{% current "conversations:index" %}>'

    assert render(link, request=RequestFactory().get(reverse("conversations:index"))) == '<a aria-current="page">'
    assert render(link, request=RequestFactory().get(reverse("conversations:new"))) == "<a>"
