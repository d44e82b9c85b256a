"""Where to go in a document: the row it opens at, its messages, its response."""

from __future__ import annotations

from labeler.tui.document.layout import Layout, Place


def message_place(layout: Layout, message: int) -> Place | None:
    """The first row of a message; None when the document shows nothing of it."""
    for number, section in enumerate(layout.sections):
        if section.message == message:
            return Place(number, 0)
    return None


def messages(layout: Layout) -> list[tuple[int, Place]]:
    """Every message in the order in which they begin on the screen."""
    found: list[tuple[int, Place]] = []
    for number, section in enumerate(layout.sections):
        if not found or section.message != found[-1][0]:
            found.append((section.message, Place(number, 0)))
    return found


def opening_row(layout: Layout, height: int) -> int:
    """The top row of a view of `height` rows that opens a document.

    The whole document when it fits; else the start of the response with its request above it, or with as
    much of the request's end as leaves most of the view to the response. Wraps what that takes.
    """
    layout.measure(0, height + 1)
    if layout.height <= height:
        return 0
    document = layout.document
    answer = None if document.answer is None else message_place(layout, document.answer)
    request = None if document.request is None else message_place(layout, document.request)
    if answer is None:
        return 0 if request is None else layout.row(request)
    answer_row = _settled(layout, answer, height)
    request_row = answer_row if request is None else layout.row(request)
    if request_row < answer_row <= request_row + height // 2:
        return request_row
    return max(0, answer_row - height // 3)


def _settled(layout: Layout, place: Place, height: int) -> int:
    """The row of a place once everything in the view around it has been wrapped."""
    row = layout.row(place)
    layout.measure(row - height, row + height)
    return layout.row(place)
