"""A blind review writes nothing of what judges and colleagues said to the terminal: not a byte, whatever is opened."""

from __future__ import annotations

import asyncio
import base64
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.trace import RawTrace
from labeler.reading.read import read_conversation
from labeler.sample import load
from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")

CANARY = "quagga"
"""In every value, comment, name, source and piece of metadata of others, and nowhere in the sample."""

PAINTED_S = 0.08
"""What a key opens is to be seen before the next one closes it."""

ALONE_S = 0.5
"""With what follows sooner, Esc would be an escape sequence; and a question that was just asked hears nothing."""

CLIPBOARD = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]*)")

ASKS = """
[review]
questions = "config"
guard_ms = 0
blind = {blind}

[[questions]]
name = "is_helpful"
input = "pass_fail"

[[questions]]
name = "tone"
input = "text"
required = false
"""

EVERYWHERE: Sequence[tuple[str, ...]] = (
    ("O", "q"),
    ("m", "Z", "Z", "pagedown", "end", "escape"),
    ("r", "Z", "Z", "end", "escape"),
    ("t", "down", "enter", "Z", "escape", "down", "enter", "escape", "A", "=", "escape", "escape"),
    ("x", "Z", "pagedown", "escape"),
    ("h", "Z", "end", "escape"),
    ("i", "escape"),
    ("?", "end", "escape"),
    ("R", "q"),
    ("F", "escape"),
    ("F", "j"),
    ("F", "x"),
    ("F", "h"),
    ("+",),
    ("a", "a", "Z", "end", "home"),
    ("w", "t"),
    ("w", "m"),
    ("w", "i"),
    ("/", *CANARY[:4], "enter", "escape"),
    (":", *"refresh", "enter"),
    ("B", "escape", "escape"),
)
"""Every view, page, menu and copy, each opened and left; more than one way into those that list what was said."""


def said_by_others(raw: RawTrace) -> RawTrace:
    """The trace with all that others can say: verdicts, answers, texts, superseded ones, of spans as well."""
    spans = list(read_conversation(raw).span_names)
    kinds = (AssessmentKind.FEEDBACK, AssessmentKind.EXPECTATION)
    sources = (SourceType.LLM_JUDGE, SourceType.CODE, SourceType.HUMAN)
    made = [
        Assessment(
            f"a-{CANARY}-{raw.summary.id}-{number}",
            raw.summary.id,
            name,
            kind,
            value,
            Source(source, f"{CANARY}-{source.value.lower()}"),
            f"because of the {CANARY}",
            span_id,
            {"note": CANARY},
            1_700_000_000_000 + number,
            valid=valid,
        )
        for number, (name, kind, value, source, span_id, valid) in enumerate(
            (name, kind, value, source, span_id, valid)
            for source in sources
            for kind in kinds
            for span_id in (None, *spans[:2])
            for valid in (True, False)
            for name, value in (("is_helpful", "yes"), ("tone", f"a {CANARY}"), (f"{CANARY}_score", 3))
        )
    ]
    return replace(raw, summary=replace(raw.summary, assessments=tuple(made)))


async def fill(path: Path) -> str:
    """Make a store of traces with a session and documents among them; the name of their experiment."""
    store = await LocalStore.open_or_create(path)
    await store.import_traces([said_by_others(raw) for raw in load()[:12]])
    experiment = (await store.experiments())[0].name
    await store.close()
    return experiment


def wander(terminal: Terminal, number: int, places: Sequence[tuple[str, ...]]) -> None:
    """Open these places at the item that stands there as `number`."""
    for keys in places:
        for key in keys:
            terminal.press(key)
            time.sleep(ALONE_S if key in ("escape", "B") else PAINTED_S)
        terminal.wait_for(f"item {number}/12")


def copied(written: bytes) -> bytes:
    """What was handed to the terminal's clipboard."""
    return b"".join(base64.b64decode(each) for each in CLIPBOARD.findall(written))


def reviewed(machine: Machine, blind: str, places: Sequence[tuple[str, ...]] = EVERYWHERE, *, submits: bool) -> bytes:
    """Everything that was written to the terminal while these places were opened at an item, or two."""
    experiment = asyncio.run(fill(machine.home / "store.db"))
    machine.asks(ASKS.format(blind=blind))
    machine.extra |= {"SSH_CONNECTION": "far"}
    arguments = ("review", "-b", f"local:{machine.home}/store.db", "-e", experiment)
    with machine.terminal(*arguments, size=(170, 45)) as terminal:
        terminal.wait_for("item 1/12", "line ")
        wander(terminal, 1, places)
        if submits:
            terminal.press("y")
            terminal.wait_for("is_helpful")
            terminal.press("enter")
            terminal.wait_for("item 2/12", "mine 1")
            wander(terminal, 2, places)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        return bytes(terminal.written)


@pytest.mark.slow
@pytest.mark.parametrize(("blind", "submits"), [("true", False), ('"until_answered"', True), ('"locked"', False)])
def test_no_byte_of_what_others_said_reaches_the_terminal_or_its_clipboard(
    machine: Machine, blind: str, submits: bool
) -> None:
    written = reviewed(machine, blind, submits=submits)
    assert b"blind" in written
    assert len(copied(written)) > 100
    assert CANARY.encode() not in written
    assert CANARY.encode() not in copied(written)


@pytest.mark.slow
def test_the_same_keys_bring_all_of_it_to_the_terminal_of_an_open_review(machine: Machine) -> None:
    places = [keys for keys in EVERYWHERE if not {"=", "+", "B"} & set(keys)]
    written = reviewed(machine, "false", places, submits=False)
    assert written.count(CANARY.encode()) > 100
    assert CANARY.encode() in copied(written)
