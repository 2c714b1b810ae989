"""The specification tells the truth: every address is in it, and what it promises is what comes."""

import json
import re

import pytest
from django.urls.resolvers import RoutePattern
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

from api.v1 import urls as v1
from api.v1.views.schema import specification


@pytest.fixture(scope="module")
def specified():
    return json.loads(specification())


def addresses():
    """{path as the specification spells it: view class} of every address below /v1 that needs a key."""
    patterns = [pattern for pattern in v1.urlpatterns if isinstance(pattern.pattern, RoutePattern)]
    spelled = {
        re.sub("<([^>]+)>", "{\\1}", f"/v1/{pattern.pattern}"): pattern.callback.view_class for pattern in patterns
    }
    return {path: view for path, view in spelled.items() if view.schema is not None}


def test_every_address_and_verb_is_in_the_specification_and_the_other_way_round(specified):
    told = {(path, verb) for path, verbs in specified["paths"].items() for verb in verbs}
    there = {
        (path, verb)
        for path, view in addresses().items()
        for verb in ("get", "post", "put", "patch", "delete")
        if hasattr(view, verb)
    }

    assert told == there


def test_it_is_made_without_a_warning():
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(public=True)

    assert not GENERATOR_STATS


def test_it_holds_no_note_of_the_generator(specified):
    assert set(re.findall(r'"x-[\w-]+"', json.dumps(specified))) == set()


def test_every_operation_says_what_it_takes_and_answers(specified):
    for path, verbs in specified["paths"].items():
        for verb, operation in verbs.items():
            where = f"{verb} {path}"
            assert operation.get("description"), where
            good = [code for code in operation["responses"] if code.startswith("2")]
            assert good, where
            assert operation["responses"]["4XX"]["content"]["application/json"]["schema"], where


def test_operations_have_names_of_their_own(specified):
    names = [operation["operationId"] for verbs in specified["paths"].values() for operation in verbs.values()]

    assert len(names) == len(set(names))


def test_every_field_has_a_type(specified):
    untyped = [
        f"{name}.{field}"
        for name, schema in specified["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if not {"type", "$ref", "anyOf", "oneOf", "allOf", "enum"} & told.keys()
    ]

    assert untyped == []


def test_a_body_is_needed_where_no_body_says_too_little(specified):
    revoke = specified["paths"]["/v1/shares/revoke"]["post"]["requestBody"]

    assert revoke["required"]  # some, or all: neither field is needed by itself
