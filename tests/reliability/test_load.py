"""Several reviewers at one server, through faults: the small version of ``python -m tests.reliability load``."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reliability.arrivals import out_of_order
from tests.reliability.load import Size, run
from tests.servers.mlflow_server import MlflowServer


@pytest.mark.slow
def test_reviewers_at_one_server_lose_nothing_and_double_nothing_through_faults(tmp_path: Path) -> None:
    server = MlflowServer(tmp_path)
    try:
        server.start()
        size = Size(
            reviewers=3,
            answers=60,
            processes=1,
            share=0.3,
            pace_s=0.3,
            horizon_ms=5_000,
            plain_posts=40,
            give_up_s=200,
        )
        outcome = run(server, size, tmp_path)
    finally:
        server.close()
    assert outcome.holds, outcome
    assert outcome.verdict.answers >= 55
    assert outcome.met.total() > 10


def test_what_comes_out_of_order_or_unsent_is_counted() -> None:
    sent = {("ana", "tr-1"): ["a", "b", "c"]}
    assert out_of_order({("ana", "tr-1"): ["a", "b", "c"]}, sent) == 0
    assert out_of_order({("ana", "tr-1"): ["a", "c", "b"]}, sent) == 1
    assert out_of_order({("ana", "tr-1"): ["a", "x"]}, sent) == 1
