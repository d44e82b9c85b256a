"""`labeler report --sprint NAME --log-run`: the report as a run of the sprint's experiment, for MLflow's own charts."""

from __future__ import annotations

import argparse
from typing import Final

from labeler.backends.base import Ambiguous, BackendError
from labeler.backends.runs import Run, RunBackend
from labeler.cli.context import configure
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.report_output import check_pages
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import team_context
from labeler.config.backend_uri import BackendKind, backend_kind
from labeler.domain.clock import wall_clock_ms
from labeler.domain.web_address import run_address
from labeler.reports.metrics_view import report_as_metrics
from labeler.reports.report import Report

_FILE: Final = "report.html"

_NARROWING: Final = ("ask", "without", "blind_only")
"""Options after which a report is not that of the whole sprint."""


def check_run(arguments: argparse.Namespace) -> None:
    """Raise `CommandFailed` where no run can be logged, before anything is read for it."""
    if arguments.sprint is None:
        raise CommandFailed(ExitCode.USAGE, "--log-run logs the report of a sprint: name it with --sprint")
    check_pages("--log-run attaches the report as a page: w")
    uri = configure(arguments).settings.backend.uri
    if uri is not None and backend_kind(uri) is BackendKind.LOCAL:
        raise CommandFailed(ExitCode.USAGE, f"--log-run: an MLflow server keeps runs, and {uri} does not")


async def log_run(report: Report, arguments: argparse.Namespace) -> ExitCode:
    """Log the figures of a sprint's report as metrics of a new run, with the page as its file.

    Raises `CommandFailed` and what the backend raises.
    """
    from labeler.reports.html_view import report_as_html

    assert report.sprint is not None
    name, metrics, page = f"{report.sprint.name} report", report_as_metrics(report), report_as_html(report)
    tags = {"labeler.sprint": report.sprint.slug, "labeler.version": report.version, **_narrowed(arguments)}
    async with team_context(arguments) as team:
        backend = team.backend
        assert isinstance(backend, RunBackend), "every backend but the embedded store keeps runs"
        [experiment_id] = report.source.experiments
        try:
            run = await backend.create_run(experiment_id, name, tags, wall_clock_ms())
        except Ambiguous as error:
            raise CommandFailed(
                ExitCode.WAITING,
                f"{str(error).rstrip('.')}. It is not known whether the run “{name}” was made; look for it before you "
                "log another",
            ) from error
        where = run_address(team.backend.uri, team.backend.workspace, experiment_id, run.id) or run.id
        try:
            await with_retries(lambda: backend.log_metrics(run.id, metrics, wall_clock_ms()))
            code = await _attach(backend, run, page)
            await with_retries(lambda: backend.end_run(run.id, wall_clock_ms()))
        except BaseException:
            print_message(f"The run “{name}” was begun and is not whole: {where}")
            raise
    print_message(f"{len(metrics):,} figures were logged as the run “{name}”: {where}")
    return code


def _narrowed(arguments: argparse.Namespace) -> dict[str, str]:
    """Return tags that tell a report of a part of the sprint from one of the whole."""
    given = {name: getattr(arguments, name) for name in _NARROWING}
    words = {name: ", ".join(value) if isinstance(value, list) else "true" for name, value in given.items() if value}
    return {f"labeler.report.{name}": text for name, text in words.items()}


async def _attach(backend: RunBackend, run: Run, text: str) -> ExitCode:
    """Attach the page. Where the server does not take it, say so: the figures are there all the same."""
    try:
        await with_retries(lambda: backend.attach(run, _FILE, text.encode(), "text/html; charset=utf-8"))
    except BackendError as error:
        print_message(f"{_FILE} was not attached to the run: {str(error).rstrip('.')}. Its figures are logged")
        return ExitCode.PROBLEM
    return ExitCode.OK
