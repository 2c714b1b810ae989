"""Messages in the form that chat models are told them: words by role, calls of tools with their results.

Every program keeps calls in a way of its own: an item for each (OpenAI's Responses), a list beside an answer (chat
completions), or one message to a tool and one from it, without an id between them (ChatGPT's exports).
"""

import json
import re
from dataclasses import dataclass, field

from conversations.models import Message
from conversations.parts import is_said

BYTES_OF_A_TOKEN = 4
TOKENS_OF_A_MESSAGE = 4  # what stands around each
_ROLES = {"developer": "system"} | {role: role for role in ("system", "user", "assistant")}
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")


@dataclass
class Utterance:
    """What is told together or not at all: one message, or calls with all that came of them."""

    items: list  # of conversations.paths.Item
    spoken: dict
    results: list[dict] = field(default_factory=list)

    @property
    def messages(self):
        return [self.spoken, *self.results]

    @property
    def tokens(self):
        return sum(map(tokens, self.messages))

    @property
    def begins_a_turn(self):
        return self.spoken["role"] == "user"


def tokens(message):
    """An estimate that knows no model: a token for each four bytes of UTF-8, which is about right for English and code,
    and too many rather than too few for most other scripts."""
    texts = [message["content"] or ""]
    for call in message.get("tool_calls", []):
        texts += [call["function"]["name"], call["function"]["arguments"]]
    return TOKENS_OF_A_MESSAGE + -(-sum(len(text.encode()) for text in texts) // BYTES_OF_A_TOKEN)


def utterances(items):
    """[Utterance], in the order of `items`. What a model is told nothing of (reasoning, errors, files) is in none, and
    neither are calls that nothing came of and results that nobody asked for: models refuse both."""
    found, waiting = [], {}
    for item in items:
        if item.role == Message.Role.TOOL or item.type.endswith("_output"):
            asked = waiting.pop(item.call_id or next(reversed(waiting), None), None)
            if asked:
                asked[0].items.append(item)
                asked[0].results.append({"role": "tool", "tool_call_id": asked[1], "content": _result(item)})
        elif calls := _calls(item):
            utterance = _calling(item, calls, found[-1] if found else None)
            if not found or utterance is not found[-1]:
                found.append(utterance)
            waiting |= {call["id"]: (utterance, call["id"]) for call in calls}
        elif item.role in _ROLES and item.text and is_said(item.text, item.parts):
            found.append(Utterance([item], {"role": _ROLES[item.role], "content": item.text}))
    return [utterance for utterance in map(_answered, found) if utterance]


def _calling(item, calls, last):
    """Calls made one after the other before anything came of them are one message with several."""
    if last and "tool_calls" in last.spoken and not last.results:
        last.items.append(item)
        last.spoken["tool_calls"] += calls
        return last
    said = item.text if item.type == "message" and is_said(item.text, item.parts) else ""
    return Utterance([item], {"role": "assistant", "content": said or None, "tool_calls": calls})


def _answered(utterance):
    """Without the calls that nothing came of; None where nothing is left."""
    if "tool_calls" not in utterance.spoken:
        return utterance
    answered = {result["tool_call_id"] for result in utterance.results}
    calls = [call for call in utterance.spoken["tool_calls"] if call["id"] in answered]
    if calls:
        utterance.spoken["tool_calls"] = calls
        return utterance
    elif utterance.spoken["content"]:
        return Utterance(utterance.items, {"role": "assistant", "content": utterance.spoken["content"]})
    else:
        return None


def _calls(item):
    parts = [part for part in item.parts or [] if isinstance(part, dict)]
    if item.role != Message.Role.ASSISTANT:
        return []
    elif item.type.endswith("_call") and item.call_id:
        arguments = next((part.get("arguments") for part in parts if part.get("type") == "fields"), None)
        return [_call(item.call_id, item.name or item.type, arguments or item.text or "{}")]
    elif listed := [part.get("tool_calls") for part in parts if part.get("type") == "tool_calls"]:
        return [call for calls in listed for call in map(_listed, calls if isinstance(calls, list) else []) if call]
    else:
        return [
            _call(f"call_{item.id.hex[-12:]}_{number}", part.get("name"), json.dumps({"input": part.get("text")}))
            for number, part in enumerate(parts, 1)
            if part.get("type") == "tool_call"
        ]


def _listed(call):
    """A call as a client listed it, or None where it has another shape."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(call.get("id"), str):
        return None
    arguments = function.get("arguments", "{}")
    return _call(call["id"], function.get("name"), arguments if isinstance(arguments, str) else json.dumps(arguments))


def _call(call_id, name, arguments):
    name = _NO_NAME.sub("_", str(name or "tool"))[:64]
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _result(item):
    output = next((part.get("output") for part in item.parts or [] if part.get("type") == "fields"), None)
    if item.text or output is None:
        return item.text
    return output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
