"""Records a minute's work with the real program: ``python -m tests.terminal.recording docs/screenshots/minute.svg``.

The program runs in a terminal and is driven by keys, with the pauses of somebody who reads. What was on the screen is
written as one SVG file that moves by itself, without a script, with the keys that were pressed below it. Where a reader
prefers no motion it stands still.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeAlias

from pyte.screens import Char

from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

SIZE: Final = (110, 34)
_CELL_WIDTH: Final = 8.4
_LINE_HEIGHT: Final = 18
_MARGIN: Final = 10
_FOREGROUND: Final = "b9c3cc"
_BACKGROUND: Final = "12181e"
_END_S: Final = 3.0
"""Seconds for which the last picture stands before it begins again."""

Look: TypeAlias = tuple[str, str, bool, bool, bool]
"""The colours of ink and paper, empty where they are the usual ones; bold, italic, underlined."""

_QUESTIONS: Final = """
[review]
questions = "config"

[[questions]]
name = "user_satisfaction"
input = "pass_fail"
positive = "Helpful"
negative = "Not helpful"

[[questions]]
name = "quality_rating"
input = "numeric"
min = 1
max = 5
"""


@dataclass(frozen=True)
class Step:
    """Keys that are pressed one after the other, `wait_s` seconds after what came before, and what they are for."""

    wait_s: float
    keys: tuple[str, ...]
    what: str
    between_s: float = 0.0


@dataclass(frozen=True)
class Frame:
    """What was on the screen from `at_s` seconds on: rows of cells, and the keys pressed last."""

    at_s: float
    rows: tuple[tuple[Char, ...], ...]
    pressed: str


def typed(text: str) -> tuple[str, ...]:
    return tuple(text)


STEPS: Final = (
    Step(3.0, ("y",), "y  helpful", 0.6),
    Step(0.9, ("4",), "4  quality, and on to the next trace"),
    Step(2.6, ("n",), "n  not helpful"),
    Step(0.8, ("2",), "2  quality"),
    Step(1.6, ("c",), "c  a comment, on the one just left: Tab"),
    Step(0.5, ("tab",), "Tab  the comment is about the item before"),
    Step(0.4, typed("gives no source"), "typing", 0.06),
    Step(0.4, ("enter",), "Enter  keeps it"),
    Step(1.8, (".",), ".  the same answers as before"),
    Step(2.0, ("t",), "t  the span tree"),
    Step(1.2, ("j", "j"), "j  down", 0.5),
    Step(1.2, ("escape",), "Esc  back to the conversation"),
    Step(1.0, ("/", *typed("error"), "enter"), "/  search", 0.12),
    Step(1.4, ("escape",), "Esc  ends the search"),
    Step(1.0, ("f", "enter"), "f  flag it", 0.5),
    Step(1.0, ("y",), "y"),
    Step(0.5, ("5",), "5"),
    Step(2.0, ("u", "u"), "u  undo, twice", 0.9),
    Step(1.2, ("F",), "F  filter"),
    Step(1.6, ("o",), "o  open ones"),
    Step(1.6, ("v", "v", "v"), "v  select", 0.4),
    Step(0.8, ("y",), "y  for all that are selected"),
    Step(1.8, ("enter",), "Enter  does it, as one change"),
    Step(1.8, ("u",), "u  and takes it back, as one"),
    Step(1.5, ("R",), "R  my work"),
)


def record(terminal: Terminal, steps: Iterable[Step]) -> list[Frame]:
    """Play the steps, and return every picture that was on the screen."""
    began = time.monotonic()
    frames = [Frame(0, terminal.cells, "")]

    def watch(seconds: float, pressed: str) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            rows = terminal.cells
            if rows != frames[-1].rows or pressed != frames[-1].pressed:
                frames.append(Frame(time.monotonic() - began, rows, pressed))
            time.sleep(min(0.04, left))

    pressed = ""
    for step in steps:
        watch(step.wait_s, pressed)
        pressed = step.what
        for key in step.keys:
            terminal.press(key)
            watch(step.between_s, pressed)
    watch(_END_S, pressed)
    return frames


def as_svg(frames: Sequence[Frame], end_s: float) -> str:
    """Return the pictures as one SVG file that shows them one after the other, without end."""
    columns, lines = SIZE
    width, height = columns * _CELL_WIDTH + 2 * _MARGIN, (lines + 2) * _LINE_HEIGHT + 2 * _MARGIN
    rows: dict[tuple[Char, ...], int] = {}
    shown = []
    for number, frame in enumerate(frames):
        uses = "".join(
            f'<use href="#r{rows.setdefault(row, len(rows))}" y="{line * _LINE_HEIGHT}"/>'
            for line, row in enumerate(frame.rows)
            if any(cell.data.strip() or _background(cell) for cell in row)
        )
        key = f'<text class="k" x="0" y="{(lines + 1) * _LINE_HEIGHT + 8}">{escape(frame.pressed)}</text>'
        shown.append(f'<g transform="translate({number * width:g},0)">{uses}{key}</g>')
    moments = "".join(
        f"{frame.at_s / end_s * 100:.3f}%{{transform:translateX({-number * width:g}px)}}"
        for number, frame in enumerate(frames)
    )
    defined = "".join(f'<g id="r{number}">{_row(row)}</g>' for row, number in rows.items())
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}"'
        f' height="{height:g}" role="img" aria-label="A minute of work with labeler">'
        "<style>text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
        "font-size:14px;white-space:pre}.k{fill:#e5b567;font-weight:bold}"
        f"@keyframes m{{{moments}}}#m{{animation:m {end_s:.2f}s step-end infinite}}"
        "@media (prefers-reduced-motion:reduce){#m{animation:none}}</style>"
        f'<defs>{defined}</defs><rect width="100%" height="100%" rx="6" fill="#{_BACKGROUND}"/>'
        f'<svg x="{_MARGIN}" y="{_MARGIN}" width="{columns * _CELL_WIDTH:g}" height="{height - 2 * _MARGIN:g}">'
        f'<g id="m" fill="#{_FOREGROUND}">{"".join(shown)}</g></svg></svg>\n'
    )


def _row(cells: Sequence[Char]) -> str:
    """Return a row of the screen: what stands behind its texts, then the texts, a piece for each look."""
    behind, texts, column = [], [], 0
    for ((ink, paper, is_bold, is_italic, is_underlined), _), run in groupby(_with_widths(cells), itemgetter(1, 2)):
        together = list(run)
        text = "".join(cell.data for cell, _, _ in together)
        x, length = column * _CELL_WIDTH, len(together) * _CELL_WIDTH
        column += len(together)
        if paper:
            behind.append(f'<rect x="{x:g}" width="{length:g}" height="{_LINE_HEIGHT}" fill="#{paper}"/>')
        if text.strip():
            look = "".join(
                each
                for holds, each in (
                    (ink, f' fill="#{ink}"'),
                    (is_bold, ' font-weight="bold"'),
                    (is_italic, ' font-style="italic"'),
                    (is_underlined, ' text-decoration="underline"'),
                )
                if holds
            )
            texts.append(f'<text x="{x:g}" y="13" textLength="{length:g}"{look}>{escape(text)}</text>')
    return "".join([*behind, *texts])


def _with_widths(cells: Sequence[Char]) -> Iterator[tuple[Char, Look, int]]:
    """Yield cells with their look and the number of the piece they stand in: a wide character stands by itself.

    Its font may be another than that of the rest, and of another width.
    """
    piece = 0
    for number, cell in enumerate(cells):
        is_wide = number + 1 < len(cells) and not cells[number + 1].data
        piece += is_wide
        yield cell, _look(cell), piece
        piece += not cell.data


def _look(cell: Char) -> Look:
    """Return the colours of ink and paper, empty where they are the usual ones, and how the text is set."""
    ink, paper = ("" if each == "default" else each for each in (cell.fg, cell.bg))
    if cell.reverse:
        ink, paper = paper or _BACKGROUND, ink or _FOREGROUND
    return ink, "" if paper == _BACKGROUND else paper, cell.bold, cell.italics, cell.underscore


def _background(cell: Char) -> bool:
    return bool(_look(cell)[1])


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        machine = Machine(Path(home), {"LABELER_REVIEWER": "rhea.k", "COLORTERM": "truecolor"})
        machine.asks(_QUESTIONS)
        with machine.terminal("demo", size=SIZE) as terminal:
            terminal.wait_for("item 1/", seconds=60)
            frames = record(terminal, STEPS)
            end_s = frames[-1].at_s + _END_S
    svg = as_svg(frames, end_s)
    Path(sys.argv[1]).write_text(svg, encoding="utf-8")
    print(f"{len(frames)} pictures, {end_s:.0f} s, {len(svg) // 1024} kB")


if __name__ == "__main__":
    main()
