"""Settings of every test.

A machine under load is no failure: no example has a deadline. The profile ``ci`` takes the same examples every time,
so that a submission is judged by what it changes; chance finds are for the runs at a desk, and for
``python -m tests.reliability machines``.

Only a test marked ``timing("why")`` is run a second time when it fails. Each such case is printed (``flaky: N``), and
more than three of them fail the run: a race that is lost now and then is a fault, of the test or of the product.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, database=None)
settings.load_profile("desk")

FLAKY_AT_MOST: Final = 3


def pytest_configure(config: pytest.Config) -> None:
    """Have programs that tests start hear Ctrl+C: a shell script lets what it runs in the background ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if timing := item.get_closest_marker("timing"):
            if not timing.args:
                raise pytest.UsageError(f'{item.nodeid}: timing("why") says what it waits for')
            item.add_marker(pytest.mark.flaky(reruns=1, reruns_delay=2))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print which tests were run again; with ``FLAKY_LIST`` in the environment, add them to the file of that name."""
    flaky = sorted({report.nodeid for report in terminalreporter.stats.get("rerun", [])})
    terminalreporter.write_line("\n".join([f"flaky: {len(flaky)}", *(f"  {name}" for name in flaky)]))
    if listed := os.environ.get("FLAKY_LIST"):
        with Path(listed).open("a", encoding="utf-8") as file:
            file.writelines(f"{name}\n" for name in flaky)


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter: pytest.TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
    rerun = {report.nodeid for report in reporter.stats.get("rerun", [])} if reporter else set()
    if len(rerun) > FLAKY_AT_MOST:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
