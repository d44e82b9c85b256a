"""LangChain models and chains, and LangGraph's agent, over OpenAI's and Anthropic's APIs."""

from __future__ import annotations

import mlflow
from langchain_anthropic import ChatAnthropic
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.prebuilt import create_react_agent

from tests.reading.sdks import story
from tests.reading.sdks.programs.scenarios import VENDOR, run_all, scenario

openai = ChatOpenAI(model="gpt-4o-mini", base_url=f"{VENDOR}/v1", api_key="sk-none", max_retries=0)
responses = ChatOpenAI(
    model="gpt-4o-mini", base_url=f"{VENDOR}/v1", api_key="sk-none", max_retries=0, use_responses_api=True
)
anthropic = ChatAnthropic(model="claude-sonnet-4-5", base_url=VENDOR, api_key="none", max_retries=0, max_tokens=4096)


def asked(name: str) -> list[tuple[str, str]]:
    return [("system", story.system(name)), ("human", story.question(name))]


@tool
def look_up(subject: str) -> str:
    """Look a subject up in the log."""
    return story.finding(subject)


@scenario
def langchain_chat() -> None:
    openai.invoke(asked("langchain_chat"))


@scenario
def langchain_chain_stream() -> None:
    prompt = ChatPromptTemplate.from_messages([("system", "{rules}"), ("human", "{question}")])
    chain = prompt | openai | StrOutputParser()
    name = "langchain_chain_stream"
    for _ in chain.stream({"rules": story.system(name), "question": story.question(name)}):
        pass


@scenario
def langchain_responses() -> None:
    responses.invoke(asked("langchain_responses"))


@scenario
def langchain_anthropic_thinking() -> None:
    model = anthropic.model_copy(update={"thinking": {"type": "enabled", "budget_tokens": 1024}})
    model.invoke(asked("langchain_anthropic_thinking"))


@scenario
def langgraph_agent() -> None:
    agent = create_react_agent(openai, [look_up], prompt=story.system("langgraph_agent"))
    agent.invoke({"messages": [("user", story.question("langgraph_agent"))]})


@scenario
def langgraph_anthropic_stream() -> None:
    agent = create_react_agent(anthropic, [look_up], prompt=story.system("langgraph_anthropic_stream"))
    for _ in agent.stream({"messages": [("user", story.question("langgraph_anthropic_stream"))]}):
        pass


if __name__ == "__main__":
    mlflow.langchain.autolog()
    run_all()
