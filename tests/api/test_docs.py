"""The pages of docs/api, replayed: each from top to bottom against an empty account.

A block is a request and its answer. `{{conversation.id}}` is a value of the last answer whose object was one
("conversation.item" is `item`), `.etag` its ETag; of an answer that says not what it is, `{{id}}` is a value by itself.
`{{workspace.key}}` is a key of the whole workspace. In an answer "…" stands for any value, "conv_…" for any that begins
so, and the key "…" for keys that are not shown.
"""

import json
import re
from pathlib import Path

import pytest

from accounts.models import ApiKey
from accounts.models.api_key import SCOPES

PAGES = sorted((Path(__file__).parents[2] / "docs" / "api").glob("*.md"))
BLOCK = re.compile(r"^```http\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
ANSWER = re.compile(r"\n+HTTP/1\.1 (\d+)[^\n]*\n*")


def test_there_are_pages():
    assert PAGES


@pytest.mark.django_db(transaction=True)  # a request that waits for a model gives its connection back
@pytest.mark.parametrize("told", PAGES, ids=lambda told: told.stem)
def test_what_a_page_shows_is_what_comes(told, as_alice, alice, model_server):
    as_alice.prefix = ""  # pages tell whole addresses
    known = {"workspace.key": ApiKey.objects.mint(workspace=alice.workspace, scopes=SCOPES)[1]}
    for block in BLOCK.findall(told.read_text()):
        replay(filled(block, known), as_alice, known)


def replay(block, program, known):
    request, status, told = ANSWER.split(block, maxsplit=1)
    head, _, body = request.partition("\n\n")
    line, *headers = head.splitlines()
    method, path = line.split(" ", 1)
    body = body.replace("\n", "\r\n") if "multipart/" in head else body
    answer = program(method, path, raw=body.encode(), **dict(header.split(": ", 1) for header in headers))
    assert answer.status_code == int(status), f"{line}: {answer.content}"
    if told:
        came = answer.json()
        check(json.loads(told), came, line)
        remember(came, answer, known)


def filled(block, known):
    return re.sub(r"{{([^}]+)}}", lambda found: known[found[1]], block)


def remember(came, answer, known):
    name = (came.get("object") or came.get("kind") or "").rpartition(".")[2]
    for key, value in came.items():
        if isinstance(value, str):
            known[f"{name}.{key}" if name else key] = value
    known[f"{name}.etag"] = answer.headers.get("ETag", "")


def check(told, came, where):
    if isinstance(told, str) and told.endswith("…"):
        assert told == "…" or came.startswith(told[:-1]), where
    elif isinstance(told, dict):
        keys = told.keys() - {"…"}
        assert keys <= came.keys() if "…" in told else keys == came.keys(), f"{where}: {sorted(keys ^ came.keys())}"
        for key in keys:
            check(told[key], came[key], f"{where} {key}")
    elif isinstance(told, list):
        assert len(told) == len(came), where
        for index, (one, other) in enumerate(zip(told, came, strict=True)):
            check(one, other, f"{where}[{index}]")
    else:
        assert told == came, where
