import json

import pytest

from conversations.models import Grant
from projects.models import ProjectMember, Role


@pytest.fixture
def path(conversation, typeid):
    return f"/conversations/{typeid(conversation)}"


@pytest.fixture
def talk(as_alice):
    """talk(items) → the address of a new conversation's context."""

    def talk(*items):
        made = as_alice.post("/conversations", {"items": [dict(item) for item in items]})
        assert made.status_code == 201, made.content
        return f"/conversations/{made.json()['id']}/context"

    return talk


def said(role, content, **fields):
    return {"role": role, "content": content, **fields}


def test_a_conversation_becomes_what_a_model_is_told(as_alice, path, conversation, typeid):
    told = as_alice.get(f"{path}/context").json()

    assert told == {
        "object": "conversation.context",
        "conversation_id": typeid(conversation),
        "branch": "MAIN",
        "format": "openai",
        "messages": [
            {"role": "user", "content": "Which telescope should a beginner buy?"},
            {
                "role": "assistant",
                "content": "A **Dobsonian** of six to eight inches: the most aperture for the money.",
            },
        ],
        "token_count": (4 + 10) + (4 + 18),  # 38 and 72 bytes
        "max_tokens": 100_000,
        "item_count": 2,
        "left_out": {"older": 0, "untold": 0},
    }


def test_it_comes_as_text_too(as_alice, path):
    text = as_alice.get(f"{path}/context?format=text").json()["text"]

    assert text.startswith("User: Which telescope should a beginner buy?\n\nAssistant: A **Dobsonian**")


def test_it_is_cut_from_the_oldest_turn_and_the_system_s_stays(as_alice, talk):
    where = talk(
        said("system", "Be brief."),  # 4 + 3 tokens
        said("user", "first question"),
        said("assistant", "first answer"),
        said("user", "x" * 40),  # 14
        said("assistant", "y" * 40),  # 14
    )

    told = as_alice.get(f"{where}?max_tokens=35").json()
    assert [message["content"][:9] for message in told["messages"]] == ["Be brief.", "x" * 9, "y" * 9]
    assert (told["token_count"], told["item_count"], told["left_out"]) == (35, 3, {"older": 2, "untold": 0})
    # One token less, and the question does not fit: its answer is what is left of the newest turn.
    told = as_alice.get(f"{where}?max_tokens=34").json()
    assert [message["content"][:9] for message in told["messages"]] == ["Be brief.", "y" * 9]
    # An answer whose question is cut goes with it, where a later turn is whole.
    assert as_alice.get(f"{where}?max_tokens=43").json()["item_count"] == 3
    assert as_alice.get(f"{where}?max_tokens=7").json()["item_count"] == 1
    refused = as_alice.get(f"{where}?max_tokens=6").json()
    assert (refused["code"], refused["message"]) == (
        "context_too_small",
        "The turn of the system alone takes 7 tokens.",
    )


CALL = {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"in":"Jena"}'}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": {"sky": "clear"}}


def test_a_call_and_its_result_stay_together(as_alice, talk):
    where = talk(said("user", "Clear tonight?"), CALL, RESULT, said("assistant", "Yes."))

    told = as_alice.get(where).json()["messages"]
    assert told[1:3] == [
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"in":"Jena"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": '{"sky": "clear"}'},
    ]
    assert [m["role"] for m in as_alice.get(f"{where}?max_tokens=21").json()["messages"]] == ["assistant"]
    assert as_alice.get(f"{where}?max_tokens=21").json()["left_out"] == {"older": 3, "untold": 0}


def test_calls_in_a_row_are_one_message_and_those_without_a_result_are_none(as_alice, talk):
    second = CALL | {"call_id": "c2"}
    where = talk(said("user", "?"), CALL, second, RESULT | {"call_id": "c2"}, RESULT, CALL | {"call_id": "c3"})

    told = as_alice.get(where).json()
    assert [m["role"] for m in told["messages"]] == ["user", "assistant", "tool", "tool"]
    assert [call["id"] for call in told["messages"][1]["tool_calls"]] == ["c1", "c2"]
    assert told["left_out"] == {"older": 0, "untold": 1}
    orphan = talk(said("user", "?"), RESULT)
    assert as_alice.get(orphan).json()["left_out"] == {"older": 0, "untold": 1}


def test_calls_beside_an_answer_are_told_as_they_were_sent(as_alice, talk):
    listed = [{"id": "c9", "type": "function", "function": {"name": "add", "arguments": "{}"}}]
    parts = [{"type": "text", "text": "I add."}, {"type": "tool_calls", "tool_calls": listed}]
    where = talk(said("user", "2+2"), said("assistant", parts), said("tool", "4", call_id="c9"))

    assert as_alice.get(where).json()["messages"][1:] == [
        {"role": "assistant", "content": "I add.", "tool_calls": listed},
        {"role": "tool", "tool_call_id": "c9", "content": "4"},
    ]


@pytest.mark.parametrize("calls", [[5], [{}], [{"id": 5, "function": {}}], [{"id": "c", "function": 1}]])
def test_calls_of_no_shape_are_no_calls(as_alice, talk, calls):
    parts = [{"type": "text", "text": "Hm."}, {"type": "tool_calls", "tool_calls": calls}]
    where = talk(said("user", "?"), said("assistant", parts))

    assert as_alice.get(where).json()["messages"][1] == {"role": "assistant", "content": "Hm."}


def test_an_imported_call_without_an_id_gets_one(as_alice, alice, conversation, path):
    call = {"type": "tool_call", "name": "canmore.create", "text": "print(1)"}
    conversation.append("assistant", "print(1)", parts=[call])
    conversation.append("tool", "1", parts=[{"type": "tool_result", "name": "python", "text": "1"}])
    conversation.append("assistant", "Thinking.", parts=[{"type": "reasoning", "text": "Thinking."}])

    told = as_alice.get(f"{path}/context").json()

    call, result = told["messages"][2:]
    assert call["tool_calls"][0]["function"]["name"] == "canmore_create"
    assert json.loads(call["tool_calls"][0]["function"]["arguments"]) == {"input": "print(1)"}
    assert (result["content"], result["tool_call_id"]) == ("1", call["tool_calls"][0]["id"])
    assert told["left_out"]["untold"] == 1


def test_a_long_conversation_is_read_only_as_far_as_it_fits(as_alice, talk, django_assert_num_queries):
    where = talk(*[said("user", f"{n} " + "x" * 100) for n in range(1_000)])

    as_alice.get(where)
    with django_assert_num_queries(6):  # the key, the conversation, the tree, the beginning, no project, the end
        told = as_alice.get(f"{where}?max_tokens=300").json()
    assert (told["item_count"], told["left_out"]["older"]) == (10, 990)
    assert as_alice.get(where).json()["item_count"] == 1_000


def test_another_branch_is_told_by_its_name(as_alice, path):
    first = as_alice.get(f"{path}/items?order=asc").json()["data"][0]["id"]
    as_alice.post(f"{path}/branches", {"name": "idea", "fork_from_item_id": first})

    assert as_alice.get(f"{path}/context?branch=idea").json()["item_count"] == 1
    assert as_alice.get(f"{path}/context?branch=none").json()["code"] == "branch_not_found"


def test_a_project_s_instruction_comes_first_for_those_who_see_the_project(
    as_alice, as_charlie, alice, bob, program, key_of, path, project, conversation
):
    project.instruction = "Answer as an astronomer."
    project.save()
    assert as_alice.get(f"{path}/context").json()["messages"][0] == {
        "role": "system",
        "content": "Answer as an astronomer.",
    }
    ProjectMember.objects.all().delete()
    Grant.objects.create(conversation=conversation, user=bob, role=Role.EDITOR)
    assert program(key_of(bob)).get(f"{path}/context").json()["messages"][0]["role"] == "user"
    assert as_charlie.get(f"{path}/context").status_code == 404


def test_an_empty_conversation_tells_nothing(as_alice, talk):
    told = as_alice.get(talk()).json()

    assert (told["messages"], told["token_count"]) == ([], 0)


@pytest.mark.parametrize("query", ["max_tokens=0", "max_tokens=x", "max_tokens=-1", "format=xml", "branch=%00"])
def test_what_cannot_be_meant_is_refused(as_alice, path, query):
    assert as_alice.get(f"{path}/context?{query}").status_code == 400
