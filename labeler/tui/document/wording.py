"""How each section of a document is worded and how bright it is: labels, fold signs, and the text itself."""

from __future__ import annotations

from typing import Final

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.document.contents import Caption, Content, Part, Text, TextStyle
from labeler.tui.document.lines import Roles
from labeler.tui.document.markdown import is_parsable
from labeler.tui.document.sections import Form, Section
from labeler.tui.signs import Signs

_SPACING: Final = "   "
"""Between a label and what follows it."""

_SHORT: Final = 60
"""Characters of a folded line that are in view whatever the width; what is longer tells how long it is."""

_QUIET_KINDS: Final = {BlockKind.CALL, BlockKind.RESULT, BlockKind.REASONING, BlockKind.DOCUMENT}
_QUIET_ROLES: Final = {"system", "tool"}
_SPEAKING: Final = {BlockKind.PROSE, BlockKind.JSON, BlockKind.CODE, BlockKind.FIELD}
_LABELS: Final = {
    BlockKind.CALL: "tool",
    BlockKind.RESULT: "result",
    BlockKind.REASONING: "reasoning",
    BlockKind.DOCUMENT: "document",
}
_LABEL_ROLES: Final = {BlockKind.CALL: ("role.tool",), BlockKind.FIELD: ("field",)}
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
        self._answer_speaks = any(
            block.message == document.answer and block.kind in _SPEAKING for block in document.blocks
        )

    def is_answer(self, section: Section) -> bool:
        """Whether a section belongs to the response under judgement."""
        return section.message == self._document.answer

    def tone(self, section: Section) -> str:
        """The role below all others: how bright a section is. A call is bright only when it is the whole response."""
        if section.block >= len(self._document.blocks):
            return "text"
        block = self._document.blocks[section.block]
        is_answer = block.message == self._document.answer
        if block.kind is BlockKind.CALL and is_answer and not self._answer_speaks:
            return "answer"
        if block.kind in _QUIET_KINDS or block.role in _QUIET_ROLES:
            return "dim"
        if is_answer:
            return "answer"
        return "request" if block.message == self._document.request else "text"

    def content(self, section: Section) -> Content:
        """What a section shows."""
        if section.block >= len(self._document.blocks):
            return self._caption([], None, [])
        block = self._document.blocks[section.block]
        match section.form:
            case Form.HEADER:
                return self._header(block, None, [])
            case Form.HEADER_OPEN:
                return self._header(block, None, [(f"{_SPACING}{self._signs.unfolded}", ("fold",))])
            case Form.HEADER_FOLDED:
                text, rest = _first_line(self._document.blocks[section.block + 1])
                note: list[Part] = [(f" {self._signs.folded} {rest}", ("fold",))] if rest else []
                return self._header(block, text, note)
            case Form.FOLDED:
                return self._folded(block)
            case Form.LABEL:
                return self._label(block)
            case Form.TEXT:
                return self._text(block, section)

    def _caption(self, parts: list[Part], text: Part | None, closing: list[Part], source: int = 0) -> Caption:
        return Caption(parts, text, closing, source, self._signs.ellipsis)

    def _header(self, block: Block, text: str | None, closing: list[Part]) -> Caption:
        parts: list[Part] = [(block.text, _HEADER_ROLES.get(block.role, ("role",)))]
        if text is None:
            return self._caption(parts, None, closing, len(block.text))
        return self._caption([*parts, (_SPACING, ())], (text, ("dim",)), closing, len(block.text))

    def _folded(self, block: Block) -> Caption:
        """A folded block by itself: what it is, what stands for it, and how much is not shown."""
        parts: list[Part] = [(f"{self._signs.folded} ", ("fold",))]
        label = block.summary if block.kind is BlockKind.FIELD else _LABELS.get(block.kind, "")
        if label:
            parts.append((label + _SPACING, _LABEL_ROLES.get(block.kind, ("dim",))))
        if block.summary and block.kind is not BlockKind.FIELD:
            text, rest = block.summary, _amount(block.text)
        else:
            text, rest = _first_line(block)
        return self._caption(parts, (text, ("dim",)), [(f"  {rest}", ("fold",))] if rest else [])

    def _label(self, block: Block) -> Caption:
        label = _LABELS.get(block.kind, "")
        summary = block.summary if block.kind in (BlockKind.DOCUMENT, BlockKind.FIELD) else ""
        named = _SPACING.join(name for name in (label, summary) if name)
        part = (named, _LABEL_ROLES.get(block.kind, ("dim",))) if named else (_amount(block.text), ("fold",))
        return self._caption([*self._sign(block), part], None, [])

    def _sign(self, block: Block) -> list[Part]:
        return [(f"{self._signs.unfolded} ", ("fold",))] if block.foldable else []

    def _text(self, block: Block, section: Section) -> Text:
        style = _style(block)
        if style is TextStyle.MARKDOWN and not is_parsable(block.text):
            style = TextStyle.ROUGH
        return Text(
            block.text,
            section.start,
            section.end,
            style,
            language=block.language,
            fence=section.fence if style is TextStyle.ROUGH else "",
            roles=_TEXT_ROLES.get(block.kind, ()),
            opening=self._opening(block) if section.start == 0 else [],
        )

    def _opening(self, block: Block) -> list[Part]:
        """What stands before the first line of a text."""
        match block.kind:
            case BlockKind.CALL:
                return [*self._sign(block), (f"tool{_SPACING}", ("role.tool",))]
            case BlockKind.ERROR:
                return [*self._sign(block), (f"{self._signs.error} error{_SPACING}", ("strong", "error"))]
            case BlockKind.NOTE:
                return [*self._sign(block), (f"{self._signs.note} ", ("note",))]
            case BlockKind.FIELD if "\n" not in block.text:
                return [*self._sign(block), (block.summary + _SPACING, ("field",))]
            case _:
                return []


def _style(block: Block) -> TextStyle:
    ends = block.text[:1] + block.text[-1:]
    if block.kind in (BlockKind.RESULT, BlockKind.FIELD) and ends in ("{}", "[]"):
        return TextStyle.JSON
    return _STYLES.get(block.kind, TextStyle.MARKDOWN)


def _first_line(block: Block) -> tuple[str, str]:
    """The first line of a folded block, and in words how much of it is not shown."""
    head, _, tail = block.text.partition("\n")
    if tail.strip("\n"):
        more = tail.rstrip("\n").count("\n") + 1
        return head, f"{more:,} more line{'s' if more > 1 else ''}"
    return head, f"{len(head):,} characters" if len(head) > _SHORT else ""


def _amount(text: str) -> str:
    count = text.rstrip("\n").count("\n") + 1
    return f"{count:,} lines" if count > 1 else f"{len(text):,} characters"
