"""A working day with every key that does more than answer one question: the small version of ``reliability day``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.day import run
from tests.servers.mlflow_server import MlflowServer


@pytest.mark.slow
@pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")
def test_the_server_holds_what_the_keys_of_a_day_meant_and_nothing_else(tmp_path: Path) -> None:
    server = MlflowServer(tmp_path)
    home = tmp_path / "home"
    home.mkdir()
    try:
        server.start()
        outcome = run(server, traces=70, steps=70, home=home, seed=1, pace_s=0.1)
    finally:
        server.close()
    assert outcome.differences == []
    assert len(outcome.meant.answers) > 15
    assert {"repeat", "together", "undo", "past a draft", "filter", "search", "restart"} <= outcome.meant.done.keys()
