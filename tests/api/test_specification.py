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
            assert "`" not in operation["summary"], where
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


def test_every_list_says_of_what_it_is(specified):
    """What is optional in JSON Schema, and what makers of clients stumble over."""

    def lists(told):
        if isinstance(told, dict):
            if "array" in told.get("type", ""):  # one type, or several
                yield told
            told = list(told.values())
        if isinstance(told, list):
            for below in told:
                yield from lists(below)

    found = list(lists(specified))
    assert found
    assert [told for told in found if "items" not in told] == []


def test_a_description_is_the_thing_s_own(specified):
    told = [each.get("description") for each in specified["components"]["schemas"].values()]

    assert not any(words and words.startswith("The fields of a request's body") for words in told)
    assert specified["components"]["schemas"]["ConversationChange"]["description"].startswith("What may be changed.")


def test_resources_are_told_one_by_one(specified):
    used = {operation["tags"][0] for verbs in specified["paths"].values() for operation in verbs.values()}

    assert sorted(tag["name"] for tag in specified["tags"]) == sorted(used)
    assert specified["paths"]["/v1/conversations/{conversation}/items"]["get"]["tags"] == ["items"]


def test_a_key_may_say_for_whom_it_acts(specified):
    assert specified["paths"]["/v1/conversations"]["get"]["security"] == [{"key": []}, {"key": [], "user": []}]
    assert specified["components"]["securitySchemes"]["user"]["name"] == "Parley-User"


def test_what_is_tried_first_is_accepted(specified, as_alice):
    examples = {
        name: schema["examples"][0]
        for name, schema in specified["components"]["schemas"].items()
        if "examples" in schema
    }

    made = as_alice.post("/conversations", examples["ConversationInput"])
    assert made.status_code == 201
    path = f"/conversations/{made.json()['id']}"
    assert as_alice.patch(path, examples["ConversationChange"]).status_code == 200
    item = as_alice.post(f"{path}/items", examples["ItemInput"])
    assert item.status_code == 201
    assert as_alice.put(f"{path}/items/{item.json()['id']}/edit", examples["EditInput"]).status_code == 200
    assert as_alice.post(f"{path}/branches", examples["BranchInput"]).status_code == 201
    assert as_alice.post(f"{path}/share", examples["ShareInput"]).status_code == 201
    assert as_alice.post("/projects", examples["ProjectInput"]).status_code == 201


def test_a_body_is_read_before_anything_is_looked_up(specified, program, key_of, alice):
    app = program(key_of(alice, scopes=["conversations:read", "conversations:write", "users:read", "users:write"]))
    takes_json = [
        (verb.upper(), re.sub(r"{\w+}", "nothing", path.removeprefix("/v1")))
        for path, verbs in specified["paths"].items()
        for verb, operation in verbs.items()
        if "application/json" in operation.get("requestBody", {"content": ()})["content"]
    ]

    assert len(takes_json) > 30
    for verb, path in takes_json:
        answer = app(verb, path, [1])
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request"), f"{verb} {path}"
