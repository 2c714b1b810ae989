"""An agent that remembers in a conversation of Parley's. Its model is a script; all else is the package's own."""

import asyncio
import json
import os

from agents import Agent, OpenAIConversationsSession, Runner, function_tool, set_tracing_disabled
from agents.items import ModelResponse
from agents.models.interface import Model
from agents.usage import Usage
from openai import AsyncOpenAI
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
    ResponseReasoningItem,
)

client = AsyncOpenAI(api_key=os.environ["PARLEY_KEY"], base_url=f"{os.environ['PARLEY_URL']}/openai/v1", max_retries=0)


class Scripted(Model):
    """Gives its answers one after the other, and keeps what it was told."""

    def __init__(self, *answers):
        self.answers, self.told = list(answers), []

    async def get_response(self, **asked):
        self.told.append(asked["input"])
        return ModelResponse(output=self.answers.pop(0), usage=Usage(), response_id=None)

    def stream_response(self, **asked):
        raise NotImplementedError


def said(text, number):
    content = [ResponseOutputText(type="output_text", text=text, annotations=[])]
    return ResponseOutputMessage(
        type="message", id=f"msg_of_model_{number}", role="assistant", status="completed", content=content
    )


@function_tool
def aperture(inches: int) -> str:
    return f"{inches} inches gather a lot of light"


def session(**options):
    return OpenAIConversationsSession(openai_client=client, **options)


async def an_agent_remembers():
    thought = ResponseReasoningItem(type="reasoning", id="rs_of_model", summary=[])
    call = ResponseFunctionToolCall(
        type="function_call", id="fc_of_model", call_id="call_1", name="aperture", arguments='{"inches": 8}'
    )
    model = Scripted([thought, call], [said("Buy a Dobsonian.", 1)], [said("Eight.", 2)])
    agent = Agent(name="Adviser", model=model, tools=[aperture])
    memory = session()
    first = await Runner.run(agent, "Which telescope?", session=memory)
    again = session(conversation_id=memory.session_id)
    second = await Runner.run(agent, "How many inches?", session=again)
    return {
        "answers": [first.final_output, second.final_output],
        "told": [item.get("type", "message") for item in model.told[-1]],
        "kept": [item["type"] for item in await again.get_items()],
    }


async def a_session_does_all_it_can():
    memory = session()
    await memory.add_items([{"role": "user", "content": str(n)} for n in range(45)])
    everything = await memory.get_items()
    last = await memory.get_items(limit=25)
    popped = await memory.pop_item()
    left = await memory.get_items()
    copy = session()
    await copy.add_items(left)
    again = {"same": "taken"}
    try:
        await memory.add_items(left[:1])
    except Exception as error:
        again["same"] = error.code
    await memory.add_items([popped])
    restored = (await memory.get_items())[-1]["content"]
    await memory.clear_session()
    return {
        "everything": [item["content"][0]["text"] for item in everything],
        "last": [item["content"][0]["text"] for item in last],
        "popped": popped["content"][0]["text"],
        "left": len(left),
        "copied": len(await copy.get_items()),
        "same": again["same"],
        "restored": restored[0]["text"],
        "cleared": await memory.get_items(),
    }


async def main():
    set_tracing_disabled(True)
    print(json.dumps({"agent": await an_agent_remembers(), "session": await a_session_does_all_it_can()}))


asyncio.run(main())
