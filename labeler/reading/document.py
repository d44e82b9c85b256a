"""Documents: what a reader shows for a trace, as plain blocks of display text.

Text in a document has passed the sanitiser and never holds markup. Styling, wrapping and colour are
the screen's; `whole_text` is what `labeler show` prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from labeler.dataclass import dataclass


class BlockKind(StrEnum):
    HEADER = "header"
    """Names whose turn begins: ``system``, ``user``, ``assistant``, ``tool position_lookup``, ``input``."""
    PROSE = "prose"
    """Text that may be Markdown. Shown styled, never rewritten."""
    REASONING = "reasoning"
    CODE = "code"
    JSON = "json"
    """Pretty JSON (two spaces), exact but for white space."""
    CALL = "call"
    """A tool call: `summary` is ``name(arg=value, …)``, `text` the name and the pretty arguments."""
    RESULT = "result"
    """What a tool answered."""
    DOCUMENT = "document"
    """A retrieved document: `summary` holds rank, score and source."""
    MEDIA = "media"
    """A placeholder such as ``[image/png 74 B 12×8]``. It never folds: what it stands for is opened instead."""
    FIELD = "field"
    """A field of a plain input or output: `summary` is its name, `text` its value (empty: the next block is it)."""
    ERROR = "error"
    NOTE = "note"
    """The reader speaking: not recorded, empty, in progress, redacted, cut by the recorder."""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a document that folds as one.

    `message` numbers the message (turn) it belongs to from 0; `role` is one of ``system user assistant
    tool`` or the empty string; `summary` is the single line shown when folded (may be empty: the first
    line of `text` then). `folded` says how it opens at first; a block with `foldable` False never folds.
    `span_id` is the hexadecimal ID of the span it was read from; of a tool's answer, that of the tool's. `language`
    names the language of code, and of calls and tools' answers where they are ``json`` or, with texts of several lines
    in them, ``yaml``. `uri` is where a media block's content is (``mlflow-attachment:``, ``data:``, ``http:``), or the
    ``repr`` of bytes that holds it, exact, or the empty string.
    """

    kind: BlockKind
    text: str
    role: str = ""
    message: int = 0
    summary: str = ""
    foldable: bool = False
    folded: bool = False
    span_id: str | None = None
    language: str = ""
    uri: str = ""

    @property
    def plain_text(self) -> str:
        """The block unfolded, as text that says by itself what it is."""
        match self.kind:
            case BlockKind.FIELD:
                return f"{self.summary}: {self.text}" if self.text else f"{self.summary}:"
            case BlockKind.DOCUMENT:
                return f"[{self.summary}]\n{self.text}" if self.summary else self.text
            case BlockKind.REASONING:
                return f"(reasoning)\n{self.text}"
            case BlockKind.NOTE:
                return f"({self.text})"
            case _:
                return self.text


@dataclass(frozen=True, slots=True)
class Document:
    """A laid-out trace.

    `source` is the name of the span the conversation was read from; `request` and `answer` are the
    message numbers of the last request and of the response under judgement (None where there is none).
    `title` is the last request on one line, at most 80 characters, for a worklist row.
    """

    trace_id: str
    title: str
    source: str
    blocks: tuple[Block, ...]
    request: int | None
    answer: int | None
    roots: frozenset[str] = frozenset()
    """IDs of the trace's top-level spans."""
    parameters: tuple[Block, ...] = ()
    """What was recorded of model calls beside their messages, for the trace's metadata: message numbers are all 0."""

    @property
    def plain_text(self) -> str:
        """The reading view, unfolded and unwrapped."""
        return _plain_text(self.blocks)

    @property
    def whole_text(self) -> str:
        """The reading view, and behind it what stands in the trace's metadata instead."""
        return _plain_text((*self.blocks, *self.parameters))


def _plain_text(blocks: Iterable[Block]) -> str:
    return "\n\n".join(text for block in blocks if (text := block.plain_text))
