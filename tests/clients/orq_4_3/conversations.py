"""A day with Orq's client 4.3.20, the last line that knows conversations; with MODE=async the same, awaited."""

import json
import os

from orq_ai_sdk import models
from orq_calls import call, pages, refused

told = {}
read = call("retrieve", conversation_id=os.environ["CONVERSATION"])
told["messages"] = [[message.role, message.created_by_id, message.parts[0].text] for message in read.messages]
told["owner"] = read.created_by_id

for number in range(4):
    call("create", project_id="their-project", display_name=f"Chat {number}", metadata={"entity_id": "agent"})
made = call("create", project_id="their-project")
told["untitled"] = [made.display_name, made.kind, made.metadata.model_dump(by_alias=True)]
told["pages"] = pages()
told["of_the_agent"] = pages(entity_id="agent")

changed = call("update", conversation_id=made.id, metadata={"generating_title": True})
told["generating"] = [changed.display_name, changed.metadata.generating_title, changed.updated_at > made.updated_at]
named = call("generate_name", conversation_id=made.id, context="Which telescope should a beginner buy?")
told["named"] = [named.display_name, named.metadata.generating_title]
again = call("update", conversation_id=made.id, display_name="Resolved")
told["renamed"] = [again.display_name, again.id == made.id, again.updated_at > named.updated_at]
told["named_already"] = refused(
    models.GenerateConversationNameConversationsResponseBody, "generate_name", conversation_id=made.id, context="x"
)

call("delete", conversation_id=made.id)
told["gone"] = refused(models.RetrieveConversationResponseBody, "retrieve", conversation_id=made.id)
told["delete_again"] = refused(models.DeleteConversationResponseBody, "delete", conversation_id=made.id)
told["bad_limit"] = refused(models.APIError, "list", limit=101)
told["no_id"] = refused(models.APIError, "delete", conversation_id="")
told["left"] = len(call("list", limit=100).data)
print(json.dumps(told))
