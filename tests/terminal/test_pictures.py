"""Pictures in the terminal: what one that draws them gets is textual-image's own, to the byte; another gets none."""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import time

import pytest
from PIL import Image, PngImagePlugin

from tests.reading.corpus import span
from tests.reading.pictures import data_uri
from tests.terminal.conftest import Machine
from tests.terminal.hostile import PAYLOADS, strangers
from tests.terminal.terminal import PICTURES, Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]

STATUS = {rb"\x1b\[5n": b"\x1b[0n"}
CELL = {rb"\x1b\[16t": b"\x1b[6;20;10t"}
ATTRIBUTES = rb"\x1b\[c"
GRAPHICS = {rb"\x1b_Gi=(\d+),s=1,v=1,a=q[^\x1b]*\x1b\\": b"\x1b_Gi=\\1;OK\x1b\\\\"}
KITTY = {**STATUS, **CELL, **GRAPHICS, ATTRIBUTES: b"\x1b[?62;c"}
SIXEL = {**STATUS, **CELL, ATTRIBUTES: b"\x1b[?62;4;22c"}
NEITHER = {**STATUS, **CELL, ATTRIBUTES: b"\x1b[?62;22c"}

TRUE_COLOUR = {"COLORTERM": "truecolor"}
SIZE = (100, 30)

LIBRARY = """
import base64, io, sys
from PIL import Image
from rich.console import Console
import textual_image._terminal as terminal
terminal.get_cell_size._result = terminal.CellSize(10, 20)
from textual_image.renderable import SixelImage, TGPImage
kind = {"kitty": TGPImage, "sixel": SixelImage}[sys.argv[1]]
image = Image.open(io.BytesIO(base64.b64decode(sys.stdin.read()))).convert("RGB")
image.info.clear()
console = Console(file=io.StringIO(), width=100, height=28)
drawn = kind(image, "auto", "auto")
segments = list(drawn.__rich_console__(console, console.options.update(width=48, height=28)))
sys.stdout.write("".join(segment.text for segment in segments if getattr(segment, "control", None)))
drawn.cleanup()
"""


def stamp() -> bytes:
    """A picture of 480 times 200 pixels with hostile words in it."""
    image = Image.new("RGB", (480, 200), (20, 60, 120))
    image.paste((200, 30, 30), (40, 40, 200, 160))
    words = PngImagePlugin.PngInfo()
    for number, payload in enumerate(PAYLOADS):
        words.add_itxt(f"k{number}", payload)
    file = io.BytesIO()
    image.save(file, "PNG", pnginfo=words, icc_profile=b"PWNED".join(each.encode() for each in PAYLOADS), dpi=(7, 7))
    return file.getvalue() + b"\x1b]0;PWNED\x07 behind the end \x1b[2J"


@pytest.fixture
def traces(machine: Machine) -> Machine:
    """A file with a trace that shows a picture, and one with nothing."""
    made = []
    for number, inputs in enumerate(({"photo": data_uri(stamp()), "ask": "What is it?"}, {"ask": "And this?"})):
        each = span(inputs, "A stamp.")
        made.append(json.dumps({"spans": [{**each, "trace_id": f"{number + 1:032x}"}]}))
    (machine.home / "stamps.jsonl").write_text("\n".join(made))
    machine.asks_one_thumb()
    return machine


def of_library(protocol: str) -> list[bytes]:
    """What textual-image writes for the same picture in the same room, by itself."""
    done = subprocess.run(
        [sys.executable, "-c", LIBRARY, protocol],
        input=base64.b64encode(stamp()),
        capture_output=True,
        timeout=60,
        check=True,
    )
    return nameless(done.stdout)


def nameless(written: bytes) -> list[bytes]:
    """The picture sequences in what was written, without the number that each picture gets at random."""
    return [re.sub(rb"(?<=[G,])([iI])=\d+", rb"\1=N", each) for each in PICTURES.findall(written)]


def shown_last(expected: list[bytes]) -> bytes:
    """The last sequence before the picture is left: kitty's is deleted then."""
    return next(each for each in reversed(expected) if not each.startswith(b"\x1b_Ga=d"))


def to_the_picture(terminal: Terminal) -> None:
    terminal.wait_for("[image/png", "480×200", "● online")
    terminal.press("z")


def decline(terminal: Terminal) -> None:
    """Esc, until it is heard: what is asked back hears no key in its first moment."""

    def is_gone(text: str) -> bool:
        if "Save it to" in text:
            terminal.press("escape")
            time.sleep(0.1)
        return "Save it to" not in text

    terminal.wait_until(is_gone, "the question gone")


def leave(terminal: Terminal) -> bytes:
    assert terminal.leave() == 0
    return bytes(terminal.written)


@pytest.mark.parametrize(("protocol", "answers"), [("kitty", KITTY), ("sixel", SIXEL)])
def test_a_terminal_that_draws_gets_the_library_s_own_sequences(
    traces: Machine, protocol: str, answers: dict[bytes, bytes]
) -> None:
    traces.extra |= TRUE_COLOUR
    with traces.terminal("review", "stamps.jsonl", size=SIZE, answers=answers) as terminal:
        to_the_picture(terminal)
        terminal.wait_for("close", "in the viewer", "480×200")
        terminal.wait_until_gone("A stamp.")
        expected = of_library(protocol)
        terminal.wait_until(
            lambda text: nameless(bytes(terminal.written))[-1:] == [shown_last(expected)], "the picture"
        )
        terminal.press("q")
        terminal.wait_for("A stamp.")
        terminal.press("j")
        terminal.wait_for("item 2/2", "And this?")
        written = leave(terminal)
    drawn = nameless(written)
    if protocol == "kitty":
        assert drawn[0].endswith(b"a=q,t=d,f=24;AAAA\x1b\\")
        assert drawn[1:] == expected
        assert "\U0010eeee".encode() in written
        sent = b"".join(each.partition(b";")[2][:-2] for each in drawn[1:])
        pixels = Image.open(io.BytesIO(base64.b64decode(sent)))
        assert pixels.size == (480, 200)
        assert not pixels.info
    else:
        assert set(drawn) == set(expected)
    assert written.count(b"\x1b[5n") == 2
    assert b"PWNED" not in written
    queries = rb"\x1b\[5n|\x1b\[c|\x1b\[16t"
    assert strangers(re.sub(queries, b"", PICTURES.sub(b"", written))) == []


@pytest.mark.parametrize("answers", [NEITHER, {}], ids=["answers otherwise", "answers nothing"])
def test_a_terminal_that_does_not_draw_gets_no_picture(traces: Machine, answers: dict[bytes, bytes]) -> None:
    traces.extra |= TRUE_COLOUR
    with traces.terminal("review", "stamps.jsonl", size=SIZE, answers=answers) as terminal:
        to_the_picture(terminal)
        terminal.wait_for("There is no viewer here for a PNG image. Save it to")
        decline(terminal)
        terminal.press("z")
        terminal.wait_for("Save it to")
        decline(terminal)
        written = leave(terminal)
    asked = nameless(written)
    assert all(each.endswith(b"a=q,t=d,f=24;AAAA\x1b\\") for each in asked)
    assert len(asked) == (1 if answers else 0)
    assert traces.labels() == []


@pytest.mark.slow
@pytest.mark.parametrize("extra", [{"NO_COLOR": "1"}, {"TERM": "linux"}, {"TERM_PROGRAM": "Apple_Terminal"}])
def test_a_terminal_that_is_known_not_to_draw_is_not_even_asked(traces: Machine, extra: dict[str, str]) -> None:
    traces.extra |= extra
    with traces.terminal("review", "stamps.jsonl", size=SIZE, answers=KITTY) as terminal:
        to_the_picture(terminal)
        terminal.wait_for("Save it to")
        decline(terminal)
        written = leave(terminal)
    assert nameless(written) == []
    assert b"\x1b[5n" not in written


@pytest.mark.slow
def test_pictures_can_be_turned_off(traces: Machine) -> None:
    with (traces.home / "labeler.toml").open("a") as file:
        file.write("\n[ui]\npictures = false\n")
    with traces.terminal("review", "stamps.jsonl", size=SIZE, answers=KITTY) as terminal:
        to_the_picture(terminal)
        terminal.wait_for("Save it to")
        decline(terminal)
        assert nameless(leave(terminal)) == []


@pytest.mark.slow
def test_answers_that_come_late_are_no_keys(traces: Machine) -> None:
    """A terminal behind a slow line answers when labeler has long gone on."""
    traces.extra |= TRUE_COLOUR
    with traces.terminal("review", "stamps.jsonl", size=SIZE, answers={}) as terminal:
        to_the_picture(terminal)
        terminal.wait_until(lambda text: b"\x1b[5n" in terminal.written, "the terminal being asked")
        terminal.press("\x1b[0n")
        terminal.wait_for("Save it to")
        decline(terminal)
        leave(terminal)
    assert traces.labels() == []


def test_nothing_of_the_picture_library_is_imported_before_a_picture_is_wanted(traces: Machine) -> None:
    command = [
        sys.executable,
        "-X",
        "importtime",
        "-c",
        "import labeler.tui.app, labeler.cli.main, labeler.cli.run_review",
    ]
    done = subprocess.run(command, env=traces.environment, capture_output=True, text=True, timeout=60, check=True)
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "labeler.tui.media.terminal" in imported
    assert not [name for name in imported if name.partition(".")[0] in ("textual_image", "PIL", "numpy")]
