"""Orq's own clients for Python, of each generation, and the curl of its documentation."""

import pytest

NOT_FOUND = "Conversation not found"
MODES = pytest.mark.parametrize("mode", ["sync", "async"])


@MODES
def test_the_last_client_that_knows_conversations(run, conversation, alice, mode):
    told = run("orq_4_3/conversations.py", CONVERSATION=conversation.typeid, MODE=mode)

    assert told["owner"] == alice.typeid
    assert told["messages"] == [
        ["user", alice.typeid, "Which telescope should a beginner buy?"],
        ["assistant", "system", "A **Dobsonian** of six to eight inches: the most aperture for the money."],
    ]
    assert told["untitled"] == ["Untitled", "conversation", {}]
    assert told["pages"] == [
        [["Untitled", "Chat 3"], ["Chat 2", "Chat 1"], ["Chat 0", "Choosing a telescope"]],
        [["Chat 2", "Chat 1"], ["Untitled", "Chat 3"]],
    ]
    assert told["of_the_agent"] == [[["Chat 3", "Chat 2"], ["Chat 1", "Chat 0"]], [["Chat 3", "Chat 2"]]]
    assert told["generating"] == ["Untitled", True, True]
    assert told["named"] == ["Which telescope should a beginner buy?", False]
    assert told["renamed"] == ["Resolved", True, True]
    assert told["named_already"][1:] == [400, "Conversation already has a display name."]
    assert told["gone"] == ["RetrieveConversationResponseBody", 404, NOT_FOUND]
    assert told["delete_again"] == ["DeleteConversationResponseBody", 404, NOT_FOUND]
    assert told["bad_limit"][:2] == ["APIError", 400]
    assert told["no_id"][:2] == ["APIError", 405]
    assert told["left"] == 5


@MODES
def test_the_client_that_makes_conversations_by_their_metadata(run, conversation, alice, mode):
    told = run("orq_4_1/conversations.py", CONVERSATION=conversation.typeid, MODE=mode)

    assert told["read"] == ["Choosing a telescope", alice.typeid]
    assert told["untitled"] == ["Untitled", "conversation", ""]
    assert told["pages"] == [
        [["Untitled", "Chat 3"], ["Chat 2", "Chat 1"], ["Chat 0", "Choosing a telescope"]],
        [["Chat 2", "Chat 1"], ["Untitled", "Chat 3"]],
    ]
    assert told["entities"] == ["", "agent"]
    assert told["named"] == "Which telescope should a beginner buy?"
    assert told["renamed"] == ["Resolved", True, True]
    assert told["named_already"][1:] == [400, "Conversation already has a display name."]
    assert told["gone"][1:] == told["delete_again"][1:] == [404, NOT_FOUND]
    assert told["bad_limit"][:2] == ["APIError", 400]
    assert told["left"] == 5


@MODES
def test_the_client_that_speaks_as_the_documentation_does(run, conversation, alice, mode):
    told = run("orq_4_1_rc/conversations.py", CONVERSATION=conversation.typeid, MODE=mode)

    assert told["read"] == ["Choosing a telescope", alice.typeid]
    assert told["pages"] == [
        [["Chat 4", "Chat 3"], ["Chat 2", "Chat 1"], ["Chat 0", "Choosing a telescope"]],
        [["Chat 2", "Chat 1"], ["Chat 4", "Chat 3"]],
    ]
    assert told["renamed"] == ["Resolved", True, True]
    assert told["gone"][1:] == told["delete_again"][1:] == [404, NOT_FOUND]
    assert told["bad_limit"][:2] == ["APIError", 400]
    assert told["left"] == 5


def test_the_curl_of_the_documentation(curl):
    made = curl("/v2/conversations", "--request", "POST", "--data", '{"displayName": "Support Chat #1234"}')
    assert made[0] == 201
    path = f"/v2/conversations/{made[1]['_id']}"

    assert curl("/v2/conversations?limit=10")[1]["data"] == [made[1]]
    assert curl(path)[1] == made[1] | {"messages": []}
    renamed = curl(path, "--request", "PATCH", "--data", '{"displayName": "Resolved: Support Chat #1234"}')
    assert (renamed[0], renamed[1]["displayName"]) == (200, "Resolved: Support Chat #1234")
    assert renamed[1]["updatedAt"] > made[1]["updatedAt"]
    assert curl(path, "--request", "DELETE") == (204, None)
    assert curl(path) == (404, {"message": NOT_FOUND})
