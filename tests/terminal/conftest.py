"""A reviewer's machine: a home of its own, no server, and terminals to work at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from labeler.journal.journal import Journal
from tests.servers.filling import create_queue, create_schema, log, recordings
from tests.servers.mlflow_server import MlflowServer
from tests.terminal.served_queue import QUEUE, ServedQueue
from tests.terminal.terminal import Terminal

ONE_THUMB = """
[review]
questions = "config"

[[questions]]
name = "is_helpful"
input = "pass_fail"
positive = "Helpful"
negative = "Not helpful"
comment = {comment}
"""


@dataclass
class Machine:
    """Where nothing is set up but a reviewer ID. `extra` goes into the environment."""

    home: Path
    extra: dict[str, str] = field(default_factory=lambda: {"LABELER_REVIEWER": "rhea.k"})

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LABELER_DATA_DIR": str(self.home / "data"),
            **self.extra,
        }

    def asks_one_thumb(self, *, comment: bool = True) -> None:
        """Have a review ask a single pass/fail question, so that every key is a label."""
        self.asks(ONE_THUMB.format(comment=str(comment).lower()))

    def asks(self, configuration: str) -> None:
        """Have reviews configured like this."""
        (self.home / "labeler.toml").write_text(configuration)

    def terminal(
        self,
        *arguments: str,
        size: tuple[int, int] = (120, 40),
        answers: Mapping[bytes, bytes] = MappingProxyType({}),
    ) -> Terminal:
        return Terminal(arguments, self.environment, self.home, size, answers)

    def put_another_journal_in_its_place(self) -> None:
        """Replace the directory of the running program's journal by one with somebody else's."""
        other = Journal.open(self.home / "other" / "journal.db")
        other.remembered.keep_reviewer("http://harbour.example", "somebody", "somebody else's journal")
        other.close()
        data = self.home / "data"
        data.rename(self.home / "removed")
        other.path.parent.rename(data)

    def labels(self) -> list[dict[str, Any]]:
        """Every label in the journal."""
        command = [sys.executable, "-m", "labeler", "export", "--local"]
        done = subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=60, check=True
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedQueue]:
    folder = tmp_path / "server"
    folder.mkdir()
    server = MlflowServer(folder)
    server.start()
    try:
        experiment = server.new_experiment()
        traces = recordings()
        log(server, experiment, traces)
        helpful = {"pass_fail": {"positive_label": "Helpful", "negative_label": "Not helpful"}}
        quality = {"numeric": {"min_value": 1, "max_value": 5}}
        schemas = [
            create_schema(server, experiment, "is_helpful", helpful, enable_comment=True),
            create_schema(server, experiment, "quality", quality, instruction="How good is it?"),
        ]
        ids = [trace.id for trace in traces]
        yield ServedQueue(server, experiment, tmp_path, ids, create_queue(server, experiment, QUEUE, ids, schemas))
    finally:
        server.close()
