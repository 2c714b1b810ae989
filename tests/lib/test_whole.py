import pytest
from django.template import Context, Engine
from django.template.loader_tags import ExtendsNode

BASE = (
    "<title>{% block title %}Parley{% endblock %}</title>{% block main %}{% endblock %}"
    "{% if on %}{% block end %}.{% endblock %}{% endif %}"
)
LIST = """{% extends "base.html" %}{% block title %}List{% endblock %}
{% block main %}[{% block rows %}{{ rows }}{% endblock %}]{% endblock %}"""


@pytest.fixture
def show(tmp_path):
    def show(text, **context):
        for name, source in {"base.html": BASE, "list.html": LIST, "page.html": text}.items():
            (tmp_path / name).write_text(source)
        engine = Engine([tmp_path], builtins=["lib.templatetags.whole"])
        found = engine.get_template("page.html")
        show.looks_for_its_parent = bool(found.nodelist.get_nodes_by_type(ExtendsNode))
        return found.render(Context({"on": True, "rows": "<i>"} | context))

    return show


def test_a_page_stands_in_its_parent_from_when_it_is_read(show):
    page = '{% extends "base.html" %}{% block main %}{% for n in "ab" %}{{ n }}{% endfor %}{% endblock %}'
    assert show(page) == "<title>Parley</title>ab."
    assert show(page, on=False) == "<title>Parley</title>ab"
    assert not show.looks_for_its_parent


def test_the_nearest_words_for_a_block_are_shown_wherever_it_was_named_first(show):
    page = '{% extends "list.html" %}{% block rows %}none{% endblock %}{% block end %}!{% endblock %}'
    assert show(page) == "<title>List</title>[none]!"
    assert show('{% extends "list.html" %}') == "<title>List</title>[&lt;i&gt;]."


def test_where_a_block_shows_its_parents_too_it_does(show):
    page = """{% extends "list.html" %}{% block main %}({{ block.super }}){% endblock %}
        {% block rows %}{{ block.super }}x{% endblock %}"""
    assert show(page) == "<title>List</title>([&lt;i&gt;x])."
    assert show.looks_for_its_parent


def test_what_a_block_sets_stays_in_it(show):
    page = """{% extends "base.html" %}{% block main %}{% cycle "a" "b" as kept %}{% endblock %}
        {% block end %}{{ kept }}{% endblock %}"""
    assert show(page) == "<title>Parley</title>a"
