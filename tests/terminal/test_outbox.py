"""The outbox in a real terminal: what waits is there, and closing it leads back."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import Machine

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def test_what_waits_is_listed_and_gone_to_and_given_up_only_after_asking(machine: Machine) -> None:
    machine.asks_one_thumb()
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("q")
        terminal.wait_for_exit()
    with machine.terminal("review", "--offline") as terminal:
        terminal.wait_for("item 1/", "offline", "assistant")
        terminal.press("y")
        terminal.wait_for("item 2/", "1 queued")
        terminal.press("O")
        terminal.wait_for("outbox", "1 waiting", "is_helpful Helpful", "goes as soon as its backend is back")
        terminal.press("d")
        terminal.wait_for("Give it up for good?", "Enter yes")
        terminal.press("ctrl+c")
        terminal.wait_until_gone("Give it up")
        terminal.press("enter")
        terminal.wait_for("item 1/", "↻ waiting", "1 queued")
        terminal.press("O")
        terminal.wait_for("goes as soon as its backend is back")
        terminal.press("ctrl+c")
        terminal.wait_for("item 1/", "1 queued")
        assert terminal.leave() == 0
        assert "1 to be delivered" in terminal.written.decode()
