"""Runs of LangGraph agents as MLflow's autologging records them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from labeler.domain.value import JsonValue
from tests.sample.make import openai
from tests.sample.make.spans import Failure, Span, digest

Message = dict[str, JsonValue]


def human(content: str) -> Message:
    return _message("human", content)


def ai(content: str, *calls: Mapping[str, JsonValue]) -> Message:
    return _message("ai", content) | {"tool_calls": list(calls), "invalid_tool_calls": [], "usage_metadata": None}


def call(name: str, **args: JsonValue) -> Message:
    return {"name": name, "args": args, "id": "call_" + _short(name, args), "type": "tool_call"}


def tool(of: Mapping[str, JsonValue], content: JsonValue, status: str = "success") -> Message:
    written = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    answer = _message("tool", written)
    return answer | {"name": of["name"], "tool_call_id": of["id"], "status": status, "artifact": None}


def agent(messages: Sequence[Message], *, system: str, model: str = "gpt-4.1-mini", ms: int = 800) -> Span:
    """A run of an agent over a conversation: a model span for each AI message, a tool span for each tool message."""
    children = []
    for number, message in enumerate(messages):
        if message["type"] == "ai":
            children.append(_model_step(messages[:number], message, system, model, ms))
        elif message["type"] == "tool":
            children.append(_tool_step(messages[:number], message))
    return Span(
        name="LangGraph",
        type="CHAIN",
        inputs={"messages": [{"role": "user", "content": messages[0]["content"]}]},
        outputs={"messages": list(messages)},
        children=tuple(children),
        attributes={"metadata": {"ls_integration": "langchain_create_agent"}},
    )


def broken_agent(messages: Sequence[Message], failed: Span, failure: Failure, *, system: str) -> Span:
    """A run that got as far as `messages`, the last of which calls the tool that `failed`."""
    run = agent(messages, system=system)
    calls = messages[-1]["tool_calls"]
    step = Span(name="tools", type="CHAIN", inputs=calls, children=(failed,), failure=failure)
    return Span(
        name=run.name,
        type=run.type,
        inputs=run.inputs,
        children=(*run.children, step),
        attributes=run.attributes,
        failure=failure,
    )


def _model_step(before: Sequence[Message], answer: Message, system: str, model: str, ms: int) -> Span:
    heard: list[openai.Message] = [openai.system(system), *map(_as_openai, before)]
    asked = openai.chat(heard, _as_openai(answer), model=model, ms=ms)
    chat = Span(
        name="ChatOpenAI",
        type="CHAT_MODEL",
        inputs=asked.inputs,
        outputs=asked.outputs,
        attributes={"mlflow.message.format": "langchain", "mlflow.llm.provider": "openai"},
        usage=asked.usage,
        ms=ms,
    )
    return Span(
        name="model",
        type="CHAIN",
        inputs={"messages": list(before)},
        outputs=[{"graph": None, "update": {"messages": [answer]}}],
        children=(chat,),
    )


def _tool_step(before: Sequence[Message], answer: Message) -> Span:
    calls = next(message["tool_calls"] for message in reversed(before) if message["type"] == "ai")
    assert isinstance(calls, list)
    asked = next(call for call in calls if call["id"] == answer["tool_call_id"])
    run = Span(name=asked["name"], type="TOOL", inputs=asked["args"], outputs=answer, ms=140)
    return Span(
        name="tools",
        type="CHAIN",
        inputs=[asked],
        outputs=[{"graph": None, "update": {"messages": [answer]}}],
        children=(run,),
    )


def _as_openai(message: Message) -> openai.Message:
    content = message["content"]
    match message["type"]:
        case "human":
            return {"role": "user", "content": content}
        case "tool":
            return {"role": "tool", "tool_call_id": message["tool_call_id"], "content": content}
    calls = message["tool_calls"]
    assert isinstance(calls, list)
    if not calls:
        return {"role": "assistant", "content": content}
    return {"role": "assistant", "content": content, "tool_calls": [_as_openai_call(call) for call in calls]}


def _as_openai_call(call: Message) -> JsonValue:
    arguments = json.dumps(call["args"], ensure_ascii=False)
    return {"id": call["id"], "type": "function", "function": {"name": call["name"], "arguments": arguments}}


def _message(kind: str, content: str) -> Message:
    return {
        "content": content,
        "additional_kwargs": {},
        "response_metadata": {},
        "type": kind,
        "name": None,
        "id": _short(kind, content),
    }


def _short(*parts: JsonValue) -> str:
    return digest(*map(json.dumps, parts)).hex()[:24]
