"""Whatever a client sends or another dialect wrote: a clear answer, and what was stored can be read."""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TYPES = [
    "message", "function_call", "function_call_output", "reasoning", "mcp_call", "web_search_call",
    "local_shell_call_output", "item_reference", "something_else",
]  # fmt: skip
PARTS = [
    "input_text", "output_text", "text", "refusal", "reasoning_text", "summary_text", "input_image", "input_file",
    "tool_calls", "tool_result", "fields", "openai", "image",
]  # fmt: skip

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=5), below, max_size=3),
    max_leaves=6,
)
text = st.text(alphabet="abc é\n", max_size=9)


def mostly(value):
    return st.integers(0, 19).flatmap(lambda number: value if number else anything)


def made_of(*always, **fields):
    """Objects with some of these keys, each nearly always as it should be."""
    fields = {name: mostly(value) for name, value in fields.items()}
    return st.fixed_dictionaries({name: fields.pop(name) for name in always}, optional=fields)


part = made_of(
    "type", "text", type=st.sampled_from(PARTS), text=text, refusal=text, image_url=text, file_id=text, detail=text,
    annotations=anything, item=anything, openai=st.sampled_from(PARTS), output=anything, arguments=text,
)  # fmt: skip
item = made_of(
    "type", "role", "content", "call_id", "name", "arguments", "output", "summary",
    type=st.sampled_from(TYPES), role=st.sampled_from(["user", "assistant", "system", "developer"]),
    content=text | st.lists(part, max_size=3), status=st.sampled_from(["completed", "incomplete", "in_progress"]),
    id=st.text(alphabet="abc_", min_size=1, max_size=9), call_id=text, name=text, arguments=text, phase=text,
    output=text | st.lists(part, max_size=2), summary=st.lists(part, max_size=2), error=anything, server_label=text,
)  # fmt: skip
body = made_of("items", items=st.lists(item, max_size=3), metadata=st.dictionaries(text, text, max_size=3))

fuzzed = settings(
    max_examples=int(os.environ.get("PARLEY_FUZZ", "60")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def read(openai, conversation):
    path = f"/conversations/{conversation}"
    assert openai.get(path).status_code == 200
    listed = openai.get(f"{path}/items?order=asc").json()["data"]
    for told in listed:
        assert told["status"]
        assert told["type"]
        assert openai.get(f"{path}/items/{told['id']}").json() == told
    return listed


@pytest.mark.django_db
@given(body=body)
@fuzzed
def test_whatever_is_sent_is_stored_and_read_or_refused(openai, body):
    answer = openai.post("/conversations", body)

    assert answer.status_code in (200, 400), answer.content
    if answer.status_code == 200:
        assert len(read(openai, answer.json()["id"])) == len(body.get("items") or [])
    else:
        assert answer.json()["error"]["message"]


@pytest.mark.django_db
@given(body=body)
@fuzzed
def test_whatever_the_house_dialect_stored_is_read(openai, house, body):
    answer = house.post("/conversations", body)

    if answer.status_code == 201:
        assert len(read(openai, answer.json()["id"])) == answer.json()["item_count"]
