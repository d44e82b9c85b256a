"""The question that was asked is in view whenever a trace opens, whatever was retrieved between it and the response."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.reading.document import Document
from labeler.reading.read import read_document
from labeler.sample import load
from labeler.tui.appearance import UNICODE
from labeler.tui.document.layout import Layout
from labeler.tui.document.paint import Painter
from labeler.tui.document.viewport import Viewport
from tests.tui.document.laid_out import shown
from tests.tui.review.asked import RATING, THUMB
from tests.tui.review.helpdesk import ASKED, SAID, helpdesk
from tests.tui.review.table import open_table
from tests.tui.views.looking import reading

SIZES = [(80, 24), (120, 40), (200, 60)]


def opened(documents: list[Document], width: int, height: int) -> Iterator[tuple[Document, Viewport]]:
    """Each as a view of that size opens it."""
    for document in documents:
        yield document, Viewport(Layout(document, Painter.text_width(width), UNICODE), height)


def has_request_in_view(document: Document, view: Viewport) -> bool:
    """Whether the beginning of the request can be read on the screen."""
    rows = [row.text for row in view.pinned] + shown(view.layout, view.first, view.top + view.height)
    asked = [block for block in document.blocks if block.message == document.request]
    title = document.title.rstrip("…")[:20]
    is_titled = any(title in " ".join(block.text.split()) for block in asked)
    return any((title if is_titled else asked[1].summary) in row for row in rows)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
async def test_the_request_is_in_view_on_opening(tmp_path: Path, size: tuple[int, int]) -> None:
    traces = [*load(), *helpdesk()]
    async with open_table(tmp_path, traces[-1:], (THUMB, RATING), size=size) as table:
        area = table.review.views.conversation.size
    documents = [read_document(raw) for raw in traces]
    answering = [document for document in documents if document.request is not None]
    unseen = [each.title for each, view in opened(answering, *area) if not has_request_in_view(each, view)]
    assert len(answering) > 100
    assert not unseen


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_documents_between_request_and_response_are_folded_where_both_are_in_view_then(size: tuple[int, int]) -> None:
    brief = [document for document in map(read_document, helpdesk()) if document.plain_text.count(ASKED[:20]) == 1]
    answers_fit = [each for each in brief if each.plain_text.count(SAID[:20]) == 1 or size[1] > 24]
    assert len(answers_fit) > 1
    for _, view in opened(answers_fit, size[0], size[1] - 11):
        rows = shown(view.layout, view.first, view.top + view.height)
        assert not view.pinned
        assert any(row.startswith("Case") for row in rows)
        assert any(row.startswith("It leaves at") for row in rows)
        assert sum(row.startswith("document   ") for row in rows) == 4


async def test_it_is_pinned_as_soon_as_it_scrolls_out_and_goes_when_it_is_back(tmp_path: Path) -> None:
    long = next(raw for raw in helpdesk() if "Case 5." in (raw.summary.request_preview or ""))
    async with open_table(tmp_path, [long], (THUMB,), size=(80, 24)) as table:
        await table.press("home")
        assert "Case 5." in reading(table)
        assert "↑" not in reading(table)
        await table.press("down", "down", "down", "down", "down")
        first, second, *rest = reading(table).splitlines()[1:]
        assert first.startswith(" ↑ user   Case 5. When does the ferry leave")
        assert second.startswith("          ")
        assert not any("↑" in row for row in rest)
        await table.press("home")
        assert "↑" not in reading(table)


async def test_what_is_underlined_in_high_contrast_ends_with_its_text(tmp_path: Path) -> None:
    async with open_table(tmp_path, helpdesk()[5:6], (THUMB, RATING), size=(80, 24)) as table:
        table.app.choose_theme("high-contrast")
        await table.press("end")
        runs = [segment for strip in table.review._compositor.render_strips() for segment in strip]
        underlined = [text for text, style, _ in runs if style is not None and style.underline]
        assert {"user", "user_satisfaction *"} <= set(underlined)
        assert not [text for text in underlined if text != text.strip()]
