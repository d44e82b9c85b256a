"""How each section of a document is worded and how bright it is: labels, fold signs, and the text itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.appearance import Signs
from labeler.tui.document.contents import Caption, Content, DocumentText, Part, TextStyle
from labeler.tui.document.lines import Roles
from labeler.tui.document.markdown import is_parsable
from labeler.tui.document.sections import Section, SectionForm
from labeler.tui.widgets.cells import cells

_SPACING: Final = "   "
"""Between a label and what follows it."""

_FAILED: Final = " (failed)"
"""How a header ends that the reader found to have failed."""

_NAME_COLUMN: Final = 32
"""Cells that the names of fields may take one below the other; longer ones push their values to the right."""

_END: Final = Block(BlockKind.NOTE, "")

_SHORT: Final = 60
"""Characters of a folded line that are in view whatever the width; what is longer tells how long it is."""

_QUIET_KINDS: Final = {BlockKind.CALL, BlockKind.RESULT, BlockKind.REASONING, BlockKind.DOCUMENT}
_QUIET_ROLES: Final = {"system", "tool"}
_SPEAKING: Final = {BlockKind.PROSE, BlockKind.JSON, BlockKind.CODE, BlockKind.FIELD}
_HEADER_ROLES: Final = {role: (f"role.{role}",) for role in ("user", "assistant", "system", "tool")}
_TEXT_ROLES: Final[dict[BlockKind, Roles]] = {
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


class Wording:
    """The contents of a document's sections, and the tone of its blocks."""

    def __init__(self, document: Document, signs: Signs) -> None:
        self._document, self._signs = document, signs
        self._name_widths = _name_widths(document)
        self._answer_speaks = any(
            block.message == document.answer and block.kind in _SPEAKING for block in document.blocks
        )

    def is_answer(self, section: Section) -> bool:
        """Return whether a section belongs to the response under judgement."""
        return section.message == self._document.answer

    def tone(self, section: Section) -> str:
        """Return the role below all others: how bright a section is.

        A call is bright only when it is the whole response.
        """
        if section.block >= len(self._document.blocks):
            return "text"
        block = self._document.blocks[section.block]
        is_answer = block.message == self._document.answer
        if block.kind is BlockKind.CALL and is_answer and not self._answer_speaks:
            return "answer"
        if is_secondary(block):
            return "dim"
        if is_answer:
            return "answer"
        return "request" if block.message == self._document.request else "text"

    def content(self, section: Section) -> Content:
        """Return what a section shows."""
        if section.block >= len(self._document.blocks):
            return Caption([])
        block = self._document.blocks[section.block]
        match section.form:
            case SectionForm.HEADER | SectionForm.HEADER_OPEN:
                return self._heading(block)
            case SectionForm.HEADER_FOLDED:
                text, rest = _brief(self._document.blocks[section.block + 1])
                return self._heading(block, (text, ("dim",)), self._rest(rest))
            case SectionForm.FOLDED:
                return self._folded(section.block)
            case SectionForm.LABEL:
                return self._label(section.block)
            case SectionForm.TEXT:
                return self._text(block, section)

    def fold_sign(self, section: Section) -> str:
        """Return the sign left of a section's first row.

        Folded text that nothing names has it before its number of lines.
        """
        if section.opens:
            return self._signs.unfolded
        if section.form is not SectionForm.FOLDED:
            return ""
        block = self._document.blocks[section.block]
        return self._signs.folded if self._opening(section.block) or block.summary else ""

    def _heading(self, block: Block, text: Part | None = None, closing: Sequence[Part] = ()) -> Caption:
        """Return a header, or the name of a field; with what is folded after it."""
        is_field = block.kind is BlockKind.FIELD
        parts: list[Part]
        if is_field:
            parts = [(block.summary, ("field",))]
        else:
            name = block.text.removesuffix(_FAILED)
            parts = [(name, _HEADER_ROLES.get(block.role, ("role",))), (block.text[len(name) :], ("error",))]
        if text is not None:
            parts.append((_SPACING, ()))
        summary = 0 if is_field else None
        return Caption(parts, text, closing, source=len(block.text), summary=summary, ellipsis=self._signs.ellipsis)

    def _rest(self, rest: str) -> list[Part]:
        return [(f" {self._signs.folded} {rest}", ("fold",))] if rest else []

    def _folded(self, number: int) -> Caption:
        """Return a folded block by itself: what it is, what stands for it, and how much is not shown."""
        block, opening = self._document.blocks[number], self._opening(number)
        roles = _TEXT_ROLES.get(block.kind, ("dim",))
        text, rest = _brief(block)
        if not opening and not block.summary:
            return Caption([], (text, roles), self._rest(rest), ellipsis=self._signs.ellipsis)
        summary = 0 if block.kind is BlockKind.FIELD else len(opening)
        note: list[Part] = [(f"  {rest}", ("fold",))] if rest else []
        return Caption(opening, (text, roles), note, summary=summary, ellipsis=self._signs.ellipsis)

    def _label(self, number: int) -> Caption:
        block, opening = self._document.blocks[number], self._opening(number)
        parts = opening if block.kind is BlockKind.FIELD else [*opening, (block.summary, ("dim",))]
        if block.kind is BlockKind.REASONING:
            parts = opening
        return Caption(parts, summary=len(parts) - 1, ellipsis=self._signs.ellipsis)

    def _text(self, block: Block, section: Section) -> DocumentText:
        style = _style(block)
        if style is TextStyle.MARKDOWN and not is_parsable(block.text):
            style = TextStyle.ROUGH
        return DocumentText(
            block.text,
            section.start,
            section.end,
            style,
            language=block.language,
            fence=section.fence if style is TextStyle.ROUGH else "",
            roles=_TEXT_ROLES.get(block.kind, ()),
            opening=self._opening(section.block) if section.start == 0 and not section.is_headed else [],
        )

    def _opening(self, number: int) -> list[Part]:
        """Return what stands before a block, so that it says what it is."""
        block = self._document.blocks[number]
        match block.kind:
            case BlockKind.CALL:
                return [(f"calls{_SPACING}", ("role.tool",))]
            case BlockKind.REASONING | BlockKind.DOCUMENT:
                return [(f"{block.kind}{_SPACING}", ("dim",))]
            case BlockKind.FIELD:
                padding = " " * max(0, self._name_widths.get(number, 0) - cells(block.summary))
                return [(block.summary + padding + _SPACING, ("field",))]
            case BlockKind.ERROR:
                return [(f"{self._signs.error} error{_SPACING}", ("strong", "error"))]
            case BlockKind.NOTE:
                return [(f"{self._signs.note} ", ("note",))]
            case _:
                return []


def is_secondary(block: Block) -> bool:
    """Return whether a block is neither asked nor answered: a system prompt, tool traffic, reasoning, a
    retrieved document.
    """
    return block.kind in _QUIET_KINDS or block.role in _QUIET_ROLES


def _name_widths(document: Document) -> dict[int, int]:
    """Cells for the names of fields that stand one below the other, so that their values do too; by block number."""
    widths: dict[int, int] = {}
    run: list[int] = []
    for number, block in enumerate((*document.blocks, _END)):
        is_next = block.kind is BlockKind.FIELD and block.text and "\n" not in block.text
        if run and (not is_next or block.message != document.blocks[run[-1]].message):
            names = [cells(document.blocks[each].summary) for each in run]
            widest = max((width for width in names if width <= _NAME_COLUMN), default=0)
            widths.update(dict.fromkeys(run, widest))
            run = []
        if is_next:
            run.append(number)
    return widths


def _style(block: Block) -> TextStyle:
    ends = block.text[:1] + block.text[-1:]
    if block.kind in (BlockKind.RESULT, BlockKind.FIELD) and ends in ("{}", "[]"):
        return TextStyle.JSON
    return _STYLES.get(block.kind, TextStyle.MARKDOWN)


def _brief(block: Block) -> tuple[str, str]:
    """Return what stands for a folded block, and in words how much of it is not shown."""
    if block.summary and block.kind is not BlockKind.FIELD:
        lines = block.text.rstrip("\n").count("\n") + 1
        if lines == 1 and block.kind is not BlockKind.DOCUMENT:
            return block.summary, _length(block.text)
        return block.summary, f"{lines:,} line{'s' if lines > 1 else ''}"
    head, _, tail = block.text.partition("\n")
    if tail.strip("\n"):
        more = tail.rstrip("\n").count("\n") + 1
        return head, f"{more:,} more line{'s' if more > 1 else ''}"
    return head, _length(head)


def _length(line: str) -> str:
    return f"{len(line):,} characters" if len(line) > _SHORT else ""
