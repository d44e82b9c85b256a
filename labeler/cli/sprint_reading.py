"""A sprint as it stands on the server, read with its progress shown; the gold answers that the lead has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar
from labeler.cli.retry import with_retries
from labeler.cli.sprint_backend import TeamContext
from labeler.cli.sprint_files import GoldFile, read_gold
from labeler.domain.clock import wall_clock_ms
from labeler.domain.question import Question
from labeler.domain.sprint import names_sprint
from labeler.domain.worklist import Query
from labeler.review.converted_values import converted
from labeler.sprint.gold import GoldAnswers
from labeler.sprint.plan import Plan
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import OnTracesRead, Snapshot, read_items, read_questions, read_traces


async def read_whole(team: TeamContext, sprint: Sprint, notify: OnTracesRead) -> Snapshot:
    """Read items, questions and the labels of all traces."""
    at_ms = wall_clock_ms()
    snapshot = await read_items(team.backend, sprint, at_ms)
    questions = await read_questions(team.backend, sprint)
    traces = await read_traces(team.backend, sprint.experiment_id, snapshot.wanted_traces, notify)
    return replace(snapshot, traces=traces, questions=questions)


async def read_with_lost_queues(team: TeamContext, sprint: Sprint) -> Snapshot:
    """Read all of a sprint, also the labels on traces that were in a queue which is gone now.

    Labels outlive their queue. Where one is gone the whole experiment is searched for them.
    """
    with ProgressBar("Reading labels") as progress:
        snapshot = await with_retries(lambda: read_whole(team, sprint, progress.show))
    if all(reviewer in snapshot.items for reviewer in sprint.plan.queues.values()):
        return snapshot
    scope = sprint.plan.scope
    traces = dict(snapshot.traces)
    async for page in team.backend.snapshot(Query((sprint.experiment_id,))):
        traces |= {each.id: each for each in page if any(names_sprint(said, scope) for said in each.assessments)}
    return replace(snapshot, traces=traces)


def read_gold_of(file: str, plan: Plan) -> GoldFile:
    """Return the gold labels of a sprint. Raises `CommandFailed` for any other file than the one it was made with."""
    gold = read_gold(file, ())
    if plan.gold is None or plan.gold.sha256 != gold.sha256:
        raise CommandFailed(
            ExitCode.USAGE, f"{file} is not the gold file that “{plan.name}” was made with (by its SHA-256)"
        )
    return gold


def gold_answers(gold: GoldFile, questions: Sequence[Question]) -> GoldAnswers:
    """Return the right answers as their questions take them: ``"yes"`` in a file is true of pass or fail."""
    by_name = {question.name: question for question in questions}
    return {
        (label.trace_id, label.name): converted(by_name[label.name], label.value)
        for _, label in gold.labels
        if label.name in by_name
    }
