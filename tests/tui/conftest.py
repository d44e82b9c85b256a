"""Snapshots of screens: ``pytest tests/tui --update-snapshots`` writes them anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.snapshot import Snapshots


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-snapshots", action="store_true", help="write the snapshots of screens anew")


@pytest.fixture
def snapshots(request: pytest.FixtureRequest) -> Snapshots:
    """The snapshots beside the test that asks."""
    update = bool(request.config.getoption("--update-snapshots", default=False))
    return Snapshots(Path(request.path).parent / "snapshots", update=update)


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Screens look alike in every time zone and whatever the developer's terminal wants, and take no clipboard."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name in ("TMUX", "STY", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("SSH_CONNECTION", "far")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
