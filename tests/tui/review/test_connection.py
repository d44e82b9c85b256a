"""What the status line says of the way to the server, also where there is little room."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from labeler.domain.connection import ConnectionStatus
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import open_table


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_server_that_asked_to_be_left_alone_is_offline_until_a_time_of_day(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with open_table(tmp_path, traces(3), (THUMB, RATING), size=size) as table:
        in_ten_minutes = time.time_ns() // 1_000_000 + 600_000
        table.desk.connected(ConnectionStatus.OFFLINE, in_ten_minutes)
        table.desk.connected(ConnectionStatus.OFFLINE)  # whoever else finds it away knows of no time
        await table.settle()
        assert re.search(r"offline until \d\d:\d\d", table.screen)
        table.desk.connected(ConnectionStatus.WAITING)
        await table.settle()
        assert "waiting for the server" in table.screen
        assert "until" not in table.screen.splitlines()[0]
        table.desk.connected(ConnectionStatus.ONLINE)
        await table.settle()
        assert "● online" in table.screen
