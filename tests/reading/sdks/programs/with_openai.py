"""Chat Completions and Responses by OpenAI's SDK: plain, streamed, asynchronous, with a tool."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import mlflow
import openai

from tests.reading.sdks import story
from tests.reading.sdks.programs.scenarios import VENDOR, run_all, scenario

MODEL = "gpt-4o-mini"
PARAMETERS = {"type": "object", "properties": {"subject": {"type": "string"}}, "required": ["subject"]}
CHAT_TOOL: Any = {"type": "function", "function": {"name": story.TOOL, "parameters": PARAMETERS}}
TOOL: Any = {"type": "function", "name": story.TOOL, "parameters": PARAMETERS}

client = openai.OpenAI(base_url=f"{VENDOR}/v1", api_key="sk-none", max_retries=0)


def asked(name: str) -> list[Any]:
    return [{"role": "system", "content": story.system(name)}, {"role": "user", "content": story.question(name)}]


@scenario
def openai_chat() -> None:
    client.chat.completions.create(model=MODEL, messages=asked("openai_chat"))


@scenario
def openai_chat_stream() -> None:
    for _ in client.chat.completions.create(model=MODEL, messages=asked("openai_chat_stream"), stream=True):
        pass


@scenario
def openai_chat_async() -> None:
    async def ask() -> None:
        async with openai.AsyncOpenAI(base_url=f"{VENDOR}/v1", api_key="sk-none") as apart:
            await apart.chat.completions.create(model=MODEL, messages=asked("openai_chat_async"))

    asyncio.run(ask())


@scenario
def openai_chat_tools() -> None:
    messages = asked("openai_chat_tools")
    said = client.chat.completions.create(model=MODEL, messages=messages, tools=[CHAT_TOOL]).choices[0].message
    messages.append(said)
    for call in said.tool_calls or []:
        found = story.finding(json.loads(call.function.arguments)["subject"])
        messages.append({"role": "tool", "tool_call_id": call.id, "content": found})
    client.chat.completions.create(model=MODEL, messages=messages, tools=[CHAT_TOOL])


@scenario
def openai_agent() -> None:
    """The same loop within a function of the application, its tool a function too, both traced."""

    @mlflow.trace(span_type="TOOL", name=story.TOOL)
    def look_up(subject: str) -> str:
        return story.finding(subject)

    @mlflow.trace(span_type="AGENT")
    def agent(question: str) -> str:
        messages: list[Any] = [{"role": "system", "content": story.system("openai_agent")}]
        messages.append({"role": "user", "content": question})
        for _ in range(3):
            stream = client.chat.completions.create(model=MODEL, messages=messages, tools=[CHAT_TOOL], stream=True)
            calls, text = assembled(stream)
            if not calls:
                return text
            messages.append({"role": "assistant", "content": None, "tool_calls": calls})
            for call in calls:
                found = look_up(**json.loads(call["function"]["arguments"]))
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": found})
        return ""

    agent(story.question("openai_agent"))


def assembled(stream: Any) -> tuple[list[Any], str]:
    """The tool calls and the text of a stream."""
    calls: list[Any] = []
    text = ""
    for chunk in stream:
        for choice in chunk.choices:
            text += choice.delta.content or ""
            for piece in choice.delta.tool_calls or []:
                if piece.id:
                    calls.append({"id": piece.id, "type": "function", "function": {"name": "", "arguments": ""}})
                calls[-1]["function"]["name"] += piece.function.name or ""
                calls[-1]["function"]["arguments"] += piece.function.arguments or ""
    return calls, text


@scenario
def openai_responses() -> None:
    name = "openai_responses"
    client.responses.create(model=MODEL, instructions=story.system(name), input=story.question(name))


@scenario
def openai_responses_stream() -> None:
    name = "openai_responses_stream"
    asking = {"instructions": story.system(name), "input": story.question(name)}
    for _ in client.responses.create(model=MODEL, stream=True, **asking):
        pass


@scenario
def openai_responses_tools() -> None:
    items = asked("openai_responses_tools")
    said = client.responses.create(model=MODEL, input=items, tools=[TOOL])
    for item in said.output:
        items.append(item)
        if item.type == "function_call":
            found = story.finding(json.loads(item.arguments)["subject"])
            items.append({"type": "function_call_output", "call_id": item.call_id, "output": found})
    client.responses.create(model=MODEL, input=items, tools=[TOOL])


if __name__ == "__main__":
    mlflow.openai.autolog()
    run_all()
