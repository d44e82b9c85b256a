"""Pictures of ten telling recordings: ``python -m tests.tui.trace_pictures docs/screenshots/traces``."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.reading.corpus import recording
from tests.tui.review.table import open_table
from tests.tui.screenshots import QUESTIONS, save

RECORDINGS = (
    "anthropic_tool_result",
    "dspy_react",
    "gemini_contents_parts",
    "langchain_anthropic_thinking",
    "langgraph_tool_error",
    "llamaindex_rag",
    "openai_tool_roundtrip",
    "otlp_claude_code",
    "plain_exception_chained",
    "text_markdown",
)


async def take(folder: Path) -> None:
    for name in RECORDINGS:
        with tempfile.TemporaryDirectory() as place:
            async with open_table(Path(place), [recording(name)], QUESTIONS, size=(120, 40)) as table:
                await table.all_is_told()
                save(table, folder, name)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(target))
