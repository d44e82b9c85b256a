"""Documents to show: a telling one, and ones of any size."""

from __future__ import annotations

import json
from itertools import count, cycle

from labeler.reading.document import Block, BlockKind, Document

_PARAGRAPH = (
    "The tide table gives **three** high waters for the week, of which the one on *Saturday* suits a draught of "
    "two metres; the sill at Skarv stands `0.4 m` over datum. See [the chart](https://example.org/chart?sheet=7), "
    "and mind that “neaps” here means less than a metre. 日本語のテキスト and an emoji 🚀 stand here too. "
)
_LIST = "\n".join(f"{n}. call the watch on channel {n + 8}, name the **berth** and wait" for n in range(1, 6))
_CODE = (
    "```python\ndef berth(depths: dict[str, float], draught: float) -> list[str]:\n"
    "    fits = [name for name, depth in depths.items() if depth > draught + 0.5]  # half a metre below the keel\n"
    "    return sorted(fits, key=len)\n```"
)
_TABLE = "| water | time | metres |\n|---|---|---|\n" + "\n".join(
    f"| {kind} | {hour:02}:12 | {hour / 7:.1f} |"
    for kind, hour in (("high", 4), ("low", 10), ("high", 16), ("low", 22))
)
_RESULT = json.dumps(
    {"station": "Skarv", "waters": [{"at": "04:12", "metres": 2.9}, {"at": "10:20", "metres": None}], "ok": True},
    indent=2,
)


_SYSTEM = "You are the harbour desk of Skarv.\nAnswer briefly.\nName the channel.\nNever guess a position."
_REASONING = (
    "The draught is two metres, the sill dries at 0.4 m.\nSo I need the table, and then the nearest high water."
)
_FIRST_ANSWER = f"""The afternoon high water on **Saturday** suits you: 16:40, 3.1 m over datum.

{_TABLE}

- keep `0.5 m` below the keel
- call the watch on *channel 12* before the breakwater; they will give you the light, the depth at the sill and \
the berth, in this order and without being asked"""
_ANSWER = f"""Call the watch on channel 12 and give the position and the light.

## What to say

1. the name of the buoy, *N4*
2. its [position](https://example.org/chart?buoy=N4), which is **59.91, 10.75**
3. which way it drifts

{_CODE}

> Keep clear of the chain. 锚链很重，请勿靠近 🚀

It **stays literal where it is broken, as `here."""
_TRACE = """Traceback (most recent call last):
  File "watch.py", line 12, in call
    radio.open(12)
TimeoutError: no carrier"""


def telling() -> Document:
    """A short conversation with a block of every kind, as the reader lays one out."""
    kinds = BlockKind
    blocks = (
        Block(kinds.HEADER, "system", "system", 0),
        Block(kinds.PROSE, _SYSTEM, "system", 0, foldable=True, folded=True),
        Block(kinds.HEADER, "user", "user", 1),
        Block(kinds.PROSE, "Which tide suits a two-metre draught at Skarv on Saturday?", "user", 1),
        Block(kinds.MEDIA, "[image/png 74 B]", "user", 1),
        Block(kinds.HEADER, "assistant", "assistant", 2),
        Block(kinds.REASONING, _REASONING, "assistant", 2, _REASONING.replace("\n", " "), True, False),
        _call(2),
        Block(kinds.HEADER, "tool tide_table", "tool", 3),
        Block(kinds.RESULT, _RESULT, "tool", 3, " ".join(_RESULT.split()), True, True, language="json"),
        Block(kinds.HEADER, "tool radio (failed)", "tool", 4),
        Block(kinds.ERROR, "TimeoutError: no carrier", "tool", 4, "TimeoutError: no carrier"),
        Block(kinds.CODE, _TRACE, "tool", 4, "stack trace: TimeoutError: no carrier", True, True, language="pytb"),
        Block(kinds.HEADER, "assistant", "assistant", 5),
        Block(kinds.PROSE, _FIRST_ANSWER, "assistant", 5, foldable=True),
        Block(kinds.HEADER, "user", "user", 6),
        Block(
            kinds.PROSE,
            "How do I report a drifting buoy?\n\nIt is **red**, N4, off the breakwater.",
            "user",
            6,
            foldable=True,
        ),
        Block(kinds.HEADER, "documents", "", 7),
        Block(
            kinds.DOCUMENT,
            "Buoys adrift are reported to the watch.\nSee page 12.",
            "",
            7,
            "1 · 0.82 · handbook.md",
            True,
            False,
        ),
        Block(kinds.DOCUMENT, "The watch listens on channel 12.", "", 7, "2 · 0.61 · channels.md", True, True),
        Block(kinds.HEADER, "assistant", "assistant", 8),
        Block(kinds.PROSE, _ANSWER, "assistant", 8, foldable=True),
        Block(kinds.HEADER, "output", "", 9),
        Block(kinds.FIELD, "3", "", 9, "retries"),
        Block(kinds.FIELD, "ok, done", "", 9, "status"),
        Block(kinds.FIELD, "", "", 9, "position"),
        Block(
            kinds.JSON,
            '{\n  "lat": 59.91,\n  "lon": 10.75,\n  "fix": null\n}',
            "",
            9,
            '{"lat": 59.91}',
            True,
            language="json",
        ),
        Block(kinds.NOTE, "the recorder cut this text at 1,000 characters", "", 9),
    )
    return Document("tr-telling", "How do I report a drifting buoy?", "chat", blocks, 6, 8)


def conversation(size: int) -> Document:
    """A conversation of about `size` characters; its last assistant message is the response under judgement."""
    blocks: list[Block] = []
    paragraphs = cycle((_PARAGRAPH * 2, _LIST, _PARAGRAPH + "\n\n" + _CODE, _TABLE, f"## Moorings\n\n{_PARAGRAPH}"))
    written = 0
    for message in count():
        role = "user" if message % 2 == 0 else "assistant"
        blocks.append(Block(BlockKind.HEADER, role, role, message))
        text = (
            f"Question {message}: {_PARAGRAPH}" if role == "user" else "\n\n".join(next(paragraphs) for _ in range(3))
        )
        blocks.append(Block(BlockKind.PROSE, text, role, message))
        written += len(text)
        if role == "assistant" and written >= size:
            break
        if role == "assistant":
            blocks.append(_call(message))
            blocks.append(Block(BlockKind.RESULT, _RESULT, "tool", message, foldable=True, folded=True))
            written += len(_RESULT)
    return Document("tr-conversation", "Question", "chat", tuple(blocks), message - 1, message)


def one_text(size: int) -> Document:
    """A request and one response of `size` characters."""
    text = "\n\n".join((_PARAGRAPH * 3, _LIST, _CODE, _TABLE))
    answer = (text * (size // len(text) + 1))[:size]
    blocks = (
        Block(BlockKind.HEADER, "user", "user", 0),
        Block(BlockKind.PROSE, "When may I enter at Skarv?", "user", 0),
        Block(BlockKind.HEADER, "assistant", "assistant", 1),
        Block(BlockKind.PROSE, answer, "assistant", 1),
    )
    return Document("tr-one-text", "When may I enter at Skarv?", "chat", blocks, 0, 1)


def _call(message: int) -> Block:
    arguments = {"station": "Skarv", "day": "2026-05-02", "draught_m": 2.0}
    summary = ", ".join(f"{name}={json.dumps(value)}" for name, value in arguments.items())
    return Block(
        BlockKind.CALL,
        f"tide_table\n{json.dumps(arguments, indent=2)}",
        "assistant",
        message,
        summary=f"tide_table({summary})",
        foldable=True,
        folded=True,
    )
