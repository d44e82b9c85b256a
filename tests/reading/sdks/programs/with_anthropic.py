"""Messages by Anthropic's SDK: plain, streamed, thinking, with a tool."""

from __future__ import annotations

from typing import Any

import anthropic
import mlflow

from tests.reading.sdks import story
from tests.reading.sdks.programs.scenarios import VENDOR, run_all, scenario

MODEL = "claude-sonnet-4-5"
PARAMETERS = {"type": "object", "properties": {"subject": {"type": "string"}}, "required": ["subject"]}
TOOL: Any = {"name": story.TOOL, "input_schema": PARAMETERS}
THINKING: Any = {"type": "enabled", "budget_tokens": 1024}

client = anthropic.Anthropic(base_url=VENDOR, api_key="none", max_retries=0)


def asked(name: str) -> dict[str, Any]:
    messages = [{"role": "user", "content": story.question(name)}]
    return {"model": MODEL, "max_tokens": 2048, "system": story.system(name), "messages": messages}


@scenario
def anthropic_messages() -> None:
    client.messages.create(**asked("anthropic_messages"))


@scenario
def anthropic_thinking() -> None:
    client.messages.create(**asked("anthropic_thinking"), thinking=THINKING)


@scenario
def anthropic_tools() -> None:
    asking = asked("anthropic_tools")
    said = client.messages.create(**asking, tools=[TOOL])
    found = [
        {"type": "tool_result", "tool_use_id": block.id, "content": story.finding(block.input["subject"])}
        for block in said.content
        if block.type == "tool_use"
    ]
    asking["messages"] += [{"role": "assistant", "content": said.content}, {"role": "user", "content": found}]
    client.messages.create(**asking, tools=[TOOL])


@scenario
def anthropic_stream() -> None:
    """Streamed within a function of the application, which returns what it put together."""

    @mlflow.trace
    def tell(question: str) -> str:
        asking = asked("anthropic_stream") | {"messages": [{"role": "user", "content": question}]}
        with client.messages.stream(**asking, thinking=THINKING) as stream:
            return "".join(stream.text_stream)

    tell(story.question("anthropic_stream"))


@scenario
def anthropic_create_stream() -> None:
    for _ in client.messages.create(**asked("anthropic_create_stream"), stream=True):
        pass


if __name__ == "__main__":
    mlflow.anthropic.autolog()
    run_all()
