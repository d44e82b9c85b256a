"""The status line: what goes where there is no room, in which order, and what never does."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.connection import ConnectionStatus
from labeler.tui.appearance import UNICODE
from labeler.tui.review.status_line import StatusView, status_line

VIEW = StatusView(
    title="Autumn desk review",
    number=7,
    total=240,
    labelled=6,
    left_ms=4_200_000,
    queued=2,
    stuck=1,
    connection=ConnectionStatus.ONLINE,
    until="",
    here=None,
    reviewer="rhea.k",
    conditions=("blind", 'search "word" 3/17'),
)


def shown(view: StatusView, width: int) -> str:
    return "".join(text for text, _ in status_line(view, width, UNICODE)).strip()


def test_the_names_of_program_and_worklist_go_first_then_what_is_mine_and_left() -> None:
    parts = ["labeler", "Autumn desk review", "mine 6", "left ~"]
    orders = list[list[str]]()
    for width in range(160, 40, -1):
        missing = [part for part in parts if part not in shown(VIEW, width)]
        if not orders or orders[-1] != missing:
            orders.append(missing)
    assert [each for each in orders if len(each) < 4] == [parts[:count] for count in range(4)]


def test_reviewer_search_blind_and_offline_never_go() -> None:
    away = replace(VIEW, connection=ConnectionStatus.OFFLINE, here=(213, 233))
    for width in range(58, 200):
        for kept in ("rhea.k", "blind", 'search "word" 3/17'):
            assert kept in shown(VIEW, width)
            assert width < 76 or kept in shown(away, width)
        assert width < 76 or "offline · 213 of 233 here" in shown(away, width)
    assert "item 7/240" in shown(VIEW, 62)
