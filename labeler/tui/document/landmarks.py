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


def opening(layout: Layout, height: int) -> tuple[Place, int]:
    """Where a view of `height` rows opens a document: a place, and how many rows of the view stand above it.

    The whole document when it fits; else the start of the response with its request above it, or with as
    much of the request's end as leaves most of the view to the response.
    """
    beginning = Place(0, 0), 0
    layout.measure(0, height + 1)
    if layout.height <= height:
        return beginning
    document = layout.document
    answer = None if document.answer is None else message_place(layout, document.answer)
    request = None if document.request is None else message_place(layout, document.request)
    if answer is None:
        return beginning if request is None else (request, 0)
    layout.measure_above(answer, height)
    distance = 0 if request is None else layout.row(answer) - layout.row(request)
    return answer, distance if 0 < distance <= height // 2 else height // 3
