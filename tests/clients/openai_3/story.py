"""A conversation's life, by the client's own methods. With STRICT it refuses whatever is not as its types say."""

import json
import os

import openai

client = openai.OpenAI(
    api_key=os.environ["PARLEY_KEY"],
    base_url=f"{os.environ['PARLEY_URL']}/openai/v1",
    max_retries=0,
    _strict_response_validation="STRICT" in os.environ,
)
conversations, items = client.conversations, client.conversations.items
seen = {"version": openai.__version__}

SENT = [
    {"type": "message", "role": "assistant", "content": "Hi."},
    {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.org/a.png"}]},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]},
    {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}], "encrypted_content": "gAAAA"},
    {"type": "function_call", "call_id": "call_1", "name": "add", "arguments": '{"a": 1}'},
    {"type": "function_call_output", "call_id": "call_1", "output": "2"},
    {"type": "function_call_output", "call_id": "call_2", "output": [{"type": "input_text", "text": "3"}]},
    {"type": "web_search_call", "action": {"type": "search", "query": "dobsonian"}, "status": "completed"},
    {"type": "file_search_call", "queries": ["mirror"], "status": "searching"},
    {"type": "code_interpreter_call", "container_id": "c_1", "code": "1 + 1", "outputs": [], "status": "completed"},
    {"type": "mcp_approval_request", "name": "f", "arguments": "{}", "server_label": "s"},
    {"type": "mcp_approval_response", "approval_request_id": "mcpr_1", "approve": True},
    {"type": "custom_tool_call", "call_id": "call_3", "name": "f", "input": "x"},
    {"type": "custom_tool_call_output", "call_id": "call_3", "output": "y"},
]

conversation = conversations.create(metadata={"topic": "demo"}, items=[{"role": "user", "content": "Hello!"}])
seen["created"] = conversation.to_dict()
seen["retrieved"] = conversations.retrieve(conversation.id).to_dict()
seen["updated"] = conversations.update(conversation.id, metadata={"topic": "done"}).metadata
seen["empty"] = conversations.create().metadata
listed = client.get("/conversations", cast_to=object, options={"params": {"limit": 1}})
seen["listed"] = [len(listed["data"]), listed["has_more"]]

added = items.create(conversation.id, items=SENT, include=["reasoning.encrypted_content"])
seen["sent"], seen["added"] = SENT, [item.to_dict() for item in added.data]
for start in range(0, 40, 20):
    items.create(conversation.id, items=[{"role": "user", "content": str(n)} for n in range(start, start + 20)])
found = list(items.list(conversation.id, order="asc", limit=10, include=["message.output_text.logprobs"]))
seen["count"] = len(found)
seen["texts"] = [item.content[0].text for item in found[-40:]]
seen["newest"] = items.list(conversation.id).data[0].content[0].text
seen["one"] = items.retrieve(found[1].id, conversation_id=conversation.id).content[0].text

deleted = [items.delete(item.id, conversation_id=conversation.id).id for item in items.list(conversation.id, limit=7)]
seen["deleted"] = [len(deleted), set(deleted) == {conversation.id}, items.list(conversation.id).data]


def refusal(kind, call, *args, **options):
    try:
        call(*args, **options)
    except kind as error:
        return [error.status_code, error.code, error.param, bool(error.request_id), error.type]
    raise AssertionError(f"{call} was not refused")


seen["refused"] = [
    refusal(openai.BadRequestError, items.create, conversation.id, items=[{"role": "nobody", "content": "x"}]),
    refusal(openai.BadRequestError, items.list, conversation.id, limit=101),
    refusal(openai.NotFoundError, items.retrieve, "msg_1", conversation_id=conversation.id),
    refusal(openai.AuthenticationError, client.with_options(api_key="sk-wrong").conversations.create),
]
gone = conversations.delete(conversation.id)
seen["gone"] = [gone.id == conversation.id, gone.object, gone.deleted]
seen["refused"].append(refusal(openai.NotFoundError, conversations.retrieve, conversation.id))
print(json.dumps(seen))
