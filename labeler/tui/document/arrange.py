"""From a document to sections: what is shown of each block, open or folded, and how bright it is."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.document.contents import Caption, Part, Text, TextStyle
from labeler.tui.document.lines import Roles, Wrapping, split, widen_fences
from labeler.tui.document.markdown import is_parsable
from labeler.tui.document.sections import Section
from labeler.tui.signs import Signs

_PIECE: Final = 8_000
"""Characters of a long text that are wrapped at a time: a millisecond or two."""

_LONGEST_LINE: Final = 64_000
"""Characters up to which a line is wrapped in one go."""

_SPACING: Final = "   "
"""Between a label and what follows it."""

_QUIET_KINDS: Final = {BlockKind.CALL, BlockKind.RESULT, BlockKind.REASONING, BlockKind.DOCUMENT}
_QUIET_ROLES: Final = {"system", "tool"}
_BESIDE_HEADER: Final = {BlockKind.PROSE, BlockKind.RESULT, BlockKind.JSON, BlockKind.CODE}
_LABELS: Final = {
    BlockKind.CALL: "tool",
    BlockKind.RESULT: "result",
    BlockKind.REASONING: "reasoning",
    BlockKind.DOCUMENT: "document",
}
_LABEL_ROLES: Final = {BlockKind.CALL: ("role.tool",), BlockKind.FIELD: ("field",)}
_TEXT_ROLES: Final = {
    BlockKind.REASONING: ("reasoning",),
    BlockKind.MEDIA: ("media",),
    BlockKind.ERROR: ("error",),
    BlockKind.NOTE: ("note",),
}
_STYLES: Final = {
    BlockKind.CODE: TextStyle.CODE,
    BlockKind.JSON: TextStyle.JSON,
    BlockKind.CALL: TextStyle.JSON,
    BlockKind.MEDIA: TextStyle.PLAIN,
    BlockKind.ERROR: TextStyle.PLAIN,
    BlockKind.NOTE: TextStyle.PLAIN,
}
"""How text is coloured; Markdown where nothing is said."""


def arrange(document: Document, folded: Set[int], signs: Signs) -> list[Section]:
    """The sections of a document, of which the blocks numbered in `folded` are folded; never none at all."""
    sections = list(_Arranger(document, folded, signs).sections())
    return sections or [Section(0, 0, None, "text", False, Caption([], None, [], 0, signs.ellipsis))]


class _Arranger:
    def __init__(self, document: Document, folded: Set[int], signs: Signs) -> None:
        self.document, self.folded, self.signs = document, folded, signs
        self.answered = {
            block.message
            for block in document.blocks
            if block.kind in (BlockKind.PROSE, BlockKind.JSON, BlockKind.FIELD)
        }
        """Messages that say something themselves, so that a call in them is no answer."""

    def sections(self) -> Iterator[Section]:
        blocks = self.document.blocks
        before: Block | None = None
        was_short = False
        number = 0
        while number < len(blocks):
            block = blocks[number]
            taken = 2 if self._shares_row(number) else 1
            sections = self._with_header(number) if taken == 2 else self._block(number)
            last = number + taken - 1
            short = self._is_short(last)
            beside = before is not None and (
                before.kind is BlockKind.HEADER or (was_short and short and before.message == block.message)
            )
            if before is not None and not beside:
                sections[0].gap = 1
            yield from sections
            before, was_short = blocks[last], short
            number = last + 1

    def _shares_row(self, number: int) -> bool:
        """Whether a block is a header and what follows it shows its fold on the header's row."""
        block, after = self.document.blocks[number], self.document.blocks[number + 1 : number + 2]
        return (
            block.kind is BlockKind.HEADER
            and bool(after)
            and after[0].foldable
            and after[0].kind in _BESIDE_HEADER
            and after[0].message == block.message
        )

    def _is_short(self, number: int) -> bool:
        """Whether a block takes one row, so that it needs no space from its like."""
        block = self.document.blocks[number]
        if block.foldable and number in self.folded:
            return True
        return block.kind in (BlockKind.FIELD, BlockKind.MEDIA, BlockKind.NOTE) and "\n" not in block.text

    def _tone(self, block: Block) -> str:
        is_answer = block.message == self.document.answer
        if block.kind is BlockKind.CALL and is_answer and block.message not in self.answered:
            return "answer"
        if block.kind in _QUIET_KINDS or block.role in _QUIET_ROLES:
            return "dim"
        if is_answer:
            return "answer"
        return "request" if block.message == self.document.request else "text"

    def _section(self, number: int, fold: int | None, content: Caption | Text) -> Section:
        block = self.document.blocks[number]
        is_answer = block.message == self.document.answer
        return Section(number, block.message, fold, self._tone(block), is_answer, content)

    def _caption(
        self, number: int, fold: int | None, parts: list[Part], text: Part | None, closing: list[Part], source: int = 0
    ) -> Section:
        return self._section(number, fold, Caption(parts, text, closing, source, self.signs.ellipsis))

    def _with_header(self, number: int) -> list[Section]:
        """A header and the foldable block after it."""
        header, block, fold = self.document.blocks[number], self.document.blocks[number + 1], number + 1
        parts: list[Part] = [(header.text, _header_roles(header))]
        if fold not in self.folded:
            closing: list[Part] = [(f"{_SPACING}{self.signs.unfolded}", ("fold",))]
            head = self._caption(number, fold, parts, None, closing, len(header.text))
            return [head, *self._text(fold, fold)]
        text, rest = _first_line(block)
        parts.append((_SPACING, ()))
        note: list[Part] = [(f" {self.signs.folded} {rest}", ("fold",))] if rest else []
        return [self._caption(number, fold, parts, (text, ("dim",)), note, len(header.text))]

    def _block(self, number: int) -> list[Section]:
        block = self.document.blocks[number]
        if block.kind is BlockKind.HEADER:
            return [self._caption(number, None, [(block.text, _header_roles(block))], None, [], len(block.text))]
        if block.foldable and number in self.folded:
            return [self._folded(number)]
        fold = number if block.foldable else None
        sign: list[Part] = [(f"{self.signs.unfolded} ", ("fold",))] if block.foldable else []
        label = _LABELS.get(block.kind, "")
        label_roles = _LABEL_ROLES.get(block.kind, ("dim",))
        if block.kind is BlockKind.CALL:
            return self._text(number, fold, (*sign, (label + _SPACING, label_roles)))
        if block.kind is BlockKind.ERROR:
            return self._text(number, fold, (*sign, (f"{self.signs.error} error{_SPACING}", ("error",))))
        if block.kind is BlockKind.NOTE:
            return self._text(number, fold, (*sign, (f"{self.signs.note} ", ("note",))))
        if block.kind is BlockKind.FIELD and "\n" not in block.text:
            return self._text(number, fold, (*sign, (block.summary + _SPACING, label_roles)))
        if block.kind is BlockKind.MEDIA or (block.kind in _BESIDE_HEADER and not block.foldable):
            return self._text(number, fold)
        summary = block.summary if block.kind in (BlockKind.DOCUMENT, BlockKind.FIELD) else ""
        named = _SPACING.join(name for name in (label, summary) if name)
        caption = (named, label_roles) if named else (_lines(block.text), ("fold",))
        return [self._caption(number, fold, [*sign, caption], None, []), *self._text(number, fold)]

    def _folded(self, number: int) -> Section:
        """A folded block by itself: what it is, what stands for it, and how much is not shown."""
        block = self.document.blocks[number]
        parts: list[Part] = [(f"{self.signs.folded} ", ("fold",))]
        label = block.summary if block.kind is BlockKind.FIELD else _LABELS.get(block.kind, "")
        if label:
            parts.append((label + _SPACING, _LABEL_ROLES.get(block.kind, ("dim",))))
        if block.summary and block.kind is not BlockKind.FIELD:
            text, rest = block.summary, _lines(block.text)
        else:
            text, rest = _first_line(block)
        return self._caption(number, number, parts, (text, ("dim",)), [(f"  {rest}", ("fold",))] if rest else [])

    def _text(self, number: int, fold: int | None, opening: tuple[Part, ...] = ()) -> list[Section]:
        """The text of a block, in pieces when it is long."""
        block = self.document.blocks[number]
        text, end = block.text, len(block.text) - block.text.endswith("\n")
        roles: Roles = _TEXT_ROLES.get(block.kind, ())
        style = _style(block)
        if is_parsable(text):
            whole = Text(text, 0, end, style, language=block.language, roles=roles, opening=opening)
            return [self._section(number, fold, whole)]
        style = {TextStyle.MARKDOWN: TextStyle.ROUGH, TextStyle.CODE: TextStyle.CODE}.get(style, style)
        sections: list[Section] = []
        fence = ""
        for start, stop in _pieces(text, end):
            piece = Text(text, start, stop, style, fence=fence, roles=roles, opening=() if sections else opening)
            sections.append(self._section(number, fold, piece))
            if style is TextStyle.ROUGH and (text.find("```", start, stop) >= 0 or text.find("~~~", start, stop) >= 0):
                fence = widen_fences(split(text[start:stop], 0, Wrapping.PROSE), fence)
        return sections


def _header_roles(block: Block) -> Roles:
    return (f"role.{block.role}",) if block.role in ("user", "assistant", "system", "tool") else ("role",)


def _style(block: Block) -> TextStyle:
    if (
        block.kind in (BlockKind.RESULT, BlockKind.FIELD)
        and block.text[:1] in ("{", "[")
        and block.text[-1:] in ("}", "]")
    ):
        return TextStyle.JSON
    return _STYLES.get(block.kind, TextStyle.MARKDOWN)


def _first_line(block: Block) -> tuple[str, str]:
    """The first line of a folded block, and in words how much of it is not shown."""
    head, _, tail = block.text.partition("\n")
    more = tail.rstrip("\n").count("\n") + 1 if tail.strip("\n") else 0
    if more:
        return head, f"{more:,} more line{'s' if more > 1 else ''}"
    hidden = len(head) - 60
    return head, f"{len(head):,} characters" if hidden > 0 else ""


def _lines(text: str) -> str:
    count = text.rstrip("\n").count("\n") + 1
    return f"{count:,} lines" if count > 1 else f"{len(text):,} characters"


def _pieces(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Cut a text into stretches (without the newline between them), at newlines or in lines that are far too long."""
    start = 0
    while end - start > _PIECE:
        cut = text.find("\n", start + _PIECE, end)
        if cut < 0 and end - start <= _LONGEST_LINE:
            break
        if cut < 0 or cut - start > _LONGEST_LINE + _PIECE:
            space = text.rfind(" ", start, start + _LONGEST_LINE)
            cut = (space if space > start else start + _LONGEST_LINE - 1) + 1
            yield start, cut
            start = cut
        else:
            yield start, cut
            start = cut + 1
    yield start, end
