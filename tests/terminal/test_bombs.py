"""Files made to break who reviews them."""

from __future__ import annotations

import pytest

from tests.cli.bombs import DEEP, GOOD, bomb, nested, text, trace
from tests.terminal.conftest import Machine

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def test_a_review_of_a_file_that_unpacks_without_end_is_refused(machine: Machine) -> None:
    bomb(machine.home / "bomb.json.gz", b" ", 200, b'{"trace":')
    with machine.terminal("review", "bomb.json.gz") as terminal:
        assert terminal.wait_for_exit() == 2
        assert "holds more than 16 MB of blanks within a value" in terminal.text


def test_what_cannot_be_read_of_a_file_costs_the_review_no_other_trace(machine: Machine) -> None:
    lines = [trace(1, text(GOOD)), trace(2, nested(5_000)), DEEP, trace(3, text("the last"))]
    (machine.home / "mixed.jsonl").write_text("\n".join(lines))
    with machine.terminal("review", "mixed.jsonl") as terminal:
        terminal.wait_for("item 1/2")
        terminal.press("j")
        terminal.wait_for("item 2/2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
