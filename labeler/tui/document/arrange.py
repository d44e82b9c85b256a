"""From a document to sections: what is shown of each block, open or folded, and the space between."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Final

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.document.lines import Wrapping, split, widen_fences
from labeler.tui.document.markdown import is_parsable
from labeler.tui.document.sections import Section, SectionForm

_PIECE: Final = 8_000
"""Characters of a long text that are wrapped at a time: a millisecond or two."""

_LONGEST_LINE: Final = 64_000
_LONGEST_WIDE_LINE: Final = 12_000
"""Characters up to which a line is wrapped in one go, in ASCII and in other scripts, which take ten times as long."""

SHARING: Final = {BlockKind.PROSE, BlockKind.RESULT, BlockKind.JSON, BlockKind.CODE}
"""Kinds without a label of their own: under a heading they fold into its row."""

_SHORT_KINDS: Final = {BlockKind.FIELD, BlockKind.MEDIA, BlockKind.NOTE, BlockKind.CALL, BlockKind.ERROR}


def arrange(document: Document, folded: Set[int]) -> list[Section]:
    """Return the sections of a document, of which the blocks numbered in `folded` are folded; never none at all.

    A blank row stands between blocks, but not under a header and not between blocks of one row.
    """
    blocks = document.blocks
    sections: list[Section] = []
    before: Block | None = None
    was_short = False
    taken = -1
    for number, block in enumerate(blocks):
        if number == taken:
            continue
        first, last = len(sections), number
        is_short = False
        if heads(block):
            if _shares_row(document, number):
                taken = last = number + 1
                is_short = last in folded
                form = SectionForm.HEADER_FOLDED if is_short else SectionForm.HEADER_OPEN
                sections.append(Section(number, block.message, last, form))
                if not is_short:
                    sections += _text(blocks[last], last, last, is_headed=True)
            else:
                sections.append(Section(number, block.message, None, SectionForm.HEADER))
        elif block.foldable and number in folded:
            is_short = True
            sections.append(Section(number, block.message, number, SectionForm.FOLDED))
        else:
            is_short = block.kind in _SHORT_KINDS and "\n" not in block.text
            fold = number if block.foldable else None
            is_labelled = _has_label(block)
            if is_labelled:
                sections.append(Section(number, block.message, fold, SectionForm.LABEL))
            sections += _text(block, number, fold, is_headed=is_labelled)
        beside_like = was_short and is_short and before is not None and before.message == block.message
        if before is not None and not heads(before) and not beside_like:
            sections[first].gap = 1
        before, was_short = blocks[last], is_short
    return sections or [Section(0, 0, None, SectionForm.TEXT)]


def heads(block: Block) -> bool:
    """Return whether a block is the heading of the next: a header, or the name of a field whose value is the
    next block.
    """
    return block.kind is BlockKind.HEADER or (block.kind is BlockKind.FIELD and not block.text)


def _has_label(block: Block) -> bool:
    """Return whether a row above an open block says what it is; others say it at the beginning of their first line."""
    if block.kind is BlockKind.REASONING:
        return block.foldable
    return block.kind is BlockKind.DOCUMENT or (block.kind is BlockKind.FIELD and "\n" in block.text)


def _shares_row(document: Document, number: int) -> bool:
    """Return whether what follows a heading shows its fold on the heading's row.

    What has a label of its own does not.
    """
    if number + 1 >= len(document.blocks):
        return False
    after = document.blocks[number + 1]
    return after.foldable and after.kind in SHARING and after.message == document.blocks[number].message


def _text(block: Block, number: int, fold: int | None, is_headed: bool) -> Iterator[Section]:
    """Yield the text of an open block, in pieces when it is long."""
    text, end = block.text, len(block.text) - block.text.endswith("\n")
    if is_parsable(text):
        yield Section(number, block.message, fold, SectionForm.TEXT, 0, end, is_headed=is_headed)
        return
    fence = ""
    for start, stop in _pieces(text, end):
        yield Section(number, block.message, fold, SectionForm.TEXT, start, stop, fence, is_headed)
        if text.find("```", start, stop) >= 0 or text.find("~~~", start, stop) >= 0:
            fence = widen_fences(split(text[start:stop], 0, Wrapping.PROSE), fence)


def _pieces(text: str, end: int) -> Iterator[tuple[int, int]]:
    """Cut a text into stretches (without the newline between them), at newlines or in lines that are far too long."""
    start = 0
    longest = _LONGEST_LINE if text.isascii() else _LONGEST_WIDE_LINE
    while end - start > _PIECE:
        cut = text.find("\n", start + _PIECE, end)
        if cut < 0 and end - start <= longest:
            break
        if cut < 0 or cut - start > longest + _PIECE:
            space = text.rfind(" ", start, start + longest)
            cut = (space if space > start else start + longest - 1) + 1
            yield start, cut
            start = cut
        else:
            yield start, cut
            start = cut + 1
    yield start, end
