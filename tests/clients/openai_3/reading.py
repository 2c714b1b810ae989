"""Everything of a conversation that somebody else wrote, read by a client that takes nothing but what it knows."""

import json
import os

from openai import OpenAI

client = OpenAI(
    api_key=os.environ["PARLEY_KEY"],
    base_url=f"{os.environ['PARLEY_URL']}/openai/v1",
    max_retries=0,
    _strict_response_validation=True,
)
conversation = client.conversations.retrieve(os.environ["CONVERSATION"])
items = [item.to_dict() for item in client.conversations.items.list(conversation.id, order="asc", limit=3)]
print(json.dumps({"metadata": conversation.metadata, "items": items}))
