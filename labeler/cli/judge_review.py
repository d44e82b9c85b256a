"""What is special about a review of a judge's verdicts: what it cannot go with, and which verdicts come first."""

from __future__ import annotations

import argparse

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.opened_review import OpenedReview
from labeler.config.load import Configuration
from labeler.delivery.listing import IsDisputed, undisputed


def check_judge(arguments: argparse.Namespace, configuration: Configuration) -> None:
    """Raise `CommandFailed` where ``--judge`` is given together with what says otherwise which traces are meant."""
    if arguments.targets:
        told = "--judge finds the traces by their verdicts, so none can be named beside it"
    elif "queue" in arguments:
        told = "--judge finds the traces of an experiment; leave --queue out"
    elif arguments.ask:
        told = "--judge asks the question that the judge answered; leave --ask out"
    elif configuration.settings.backend.uri is None:
        told = "--judge needs a backend; give --backend URI"
    elif not configuration.settings.backend.experiments:
        told = "--judge finds the traces of an experiment: say which with --experiment NAME_OR_ID"
    else:
        refuse_blind_check(arguments.judge, configuration)
        return
    raise CommandFailed(ExitCode.USAGE, told)


def refuse_blind_check(judge: str, configuration: Configuration) -> None:
    """Raise `CommandFailed` where the verdicts of a judge (empty: of none) are to be checked and hidden at once."""
    if judge and configuration.settings.review.blind:
        raise CommandFailed(
            ExitCode.USAGE,
            f"A blind review hides what judges said, so the verdicts of {judge} cannot be checked in it "
            f"(review.blind: {configuration.origin('review.blind')})",
        )


def disputes(opening: OpenedReview) -> IsDisputed:
    """Return what tells which verdicts come first, where those of a judge are reviewed."""
    judge = opening.record.spec.judge
    if not judge or not opening.asked.questions:
        return undisputed
    from labeler.review.judge_values import is_disputed

    question = opening.asked.questions[0]
    return lambda summary: is_disputed(question, judge, summary.assessments)
