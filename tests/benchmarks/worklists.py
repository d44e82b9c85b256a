"""Worklists for the benchmarks: invented chats in an embedded store."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final

from labeler.backends.local.store import LocalStore
from labeler.domain.trace import RawTrace, TraceState, TraceSummary

_NEWEST_MS: Final = 1_790_000_000_000
_IMPORTED_TOGETHER: Final = 5_000
_SHORT: Final = 300

_PROSE: Final = (
    "The passage came back with **three** notices, of which `notice_17` counts most; the answer, however, leans on "
    "_notice 4_, which says nothing of the year. See [the pilot book](https://example.org/pilot) for the sill. ",
    "Two buoys were moved in spring, so the old bearing no longer holds; take the leading lights instead, and mind "
    "that “neaps” means less than a metre here. A word of 日本語 and a 🚀 turn up now and then. ",
    "Ask for a berth on channel 12 before the breakwater, give length and draught, and wait for the answer: the "
    "harbour master speaks to one boat at a time, and the *ferry* goes first. ",
)
_EXTRAS: Final = (
    "1. call the watch\n2. name the **berth**\n3. wait for the light\n4. come in slowly\n",
    "```python\ndef berth(depths: dict[str, float], draught: float) -> list[str]:\n"
    "    fits = [name for name, depth in depths.items() if depth > draught + 0.5]\n"
    "    return sorted(fits, key=len)  # the short names first\n```\n",
    "| water | time | metres |\n|---|---|---|\n| high | 04:12 | 2.9 |\n| low | 10:20 | 0.4 |\n| high | 16:41 | 3.1 |\n",
    '```json\n{"station": "Skarv", "waters": [{"at": "04:12", "metres": 2.9}], "ok": true}\n```\n',
)


def typical(number: int) -> int:
    """Characters of a typical chat: 4,000 to 10,000, spread evenly."""
    return 4_000 + number * 7_919 % 6_001


def first_typical(count: int) -> Callable[[int], int]:
    """Typical chats for the `count` items that a benchmark looks at, short ones behind them: a quicker import."""
    return lambda number: typical(number) if number < count else _SHORT


def make_store(path: Path, count: int, characters: Callable[[int], int] = typical) -> None:
    """An embedded store of `count` chats in the order of a worklist; `characters` tells the length of each."""

    async def fill() -> None:
        store = await LocalStore.open_or_create(path)
        traces = (chat(number, characters(number)) for number in range(count))
        while batch := list(islice(traces, _IMPORTED_TOGETHER)):
            await store.import_traces(batch)
        await store.close()

    asyncio.run(fill())


def chat(number: int, characters: int) -> RawTrace:
    """A chat of several turns; `number` counts from the newest. It is the same each time."""
    rng = random.Random(number)
    question = f"Question {number}: which berth suits a boat of {5 + number % 20} metres?"
    messages: list[dict[str, Any]] = [{"role": "system", "content": "You are the harbour desk. Answer briefly."}]
    written = 0
    while written < characters * 2 // 3:
        for role in ("user", "assistant"):
            text = "".join(islice(_paragraphs(rng), 1 if role == "user" else 3))
            messages.append({"role": role, "content": text})
            written += len(text)
    messages.append({"role": "user", "content": question})
    answer = ""
    for paragraph in _paragraphs(rng):
        answer += paragraph
        if written + len(answer) >= characters:
            break
    answer = f"Answer {number}. {answer}"
    trace_id = f"tr-{number:032x}"
    summary = TraceSummary(
        id=trace_id,
        experiment_id="1",
        requested_at_ms=_NEWEST_MS - number * 1000,
        duration_ms=1200 + number % 900,
        state=TraceState.OK,
        name="harbour_desk",
        session_id=f"session-{number // 5}",
        user="ana@example.org",
        metadata={"mlflow.trace.tokenUsage": json.dumps({"total_tokens": characters // 4})},
        request_preview=question,
        response_preview=answer[:200],
    )
    return RawTrace(summary, json.dumps({"spans": _spans(number, messages, answer)}, ensure_ascii=False).encode())


def _paragraphs(rng: random.Random) -> Iterator[str]:
    while True:
        yield "".join(rng.choices(_PROSE, k=rng.randint(1, 3))) + "\n\n"
        if rng.random() < 0.4:
            yield rng.choice(_EXTRAS) + "\n"


def _spans(number: int, messages: list[dict[str, Any]], answer: str) -> list[dict[str, Any]]:
    """An agent and the model call below it, as ``get-trace-artifact`` answers them."""
    said = {"role": "assistant", "content": answer}
    begun = (_NEWEST_MS - number * 1000) * 1_000_000
    span = partial(_span, f"{number:032x}", begun)
    return [
        span("a" * 16, None, "harbour_desk", "AGENT", {"messages": messages[-1:]}, {"messages": [said]}),
        span("b" * 16, "a" * 16, "chat", "CHAT_MODEL", {"messages": messages}, {"choices": [{"message": said}]}),
    ]


def _span(
    trace_id: str,
    begun_ns: int,
    span_id: str,
    parent: str | None,
    name: str,
    kind: str,
    inputs: object,
    outputs: object,
) -> dict[str, Any]:
    return {
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": parent,
        "name": name,
        "start_time_unix_nano": begun_ns,
        "end_time_unix_nano": begun_ns + 1_200_000_000,
        "status": {"code": "STATUS_CODE_OK", "message": ""},
        "attributes": {
            "mlflow.spanType": json.dumps(kind),
            "mlflow.spanInputs": json.dumps(inputs, ensure_ascii=False),
            "mlflow.spanOutputs": json.dumps(outputs, ensure_ascii=False),
        },
        "events": [],
    }
