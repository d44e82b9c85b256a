"""The labels of a sprint for a report: read from its queues, with calibration and gold items apart."""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence

from labeler.agreement.counted_labels import CountedLabel
from labeler.agreement.report import agreement_report
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.reported_labels import ReportedLabels, SprintReading, question_of
from labeler.cli.sprint_backend import sprint_named, team_context
from labeler.cli.sprint_reading import gold_answers, read_gold_of, read_with_lost_queues
from labeler.domain.question import Question
from labeler.domain.web_address import web_address
from labeler.reports.report import ReportSource
from labeler.reports.sprint_part import ReviewerGold, SprintPart
from labeler.review.judge_values import judged_value
from labeler.sprint.assignment import everybodys_items
from labeler.sprint.counting import SprintParts
from labeler.sprint.gold import gold_on_server, gold_score
from labeler.sprint.plan import SprintState
from labeler.sprint.reading import Snapshot


async def labels_of_sprint(arguments: argparse.Namespace) -> ReportedLabels:
    """Read the labels of a sprint. Raises `CommandFailed`, `SprintError` and what the backend raises."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.sprint)
        snapshot = await read_with_lost_queues(team, sprint)
        experiment = await team.backend.experiment(sprint.experiment_id)
        uri, workspace = team.backend.uri, team.backend.workspace
        judges = team.context.configuration.settings.judges
    names = {each.name for each in sprint.plan.questions}
    traces = snapshot.traces.values()
    said = [assessment for trace in traces for assessment in trace.assessments]
    pages = {each.id: web_address(uri, workspace, sprint.experiment_id, each.id) for each in traces}
    place = f"the sprint “{sprint.plan.name}” in {experiment.name} at {uri}"
    return ReportedLabels(
        source=ReportSource(place, uri, (sprint.experiment_id,), sprint=sprint.plan.name),
        assessments=[each for each in said if question_of(each, judges) in names],
        questions=list(snapshot.questions),
        judges=judges,
        at_ms=snapshot.at_ms,
        requests={each.id: each.request_preview for each in traces if each.request_preview},
        pages={trace: page for trace, page in pages.items() if page is not None},
        sprint=with_gold(snapshot, arguments.gold),
    )


def with_gold(snapshot: Snapshot, file: str | None) -> SprintReading:
    """Return what was read with its gold items: those of the lead's file, else as far as the server tells.

    Raises `CommandFailed` where it is not known which items are gold: they may not be mixed with the others.
    """
    plan = snapshot.sprint.plan
    if file is not None:
        gold = read_gold_of(file, plan)
        return SprintReading(snapshot, frozenset(gold.lines), gold_answers(gold, snapshot.questions))
    if plan.gold is None:
        return SprintReading(snapshot, frozenset(), {})
    written = gold_on_server(snapshot, judged_value)
    if len({trace for trace, _ in written}) == plan.gold.count:
        return SprintReading(snapshot, frozenset(trace for trace, _ in written), written)
    if plan.state is SprintState.CALIBRATING:
        return SprintReading(snapshot, frozenset(), {})
    found = everybodys_items(snapshot.placed, plan.overlap, plan.calibration, list(plan.active_queues))
    items = frozenset(found or ()) - set(plan.calibration)
    if len(items) != plan.gold.count:
        raise CommandFailed(
            ExitCode.USAGE,
            f"Which {plan.gold.count} items of “{plan.name}” are gold cannot be told from its queues: give --gold "
            "FILE.jsonl, with which the sprint was made. Gold items are no part of the agreement",
        )
    return SprintReading(snapshot, items, {})


def part_apart(
    reading: SprintReading, parts: SprintParts, questions: Sequence[Question], progress: Callable[[int, int], None]
) -> SprintPart:
    """Compute what a report says of a sprint beside its figures: calibration, gold, and labels from outside."""
    plan = reading.snapshot.sprint.plan
    is_calibrated = bool(plan.calibration)
    return SprintPart(
        name=plan.name,
        slug=plan.slug,
        state=plan.state.value,
        calibration_items=len(plan.calibration),
        calibration=agreement_report(parts.calibration, questions, judged_value, progress=progress)
        if is_calibrated
        else None,
        gold_items=None if plan.gold is None else plan.gold.count,
        gold=_gold(reading, parts, questions),
        outside=parts.outside,
        missing_traces=tuple(reading.snapshot.missing_traces),
    )


def _gold(reading: SprintReading, parts: SprintParts, questions: Sequence[Question]) -> tuple[ReviewerGold, ...] | None:
    """Return how many gold items each reviewer got right, None where the answers are not known here."""
    if not reading.gold:
        return None
    by_reviewer: dict[str, list[CountedLabel]] = defaultdict(list)
    for label in parts.gold.labels:
        by_reviewer[label.reviewer].append(label)
    scores = {who: gold_score(labels, reading.gold, questions, judged_value) for who, labels in by_reviewer.items()}
    return tuple(ReviewerGold(who, score.right, score.of) for who, score in sorted(scores.items()) if score is not None)
