"""A day with Orq's client 4.1.12, which makes conversations by their metadata; with MODE=async the same, awaited."""

import json
import os

from orq_ai_sdk import models
from orq_calls import call, pages, refused

told = {}
read = call("retrieve", conversation_id=os.environ["CONVERSATION"])
told["read"] = [read.display_name, read.created_by_id]

for number in range(4):
    call("create", metadata={"entity_id": "agent"}, display_name=f"Chat {number}")
made = call("create", metadata={"entity_id": ""})
told["untitled"] = [made.display_name, made.kind, made.entity_id]
told["pages"] = pages()
told["entities"] = sorted({row.entity_id for row in call("list").data})

named = call("generate_name", conversation_id=made.id, context="Which telescope should a beginner buy?")
told["named"] = named.display_name
again = call("update", conversation_id=made.id, display_name="Resolved")
told["renamed"] = [again.display_name, again.id == made.id, again.updated_at > made.updated_at]
told["named_already"] = refused(
    models.GenerateConversationNameConversationsResponseBody, "generate_name", conversation_id=made.id, context="x"
)

call("delete", conversation_id=made.id)
told["gone"] = refused(models.RetrieveConversationConversationsResponseBody, "retrieve", conversation_id=made.id)
told["delete_again"] = refused(models.DeleteConversationResponseBody, "delete", conversation_id=made.id)
told["bad_limit"] = refused(models.APIError, "list", limit=101)
told["left"] = len(call("list", limit=100).data)
print(json.dumps(told))
