"""A day with R2R's older client 3.2.41, which sends Python reprs and bare text; with MODE=async the same, awaited."""

import asyncio
import inspect
import json
import os

from r2r import R2RAsyncClient, R2RClient, R2RException
from shared.abstractions.llm import Message

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
client = (R2RAsyncClient if os.environ["MODE"] == "async" else R2RClient)(os.environ["PARLEY_URL"])


def call(method, *given, **named):
    """What a method gives, or its exception's status and message."""
    try:
        answer = method(*given, **named)
        answer = loop.run_until_complete(answer) if inspect.isawaitable(answer) else answer
    except R2RException as error:
        return [error.status_code, error.message]
    return answer["results"]


def said(pairs):
    return [[message["role"], message["content"]] for _, message in pairs]


told = {"wrong_password": call(client.login, os.environ["EMAIL"], "wrong password")}
told["tokens"] = sorted(call(client.login, os.environ["EMAIL"], os.environ["PASSWORD"]))
told["me"] = call(client.user)["email"]
one = call(client.create_conversation)
question = call(
    client.add_message, one, {"role": "user", "content": 'It\'s "Q1"'}, metadata={"a": 1, "b": True, "n": None}
)
answer = call(client.add_message, one, Message(role="assistant", content="A1"), parent_id=question["message_id"])
call(client.add_message, one, "plain text")
told["read"] = said(call(client.get_conversation, one))
told["keys"] = sorted(call(client.get_conversation, one)[0][1])
changed = call(client.update_message, answer["message_id"], "A1, reworded")
told["reworded"] = said(call(client.get_conversation, one))
branches = call(client.branches_overview, one)["branches"]
told["points"] = [branch["branch_point_id"] == answer["message_id"] for branch in branches]
told["active"] = branches[1]["branch_id"] == changed["new_branch_id"]
told["original"] = said(call(client.get_conversation, one, branches[0]["branch_id"]))
again = call(client.update_message, changed["new_message_id"], {"role": "user", "content": "A1, once more"})
told["metadata"] = call(
    client.update_message_metadata, again["new_message_id"], {"a": 1, "c": {"x": 1}, "d": [1, 2], "e": True, "b": None}
)
told["listed"] = [row["conversation_id"] == one for row in call(client.conversations_overview, [one], 0, 10)]
told["deleted"] = call(client.delete_conversation, one)
told["gone"] = call(client.get_conversation, one)
told["refreshed"] = sorted(call(client.refresh_access_token))
told["out"] = call(client.logout)["message"]
print(json.dumps(told))
