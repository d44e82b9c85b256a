"""PydanticAI's agents: plain, with a tool, streamed, with an output of its own type."""

from __future__ import annotations

import asyncio

import mlflow
from openai import AsyncOpenAI
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.reading.sdks import story
from tests.reading.sdks.programs.scenarios import VENDOR, run_all, scenario


def provider() -> OpenAIProvider:
    return OpenAIProvider(openai_client=AsyncOpenAI(base_url=f"{VENDOR}/v1", api_key="sk-none", max_retries=0))


def agent(name: str, *, responses: bool = False) -> Agent[None, str]:
    kind = OpenAIResponsesModel if responses else OpenAIChatModel
    return Agent(kind("gpt-4o-mini", provider=provider()), system_prompt=story.system(name))


def look_up(subject: str) -> str:
    """Look a subject up in the log."""
    return story.finding(subject)


@scenario
def pydanticai_plain() -> None:
    agent("pydanticai_plain").run_sync(story.question("pydanticai_plain"))


@scenario
def pydanticai_tools() -> None:
    asked = agent("pydanticai_tools")
    asked.tool_plain(look_up)
    asked.run_sync(story.question("pydanticai_tools"))


@scenario
def pydanticai_responses_tools() -> None:
    asked = agent("pydanticai_responses_tools", responses=True)
    asked.tool_plain(look_up)
    asked.run_sync(story.question("pydanticai_responses_tools"))


@scenario
def pydanticai_stream() -> None:
    async def ask() -> None:
        async with agent("pydanticai_stream").run_stream(story.question("pydanticai_stream")) as result:
            async for _ in result.stream_text():
                pass

    asyncio.run(ask())


if __name__ == "__main__":
    mlflow.pydantic_ai.autolog()
    run_all()
