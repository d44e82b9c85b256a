"""What today's SDKs say and hear, recorded by today's MLflow on a real server, is read whole.

Each SDK runs in a venv of its own against a vendor on loopback, traced by MLflow's autologging.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from labeler.backends.mlflow.backend import open_backend
from labeler.domain.worklist import Query
from labeler.reading.read import read_document
from labeler.reading.sanitise import sanitise
from tests.reading.sdks import programs, story
from tests.reading.sdks.vendor import vendor
from tests.servers.environments import node_modules, venv_with
from tests.servers.mlflow_server import MlflowServer, shared_server

ROOT: Final = Path(__file__).parents[3]
REQUIREMENTS: Final = (
    "mlflow-skinny==3.17.*",
    "pandas",
    "openai",
    "anthropic",
    "langchain-openai",
    "langchain-anthropic",
    "langgraph",
    "pydantic-ai-slim[openai]",
)
NODE_REQUIREMENTS: Final = ("mlflow-tracing", "mlflow-openai", "openai")
PROGRAMS: Final = Path(programs.__file__).parent

pytestmark = pytest.mark.slow
SAID: Final = (story.system, story.question, story.answer)
REASONED: Final = (*SAID, story.reasoning)
TOOL: Final = (story.subject, lambda scenario: story.finding(story.subject(scenario)))

SCENARIOS: Final = {
    "with_openai": {
        "openai_chat": REASONED,
        "openai_chat_stream": REASONED,
        "openai_chat_async": REASONED,
        "openai_chat_tools": (*REASONED, *TOOL),
        "openai_agent": (*REASONED, *TOOL),
        "openai_responses": REASONED,
        "openai_responses_stream": REASONED,
        "openai_responses_tools": (*REASONED, *TOOL),
    },
    "with_anthropic": {
        "anthropic_messages": SAID,
        "anthropic_thinking": REASONED,
        "anthropic_tools": (*SAID, *TOOL),
        "anthropic_stream": (story.question, story.answer),
        "anthropic_create_stream": (story.system, story.question),
    },
    "with_langchain": {
        "langchain_chat": SAID,
        "langchain_chain_stream": SAID,
        "langchain_responses": REASONED,
        "langchain_anthropic_thinking": REASONED,
        "langgraph_agent": (*SAID, *TOOL),
        "langgraph_anthropic_stream": (*SAID, *TOOL),
    },
    "with_pydantic_ai": {
        "pydanticai_plain": REASONED,
        "pydanticai_tools": (*REASONED, *TOOL),
        "pydanticai_responses_tools": (*REASONED, *TOOL),
        "pydanticai_stream": REASONED,
    },
    "with_typescript": {
        "typescript_chat": REASONED,
        "typescript_responses": REASONED,
        "typescript_agent": (*REASONED, *TOOL),
    },
}
"""By program: its scenarios, and what was said in each that has to be readable.

What MLflow 3.17 itself does not record is left out: of a stream that Anthropic's SDK makes, everything but the name of
the Python object; the reasoning beside a chat's answer, where LangChain drops it.
"""


@pytest.mark.parametrize("program", SCENARIOS)
async def test_what_an_sdk_said_and_heard_is_read_whole(program: str, request: pytest.FixtureRequest) -> None:
    command = command_of(program, request.config.cache)
    server = shared_server()
    experiment = server.new_experiment()
    with vendor() as address:
        run(command, address, server, experiment)
    texts = await told(server, experiment)
    lacking = {name: missing(name, parts, texts) for name, parts in SCENARIOS[program].items()}
    assert {name: each for name, each in lacking.items() if each} == {}


def command_of(program: str, cache: pytest.Cache) -> list[str]:
    """What runs a program in an environment of its own."""
    if program == "with_typescript":
        home = node_modules(cache, *NODE_REQUIREMENTS)
        return ["node", str(shutil.copy(PROGRAMS / f"{program}.mjs", home))]
    return [str(venv_with(cache, *REQUIREMENTS)), "-m", f"{programs.__name__}.{program}"]


def run(command: list[str], address: str, server: MlflowServer, experiment: str) -> None:
    """Run a program to its end, with the server, the experiment and the vendor in its environment."""
    environ = os.environ | {
        "MLFLOW_TRACKING_URI": server.url,
        "MLFLOW_EXPERIMENT_ID": experiment,
        "VENDOR_URL": address,
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(ROOT),
    }
    ran = subprocess.run(command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert ran.returncode == 0, ran.stderr


async def told(server: MlflowServer, experiment: str) -> list[str]:
    """The plain text of every trace's document, as the screen lays it out."""
    backend = await open_backend(server.url)
    try:
        pages = [page async for page in backend.snapshot(Query((experiment,)))]
        raws = [await backend.trace(summary.id) for page in pages for summary in page]
    finally:
        await backend.close()
    return [folded(read_document(raw).plain_text) for raw in raws]


def missing(name: str, parts: Sequence[Callable[[str], str]], texts: list[str]) -> list[str]:
    """What no trace of the scenario shows together with the rest; the trace that shows most counts."""
    lacking = [[each for part in parts if folded(each := part(name)) not in text] for text in texts]
    return min(lacking, key=len, default=["no trace at all"])


def folded(text: str) -> str:
    return "".join(sanitise(text).split())
