"""api/README.md says what one can do in which dialect. It is held against the addresses there are, both ways."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from api.dialect import NoSuchEndpoint

MAP = Path(__file__).parents[2] / "api" / "README.md"
COLUMNS = {
    "`/v1`": ["api.v1.urls"],
    "Orq `/v2`": ["api.orq.urls"],
    "R2R `/v3`": ["api.r2r.urls"],
    "R2R legacy `/v2`": ["api.r2r.legacy_urls"],
    "Raven `/api/v1`": ["api.raven.urls"],
    "OpenAI `/openai/v1`": ["api.openai.urls"],
}
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def told():
    """{column: {(verb, address)}} of the map; `c` is conversations, and what ids are called does not count."""
    [table] = re.findall(r"^\| what one can do.*?(?=\n\n|\Z)", MAP.read_text(), re.S | re.M)
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]
    found = {column: set() for column in head[1:]}
    for row in rows:
        for column, cell in zip(head[1:], row[1:], strict=True):
            for verbs, address in re.findall(r"`([A-Z, ]+) ([^`]*)`", cell):
                address = re.sub(r"\{[^}]*\}", "{}", re.sub(r"^c(?=/|$)", "conversations", address))
                found[column] |= {(verb, address) for verb in verbs.split(", ")}
    return found


def served(module):
    patterns = [
        pattern
        for pattern in import_module(module).urlpatterns
        if not issubclass(pattern.callback.view_class, NoSuchEndpoint)
    ]
    return {
        (verb, re.sub(r"<[^>]*>", "{}", str(pattern.pattern)))
        for pattern in patterns
        for verb in VERBS
        if hasattr(pattern.callback.view_class, verb.lower())
    }


@pytest.mark.parametrize("column", COLUMNS)
def test_the_map_shows_every_call_and_nothing_else(column):
    there = set().union(*map(served, COLUMNS[column]))

    assert told()[column] == there


def test_the_map_has_a_column_for_every_dialect():
    assert list(told()) == list(COLUMNS)
