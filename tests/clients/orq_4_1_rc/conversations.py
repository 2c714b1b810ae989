"""A day with Orq's client 4.1.0rc29, whose words are the documentation's; with MODE=async the same, awaited."""

import json
import os

from orq_ai_sdk import models
from orq_calls import call, pages, refused

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
