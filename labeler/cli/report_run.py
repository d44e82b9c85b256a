"""`labeler report --sprint NAME --log-run`: the report as a run of the sprint's experiment, for MLflow's own charts."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from typing import Final

from labeler.backends.base import Ambiguous, BackendError
from labeler.backends.runs import Run, RunBackend
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.report_output import FOR_PAGES
from labeler.cli.sprint_backend import team_context
from labeler.domain.clock import wall_clock_ms
from labeler.domain.web_address import run_address
from labeler.reports.metrics_view import report_as_metrics
from labeler.reports.report import Report

_FILE: Final = "report.html"


def check_run(arguments: argparse.Namespace) -> None:
    """Raise `CommandFailed` where no run can be logged, before anything is read for it."""
    if arguments.sprint is None:
        raise CommandFailed(ExitCode.USAGE, "--log-run logs the report of a sprint: name it with --sprint")
    if not all(map(find_spec, FOR_PAGES)):
        raise CommandFailed(
            ExitCode.USAGE,
            "--log-run attaches the report as a page, and what makes pages is not installed: pip install "
            "'trace-labeler[report]'",
        )


async def log_run(report: Report, arguments: argparse.Namespace) -> ExitCode:
    """Log the figures of a sprint's report as metrics of a new run, with the page as its file.

    Raises `CommandFailed` and what the backend raises.
    """
    from labeler.reports.html_view import report_as_html

    assert report.sprint is not None
    name, metrics = f"{report.sprint.name} report", report_as_metrics(report)
    async with team_context(arguments) as team:
        backend = team.backend
        if not isinstance(backend, RunBackend):
            raise CommandFailed(
                ExitCode.USAGE, f"--log-run: runs are kept by an MLflow server, and not by {backend.uri}"
            )
        [experiment_id] = report.source.experiments
        tags = {"labeler.sprint": report.sprint.slug, "labeler.version": report.version}
        try:
            run = await backend.create_run(experiment_id, name, tags, wall_clock_ms())
        except Ambiguous as error:
            raise CommandFailed(
                ExitCode.WAITING,
                f"{str(error).rstrip('.')}. It is not known whether the run “{name}” was made; look for it before you "
                "log another",
            ) from error
        page = run_address(backend.uri, backend.workspace, experiment_id, run.id)
        try:
            await backend.log_metrics(run.id, metrics, wall_clock_ms())
            code = await _attach(backend, run, report_as_html(report))
            await backend.end_run(run.id, wall_clock_ms())
        except BackendError:
            print_message(f"The run “{name}” was begun and is not whole: {page}")
            raise
    print_message(f"{len(metrics):,} figures were logged as the run “{name}”: {page}")
    return code


async def _attach(backend: RunBackend, run: Run, text: str) -> ExitCode:
    """Attach the page. Where the server does not take it, say so: the figures are there all the same."""
    try:
        await backend.attach(run, _FILE, text.encode(), "text/html; charset=utf-8")
    except BackendError as error:
        print_message(f"{_FILE} was not attached to the run: {str(error).rstrip('.')}. Its figures are logged")
        return ExitCode.PROBLEM
    return ExitCode.OK
