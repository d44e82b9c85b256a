"""The real program, run as a user would, in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KEPT = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "PYTHONPATH")


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """stdout as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class Program:
    """labeler with `home` as home directory and `work` as working directory, and no setting of the developer's."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.work = home / "work"
        self.work.mkdir()
        self.data = home / "data"
        self.config = home / "config.toml"
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
            "HOME": str(home),
            "LABELER_CONFIG": str(self.config),
            "LABELER_DATA_DIR": str(self.data),
            "PYTHONWARNINGS": "error",
        }
        self.config.write_text("")

    def run(self, *arguments: str, stdin: str = "", **environment: str) -> Ended:
        return self.run_python("-m", "labeler", *arguments, stdin=stdin, **environment)

    def run_python(self, *arguments: str, stdin: str = "", **environment: str) -> Ended:
        """Run the interpreter in the same circumstances."""
        ended = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.work,
            env=self.environment | environment,
            input=stdin.encode(),
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start without waiting for the end."""
        return subprocess.Popen(
            [sys.executable, "-m", "labeler", *arguments],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def start_python(self, code: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start Python code in the same circumstances, without waiting for the end."""
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=self.work,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def at_terminal(self, *arguments: str, typed: str, **environment: str) -> Ended:
        """Run with a terminal on stdin and stderr, where `typed` is typed, and stdout apart."""
        terminal, its_end = os.openpty()
        try:
            os.write(terminal, typed.encode())
            ended = subprocess.run(
                [sys.executable, "-m", "labeler", *arguments],
                cwd=self.work,
                env=self.environment | environment,
                stdin=its_end,
                stdout=subprocess.PIPE,
                stderr=its_end,
                timeout=120,
                check=False,
            )
            shown = os.read(terminal, 100_000)
        finally:
            os.close(terminal)
            os.close(its_end)
        return Ended(ended.returncode, ended.stdout.decode(), shown.decode())

    def python(self, code: str, **environment: str) -> Ended:
        """Run Python code in the same circumstances."""
        return self.run_python("-c", code, **environment)
