"""A report to stdout, or to a file or a directory that somebody named."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import print_message
from labeler.cli.stdout import write_out
from labeler.cli.styled_output import plain, print_lines
from labeler.cli.whole_file import path_to_write, write_whole
from labeler.labels.exact_json import exact_json
from labeler.reports.csv_view import report_as_tables
from labeler.reports.json_view import report_as_json
from labeler.reports.markdown_view import report_as_markdown
from labeler.reports.report import Report
from labeler.reports.terminal_view import terminal_lines
from labeler.storage.home_directory import expand

STDOUT: Final = "-"

_FOR_PAGES: Final = ("jinja2", "pygal")
"""What the extra ``report`` installs."""


def check_output(format: str, output: str) -> None:
    """Raise `CommandFailed` where a report of this format cannot go there, before anything is read for it."""
    if format == "html":
        check_pages("W")
    if format == "csv":
        if output == STDOUT:
            raise CommandFailed(ExitCode.USAGE, "CSV is several files: name a directory for them, -o DIR")
        directory = expand(output)
        if directory.exists() and not directory.is_dir():
            raise CommandFailed(ExitCode.USAGE, f"{output} is a file, and CSV is several: name a directory, -o DIR")
        path_to_write(f"{output}/labels.csv" if directory.is_dir() else f"{output.rstrip('/')}.csv")
    elif output != STDOUT:
        path_to_write(output)


def check_pages(beginning: str) -> None:
    """Raise `CommandFailed` where no HTML page can be made. `beginning` is the beginning of the sentence about that."""
    if not all(map(find_spec, _FOR_PAGES)):
        raise CommandFailed(
            ExitCode.USAGE, f"{beginning}hat makes HTML pages is not installed: pip install 'trace-labeler[report]'"
        )


def write_report(report: Report, format: str, output: str) -> None:
    """Write a report. Raises `CommandFailed`."""
    if format == "terminal" and output == STDOUT:
        print_lines(terminal_lines(report))
        return
    try:
        if format == "csv":
            _write_tables(report, expand(output))
            return
        text = _text(report, format)
        if output == STDOUT:
            write_out(text)
            return
        write_whole(path_to_write(output), text)
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{output} cannot be written ({error.strerror or error})") from error
    print_message(f"The report was written to {output}.")


def _text(report: Report, format: str) -> str:
    if format == "json":
        return exact_json(report_as_json(report)) + "\n"
    if format == "md":
        return report_as_markdown(report)
    if format == "html":
        from labeler.reports.html_view import report_as_html

        return report_as_html(report)
    return "".join(f"{plain(line)}\n" for line in terminal_lines(report))


def _write_tables(report: Report, directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    tables = report_as_tables(report.figures, report.sprint)
    for name, text in tables.items():
        write_whole(directory / name, text)
    print_message(f"{', '.join(tables)} were written to {directory}.")
