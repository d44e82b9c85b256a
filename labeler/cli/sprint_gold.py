"""Gold answers of a sprint, which stay with the lead until it is closed, put on the server on request."""

from __future__ import annotations

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_message
from labeler.cli.retry import with_retries
from labeler.cli.reviewer import reviewer_at
from labeler.cli.sprint_backend import TeamContext
from labeler.cli.sprint_files import read_gold
from labeler.domain.assessment import AssessmentKind
from labeler.domain.clock import wall_clock_ms
from labeler.review.converted_values import converted
from labeler.sprint.errors import SprintError
from labeler.sprint.gold import GOLD
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import read_questions, read_traces
from labeler.sprint.role_rows import RoleRow, RowChanges, changes_for, differences_read_back, write_rows


async def gold_changes(file: str, team: TeamContext, sprint: Sprint) -> RowChanges:
    """Return what has to be written so that the server has the gold answers of a file.

    Raises `CommandFailed` for a file that the sprint was not made with.
    """
    plan = sprint.plan
    if plan.gold is None:
        raise SprintError(f"“{plan.name}” has no gold items. Nothing was changed")
    questions = await with_retries(lambda: read_questions(team.backend, sprint))
    gold = read_gold(file, questions)
    if gold.sha256 != plan.gold.sha256:
        raise CommandFailed(
            ExitCode.USAGE, f"{file} is not the gold file that “{plan.name}” was made with (by its SHA-256)"
        )
    by_name = {question.name: question for question in questions}
    rows = [
        RoleRow(
            label.trace_id,
            label.name,
            label.kind,
            converted(by_name[label.name], label.value) if label.name in by_name else label.value,
            rationale=label.rationale if label.kind is AssessmentKind.FEEDBACK else None,
        )
        for _, label in gold.labels
    ]
    traces = await with_retries(
        lambda: read_traces(team.backend, sprint.experiment_id, sorted(gold.lines), lambda done, of: None)
    )
    lead = (await reviewer_at(team.context)).id
    there = [row for row in rows if row.trace_id in traces]
    if len(there) < len(rows):
        print_message(f"{len(rows) - len(there):,} gold answers are about traces that were deleted: they are left out.")
    return changes_for(there, GOLD, plan.slug, lead, wall_clock_ms(), traces)


async def put_gold(team: TeamContext, sprint: Sprint, changes: RowChanges) -> bool:
    """Write gold answers to the server and read them back. Return whether they are there as they were written."""
    with ProgressBar("Writing gold answers") as progress:
        await with_retries(lambda: write_rows(team.backend, changes, progress.show))
        problems = await with_retries(
            lambda: differences_read_back(team.backend, sprint.experiment_id, changes, progress.show)
        )
    for problem in problems:
        print_message(f"{problem}.")
    return not problems
