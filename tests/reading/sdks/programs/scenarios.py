"""The frame of the programs that use an SDK: traced to the server and experiment of the environment, by MLflow."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

import mlflow

VENDOR = os.environ["VENDOR_URL"]

_scenarios: list[Callable[[], object]] = []


def scenario(run: Callable[[], object]) -> Callable[[], object]:
    """Marks a function as a scenario; its name is the scenario's."""
    _scenarios.append(run)
    return run


def run_all() -> None:
    """Run every scenario, also after one that failed, and return when the server has what was recorded."""
    failed = []
    for run in _scenarios:
        try:
            run()
        except Exception:
            failed.append(f"{run.__name__}:\n{traceback.format_exc()}")
    mlflow.flush_trace_async_logging()
    if failed:
        raise SystemExit("\n".join(failed))
