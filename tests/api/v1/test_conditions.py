"""What is read has an ETag, and what is changed or deleted may say which one it was."""

import json
import re

import pytest

from api.v1.views.schema import specification


@pytest.fixture
def resources(program, key_of, alice, conversation, typeid):
    """{what: (its address, a change, another)}, each there to be read, and the program that may."""
    scopes = ["conversations:read", "conversations:write", "users:read", "users:write"]
    app, path = program(key_of(alice, scopes=scopes)), f"/conversations/{typeid(conversation)}"
    app.post("/users", {"external_id": "app-user-7", "name": "Ada"})
    app.post(f"{path}/branches", {"name": "aside"})
    tag = app.post("/tags", {"name": "optics"}).json()["id"]
    note = app.post(f"{path}/notes", {"text": "Ask Tom."}).json()["id"]
    project = app.post("/projects", {"name": "Garden"}).json()["id"]
    return app, {
        "conversation": (path, {"title": "One"}, {"title": "Two"}),
        "metadata": (f"{path}/metadata", {"a": 1}, {"a": 2}),
        "branch": (f"{path}/branches/aside", {"name": "aside.1"}, {"name": "aside.2"}),
        "tag": (f"/tags/{tag}", {"name": "glass"}, {"name": "lenses"}),
        "note": (f"/notes/{note}", {"text": "One"}, {"text": "Two"}),
        "project": (f"/projects/{project}", {"name": "One"}, {"name": "Two"}),
        "user": ("/users/app-user-7", {"name": "One"}, {"name": "Two"}),
        "settings": ("/users/me/settings", {"a": 1}, {"a": 2}),
        "preferences": ("/users/me/settings/preferences", {"preferences": {"a": 1}}, {"preferences": {"a": 2}}),
    }


KINDS = ("conversation", "metadata", "branch", "tag", "note", "project", "user", "settings", "preferences")


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_was_second_is_told_so_and_changes_nothing(resources, kind):
    app, (path, first, second) = resources[0], resources[1][kind]
    etag = app.get(path)["ETag"]
    assert app.get(path)["ETag"] == etag

    changed = app.patch(path, first, If_Match=f'"another", W/{etag}')

    assert changed.status_code == 200
    path = path.replace("aside", "aside.1")
    assert changed["ETag"] == app.get(path)["ETag"] != etag
    before = app.get(path).json()
    stale = app.patch(path, second, If_Match=etag)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert app.get(path).json() == before
    assert app.patch(path, second, If_Match="*").status_code == 200


@pytest.mark.parametrize("kind", ["conversation", "branch", "tag", "note", "project", "user"])
def test_what_somebody_changed_meanwhile_is_not_deleted(resources, kind):
    app, (path, first, _) = resources[0], resources[1][kind]
    etag = app.get(path)["ETag"]
    fresh = app.patch(path, first)["ETag"]
    path = path.replace("aside", "aside.1")

    assert app.delete(path, If_Match=etag).status_code == 412
    assert app.delete(path, If_Match=fresh).status_code < 300
    assert app.get(path).status_code == 404


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "tag"])
def test_what_one_has_already_is_not_sent_again(resources, kind):
    app, (path, first, _) = resources[0], resources[1][kind]
    etag = app.get(path)["ETag"]

    for condition in (etag, f"W/{etag}", f'"another" , {etag}', "*"):
        answer = app.get(path, If_None_Match=condition)
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    for condition in ('"another"', etag.strip('"'), f'"x{etag[1:]}', '"*"', ""):
        assert app.get(path, If_None_Match=condition).status_code == 200
    refused = app.patch(path, first, If_None_Match="*")
    assert (refused.status_code, app.get(path)["ETag"]) == (412, etag)


def test_the_specification_says_where_a_version_may_be_said(resources):
    app, known = resources
    path = known["conversation"][0]
    names = {"conversation": path.rpartition("/")[2], "branch": "aside", "user": "app-user-7"}
    names |= {kind: known[kind][0].rpartition("/")[2] for kind in ("tag", "note", "project")}
    names["item"] = app.get(f"{path}/items").json()["data"][0]["id"]
    names["share"] = app.post(f"{path}/share").json()["id"]
    body = {"title": "One", "name": "One", "text": "One", "content": "One", "preferences": {}}
    told = [
        (verb.upper(), address)
        for address, verbs in json.loads(specification())["paths"].items()
        for verb, operation in verbs.items()
        if any(parameter["name"] == "If-Match" for parameter in operation.get("parameters", ()))
    ]

    assert len(told) == 24
    for verb, address in told:
        address = re.sub(r"{(\w+)}", lambda found: names[found[1]], address.removeprefix("/v1"))
        refused = app(verb, address, body, If_Match='"another"')
        assert (refused.status_code, refused.json()["code"]) == (412, "stale"), f"{verb} {address}"
