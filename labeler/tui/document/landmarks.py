"""Where to go in a document: the row it opens at, its messages, its response."""

from __future__ import annotations

from labeler.reading.document import BlockKind, Document
from labeler.tui.document.layout import Layout, Place, folded_at_first
from labeler.tui.document.sections import SectionForm
from labeler.tui.document.wording import is_secondary


def message_place(layout: Layout, message: int) -> Place | None:
    """Return the first row of a message; None when the document shows nothing of it."""
    for number, section in enumerate(layout.sections):
        if section.message == message:
            return Place(number, 0)
    return None


def messages(layout: Layout) -> list[tuple[int, Place]]:
    """Return every message in the order in which they begin on the screen."""
    found: list[tuple[int, Place]] = []
    for number, section in enumerate(layout.sections):
        if not found or section.message != found[-1][0]:
            found.append((section.message, Place(number, 0)))
    return found


def opening(layout: Layout, height: int) -> tuple[Place, int]:
    """Fold a document as a view of `height` rows opens it. Returns a place, and how many rows of the view stand above.

    What is secondary between the request and the response is folded where they are not both in view without that.
    """
    if height not in layout.folded_on_opening:
        layout.folded_on_opening[height] = _folded_on_opening(layout, height)
    layout.fold(layout.folded_on_opening[height])
    return _with_request(layout, height) or _under_pinned_request(layout, height)


def _folded_on_opening(layout: Layout, height: int) -> frozenset[int]:
    first = folded_at_first(layout.document)
    layout.fold(first)
    is_enough = _with_request(layout, height) is not None
    return first if is_enough else first | _secondary_between(layout.document)


def _with_request(layout: Layout, height: int) -> tuple[Place, int] | None:
    """Return where a view opens with both the request and the response in it, as far as there are any; None if it
    cannot.

    The whole document when it fits; else the request at the top, where the response fits below it or gets half of the
    view.
    """
    layout.measure(0, height + 1)
    request, answer = _place_of(layout, layout.document.request), _place_of(layout, layout.document.answer)
    if layout.height <= height or (request is None and answer is None):
        return Place(0, 0), 0
    if answer is None or request is None:
        return None if request is None else (request, 0)
    layout.measure_above(answer, height)
    distance = layout.row(answer) - layout.row(request)
    is_seen = 0 < distance <= height // 2 or 0 < distance <= height - _height_of(layout, answer, height)
    return (answer, distance) if is_seen else None


def _under_pinned_request(layout: Layout, height: int) -> tuple[Place, int]:
    """Return where a view opens whose request is out of view: at the response.

    Above it is room for the pinned request, or a third of the view for the end of a request that it follows directly.
    """
    document = layout.document
    answer = _place_of(layout, document.answer) or Place(0, 0)
    layout.measure_above(answer, height)
    follows_request = answer.section > 0 and layout.sections[answer.section - 1].message == document.request
    if layout.pinned is None or follows_request:
        return answer, height // 3
    return answer, len(layout.pinned.rows) + 1


def _place_of(layout: Layout, message: int | None) -> Place | None:
    return None if message is None else message_place(layout, message)


def _secondary_between(document: Document) -> frozenset[int]:
    """Return the blocks between the request and the response that fold and are neither."""
    first, last = document.request, document.answer
    if first is None or last is None:
        return frozenset()
    between = ((number, block) for number, block in enumerate(document.blocks) if first < block.message < last)
    return frozenset(number for number, block in between if block.foldable and is_secondary(block))


def _height_of(layout: Layout, start: Place, most: int) -> int:
    """Return how many rows a message has from its first one at `start` to the last that is more than a note or a folded
    row.

    Where it has more than `most`, any number above that.
    """
    first, blocks = layout.row(start), layout.document.blocks
    layout.measure(first, first + most + 1)
    rows, spoken = -layout.sections[start.section].gap, 0
    for section in layout.sections[start.section :]:
        if section.message != layout.sections[start.section].message or rows > most:
            break
        rows += section.height
        if section.form is not SectionForm.FOLDED and blocks[section.block].kind is not BlockKind.NOTE:
            spoken = rows
    return spoken
