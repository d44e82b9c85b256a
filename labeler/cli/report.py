"""Say how far people agree, and judges with them: of any labels by two people or more."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Collection

from labeler import __version__
from labeler.agreement.counted_labels import CountedLabels, WasBlind, count_labels, reviewer_key
from labeler.agreement.judge_examples import Examples
from labeler.agreement.report import agreement_report
from labeler.cli.exit_code import CommandFailed, ExitCode, gravest
from labeler.cli.file_labels import labels_of_files
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.report_output import check_output, write_report
from labeler.cli.report_run import check_run, log_run
from labeler.cli.reported_labels import ReportedLabels, labels_of_journal, question_of
from labeler.cli.server_labels import labels_of_server
from labeler.cli.sprint_report import labels_of_sprint, part_apart
from labeler.domain.assessment import SourceType
from labeler.reports.figure_words import counted
from labeler.reports.report import Report
from labeler.reports.threshold import NoThreshold, Threshold, failures, parse_threshold
from labeler.review.judge_values import judged_value
from labeler.sprint.counting import parts_of


def run(arguments: argparse.Namespace) -> ExitCode:
    """Read the labels, compute the figures, write them, and hold them to what was asked for."""
    thresholds = [_threshold(text) for text in arguments.fail_under or ()]
    check_output(arguments.format, arguments.output)
    if arguments.log_run:
        check_run(arguments)
    report, code = _report(arguments, _labels(arguments), [each.question for each in thresholds])
    if report.sprint is None or report.sprint.calibration is None or report.figures.counted.labels:
        _tell_where_nothing_can_be_compared(report.figures.counted)
    write_report(report, arguments.format, arguments.output)
    failed = [sentence for threshold in thresholds for sentence in failures(report, threshold)]
    for sentence in failed:
        print_message(f"{sentence}.")
    if failed:
        code = gravest(code, ExitCode.PROBLEM)
    if arguments.log_run:
        code = gravest(code, asyncio.run(log_run(report, arguments)))
    return code


def _threshold(text: str) -> Threshold:
    try:
        return parse_threshold(text)
    except NoThreshold as error:
        raise CommandFailed(ExitCode.USAGE, f"--fail-under: {error}") from None


def _labels(arguments: argparse.Namespace) -> ReportedLabels:
    if arguments.sprint is not None:
        _refuse_beside("--sprint", arguments, ("files", "local", "offline", "queue", "filter", "since"))
        return asyncio.run(labels_of_sprint(arguments))
    if arguments.gold is not None:
        raise CommandFailed(ExitCode.USAGE, "--gold has the gold labels of a sprint: name it with --sprint")
    if arguments.files:
        _refuse_beside("files", arguments, ("local", "offline", "backend", "experiments", "queue", "filter", "since"))
        return labels_of_files(arguments)
    if arguments.local:
        _refuse_beside("--local", arguments, ("offline", "queue", "filter", "since"))
        return asyncio.run(labels_of_journal(arguments))
    return asyncio.run(labels_of_server(arguments))


def _refuse_beside(chosen: str, arguments: argparse.Namespace, others: Collection[str]) -> None:
    """Raise `CommandFailed` where an option was typed that would say nothing beside what was chosen."""
    for name in others:
        if getattr(arguments, name, None):
            option = {"experiments": "--experiment", "files": "files"}.get(name, f"--{name}")
            raise CommandFailed(ExitCode.USAGE, f"Give either {chosen} or {option}: it says nothing beside the other")


def _report(arguments: argparse.Namespace, found: ReportedLabels, needed: Collection[str]) -> tuple[Report, ExitCode]:
    """Return the report and what the reading ended with. `needed` are questions that must be in it."""
    asked = _asked(arguments.ask or (), found)
    if missing := [name for name in needed if name not in asked]:
        raise CommandFailed(ExitCode.USAGE, f"--fail-under: there are no labels of “{missing[0]}” in this report")
    said = [each for each in found.assessments if question_of(each, found.judges) in asked]
    without = arguments.without or ()
    blind = (WasBlind.TRUE,) if arguments.blind_only else tuple(WasBlind)
    parts = None
    if found.sprint is None:
        labels = count_labels(said, without=without, blind=blind)
    else:
        parts = parts_of(found.sprint.snapshot, said, found.sprint.gold_items, without=without, blind=blind)
        labels = parts.compared
    _check_left_out(arguments.without or (), found)
    questions = [each for each in found.questions if each.name in asked]
    with ProgressBar("Computing figures") as progress:
        figures = agreement_report(
            labels,
            questions,
            judged_value,
            judges=found.judges,
            examples=Examples(arguments.show, found.requests),
            progress=progress.show,
        )
        apart = None
        if found.sprint is not None and parts is not None:
            apart = part_apart(found.sprint, parts, questions, progress.show)
    return Report(figures, found.source, found.at_ms, __version__, found.requests, found.pages, apart), found.code


def _asked(names: Collection[str], found: ReportedLabels) -> Collection[str]:
    """Return the names to report. Raises `CommandFailed` for one that is none."""
    known = {question_of(each, found.judges) for each in found.assessments} | {each.name for each in found.questions}
    for name in names:
        if name not in known:
            there = f"There are: {', '.join(sorted(known))}" if known else "There are no labels"
            raise CommandFailed(ExitCode.USAGE, f"No question is called “{name}” here. {there}")
    return names or known


def _check_left_out(reviewers: Collection[str], found: ReportedLabels) -> None:
    """Raise `CommandFailed` where somebody is to be left out who is not there, as after a slip of the finger."""
    there = {reviewer_key(each.source.id) for each in found.assessments if each.source.type is SourceType.HUMAN}
    for reviewer in reviewers:
        if reviewer_key(reviewer) not in there:
            raise CommandFailed(ExitCode.USAGE, f"{reviewer} has no labels here: nobody was to be left out by that ID")


def _tell_where_nothing_can_be_compared(labels: CountedLabels) -> None:
    people = {label.reviewer: 0 for label in labels.labels}
    for label in labels.labels:
        people[label.reviewer] += 1
    if len(people) > 1:
        return
    said = [f"{counted(number, 'label')} of one person only, {who}" for who, number in people.items()]
    left_out = sum(sum(by.values()) for by in labels.left_out.values())
    beside = f"; {left_out:,} do not count, the report says why" if left_out else ""
    print_message(f"{said[0] if said else 'No labels'}{beside}. Agreement needs labels of two people.")
