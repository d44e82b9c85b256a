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
