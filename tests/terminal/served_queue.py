"""A review queue on a real MLflow server, and a reviewer's machine to work on it with keys alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.mlflow_server import MlflowServer
from tests.terminal.terminal import Terminal

QUEUE = "Autumn desk review"


@dataclass
class ServedQueue:
    """A server of its own with a queue of ten traces and two questions, and a reviewer's machine."""

    server: MlflowServer
    experiment_id: str
    home: Path
    trace_ids: list[str]
    queue_id: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "LABELER_DATA_DIR": str(self.home / "data"),
            "MLFLOW_TRACKING_URI": self.server.url,
        }

    def terminal(self, *arguments: str) -> Terminal:
        return Terminal(arguments, self.environment, self.home)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command without a terminal."""
        command = [sys.executable, "-m", "labeler", *arguments]
        return subprocess.run(
            command, env=self.environment, cwd=self.home, capture_output=True, text=True, timeout=300, check=False
        )

    def labels(self) -> list[dict[str, Any]]:
        """Every HUMAN assessment on the server, with its trace."""
        found = []
        for trace_id in self.trace_ids:
            info = self.server.http.get(f"/api/3.0/mlflow/traces/{trace_id}").json()["trace"]["trace_info"]
            assessments = info.get("assessments", [])
            found += [a | {"trace_id": trace_id} for a in assessments if a["source"]["source_type"] == "HUMAN"]
        return found

    def spans(self, trace_id: str) -> set[str]:
        """The hexadecimal IDs of a trace's spans, as the server has them."""
        trace = self.server.http.get(f"/api/3.0/mlflow/traces/get?trace_id={trace_id}").json()["trace"]
        return {b64decode(span["span_id"]).hex() for span in trace["spans"]}

    def items(self) -> dict[str, dict[str, Any]]:
        """Queue items by trace ID."""
        path = f"/api/3.0/mlflow/review-queues/items/list?queue_id={self.queue_id}&max_results=100"
        answered = self.server.http.get(path).json()
        listed = next(value for key, value in answered.items() if key.endswith("items"))
        return {item["item_id"]: item for item in listed}


def label_item(terminal: Terminal, number: int, thumb: str, digit: str) -> None:
    """Answer both questions of the item that stands on the screen as `number`, and see the next."""
    terminal.wait_for(f"item {number}/10", "line ")
    terminal.wait_until_gone("Loading")
    time.sleep(0.3)  # keys that come with a new item are ignored
    terminal.press(thumb)
    terminal.wait_for("› quality")
    terminal.press(digit)
    terminal.wait_for(f"mine {number}")
