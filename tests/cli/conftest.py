from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.cli.recorded_experiment import NAMES, Experiment


@pytest.fixture
def labeler(tmp_path: Path) -> Program:
    home = tmp_path / "home"
    home.mkdir()
    return Program(home)


@pytest.fixture
def experiment() -> Experiment:
    """Three traces on the shared server: a conversation, one with a tool, one of plain values."""
    return Experiment(*NAMES)
