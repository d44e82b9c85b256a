"""The contract of a backend that keeps runs with metrics and files, beside that of `backends.base`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from labeler.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """A run of an experiment. `files_at` is where the backend keeps its files, as an address of its own."""

    id: str
    files_at: str


@runtime_checkable
class RunBackend(Protocol):
    """A backend with runs. Each method may raise what any method of a backend may."""

    async def create_run(self, experiment_id: str, name: str, tags: Mapping[str, str], at_ms: int) -> Run:
        """Begin a run, whether or not another has its name."""
        ...

    async def log_metrics(self, run_id: str, metrics: Mapping[str, float], at_ms: int) -> None:
        """Add metrics to a run. Raises `Refused` for a name that the backend does not take."""
        ...

    async def attach(self, run: Run, name: str, content: bytes, media_type: str) -> None:
        """Put a file into a run. Raises `Refused` where the backend takes no files from programs."""
        ...

    async def end_run(self, run_id: str, at_ms: int) -> None:
        """End a run, as one that came to its end."""
        ...
