"""A day with Orq's client 4.1.0rc29, whose words are the documentation's; with MODE=async the same, awaited."""

import asyncio
import json
import os

from orq_ai_sdk import Orq, models

orq = Orq(api_key=os.environ["PARLEY_KEY"], server_url=os.environ["PARLEY_URL"])
loop = asyncio.new_event_loop()


def call(name, **given):
    if os.environ["MODE"] == "async":
        return loop.run_until_complete(getattr(orq.conversations, f"{name}_async")(**given))
    return getattr(orq.conversations, name)(**given)


def pages():
    """[[names of a page] …] from the newest to the oldest, and back again."""
    down = [call("list", limit=2)]
    while down[-1].has_more:
        down.append(call("list", limit=2, starting_after=down[-1].data[-1].id))
    up = [call("list", limit=2, ending_before=down[-1].data[0].id)]
    while up[-1].has_more:
        up.append(call("list", limit=2, ending_before=up[-1].data[0].id))
    return [[[row.display_name for row in page.data] for page in way] for way in (down, up)]


def refused(kind, name, **given):
    try:
        call(name, **given)
    except kind as error:
        return [type(error).__name__, error.status_code, getattr(getattr(error, "data", None), "message", error.body)]
    return None


told = {}
read = call("retrieve", conversation_id=os.environ["CONVERSATION"])
told["read"] = [read.display_name, read.created_by_id]

for number in range(5):
    made = call("create", display_name=f"Chat {number}")
told["pages"] = pages()

again = call("update", conversation_id=made.id, display_name="Resolved")
told["renamed"] = [again.display_name, again.id == made.id, again.updated_at > made.updated_at]

call("delete", conversation_id=made.id)
told["gone"] = refused(models.RetrieveConversationConversationsResponseBody, "retrieve", conversation_id=made.id)
told["delete_again"] = refused(models.DeleteConversationResponseBody, "delete", conversation_id=made.id)
told["bad_limit"] = refused(models.APIError, "list", limit=101)
told["left"] = len(call("list", limit=100).data)
print(json.dumps(told))
