from uuid import UUID

import pytest
from django.template import Context, Template
from django.template.base import TextNode
from django.templatetags.static import static
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from pytest_django.asserts import assertContains, assertNotContains

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


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("projects:new", {"name": ""}, "Name is missing."),
        ("projects:new", {"name": "n" * 1_300}, "This has 1,300 characters; there is room for 120."),
        ("projects:new", {"name": "Stars", "colour": "beige"}, "This is none of the choices."),
        ("projects:new", {"name": "a\nb"}, "A name has no control characters."),
        ("accounts:new_key", {"name": "Backup"}, "Your password is missing."),
        ("accounts:new_key", {"name": "Backup"}, "A key that may do nothing opens nothing. Tick at least one."),
    ],
)
def test_what_is_wrong_with_a_field_is_said_in_our_words_and_with_its_name(sign_in, alice, name, given, said):
    response = sign_in(alice).post(reverse(name), given)

    assert response.status_code == 422
    assertContains(response, f"<p>{said}</p>", status_code=422)
    assertNotContains(response, "This field", status_code=422)


def test_what_is_missing_is_called_what_the_page_calls_it(client):
    assertContains(client.post(reverse("account_login"), {"password": "x"}), "<p>E-mail is missing.</p>")
