"""From options and settings to the spec of a review, and the questions it asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labeler.backends.base import Backend, Experiment, UnknownName
from labeler.cli.backend_address import backend_address
from labeler.cli.context import CliContext
from labeler.cli.destinations import experiments_named
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.options import TraceSelection
from labeler.config.asked import AskedQuestions, asked_questions, of_judge, only
from labeler.config.load import Configuration
from labeler.domain.destination import Destination
from labeler.domain.question import Question
from labeler.domain.queue import Queue
from labeler.domain.worklist import ReviewSpec


async def review_spec(context: CliContext, selection: TraceSelection, reviewer: str) -> ReviewSpec:
    """Return the spec of what was asked for. Raises `CommandFailed` where nothing was, and `UnknownName`."""
    configuration, backend = context.configuration, context.backend
    experiments = await experiments_named(backend, configuration.settings.backend.experiments)
    if selection.trace_ids:
        return spec_of(configuration, selection, reviewer, Destination(backend.uri, backend.workspace, ""))
    queue = None if selection.judge else await _asked_queue(context, experiments, reviewer)
    experiment_ids: tuple[str, ...]
    if queue is not None:
        experiment_ids, label = (queue.experiment_id,), queue.name
    elif experiments:
        experiment_ids, label = tuple(each.id for each in experiments), ", ".join(each.name for each in experiments)
    else:
        raise CommandFailed(
            ExitCode.USAGE,
            "It is not known what to review. Give --queue NAME_OR_ID, --experiment NAME_OR_ID or trace IDs, or set "
            f"backend.experiments in {configuration.paths.config_file}",
        )
    spec = spec_of(configuration, selection, reviewer, Destination(backend.uri, backend.workspace, ""))
    label = label_of(selection, label)
    return replace(spec, experiment_ids=experiment_ids, queue_id=queue.id if queue else None, label=label)


def label_of(selection: TraceSelection, label: str) -> str:
    """Return the title of a review of what is called `label`."""
    return f"{selection.judge} in {label}" if selection.judge else label


def spec_of(configuration: Configuration, selection: TraceSelection, reviewer: str, home: Destination) -> ReviewSpec:
    """Return as much of the spec as is known without the backend. It is complete where traces are named."""
    order = configuration.settings.review.order
    return ReviewSpec(
        backend_uri=home.backend_uri,
        workspace=home.workspace,
        experiment_ids=(),
        reviewer=reviewer,
        filter=selection.filter,
        order_by=(order,) if order else (),
        since=selection.since,
        limit=selection.limit,
        sample=selection.sample,
        seed=selection.seed,
        trace_ids=selection.trace_ids,
        asks=selection.asks,
        judge=selection.judge,
        label=_counted(selection.trace_ids),
        notes_local=configuration.settings.review.notes == "local",
        address=backend_address(configuration.settings.backend.uri or home.backend_uri),
    )


async def questions_at(context: CliContext, spec: ReviewSpec, of_traces: Sequence[str] = ()) -> AskedQuestions:
    """Return the questions of a review. Raises `NoQuestions`.

    `of_traces` are the experiments of the traces that it names: they get the questions that a search there would ask.
    """
    return await questions_of(context.backend, context.configuration, spec, of_traces)


async def questions_of(
    backend: Backend, configuration: Configuration, spec: ReviewSpec, of_traces: Sequence[str] = ()
) -> AskedQuestions:
    """Return what a backend and the configuration ask in a review now, as `questions_at` does."""
    of_queue: list[Question] = []
    of_experiments: list[Question] = []
    if configuration.settings.review.questions != "config" and (await backend.capabilities()).schemas:
        for experiment_id in spec.experiment_ids or of_traces:
            names = {question.name for question in of_experiments}
            schemas = await backend.schemas(experiment_id)
            of_experiments += [question for question in schemas.questions if question.name not in names]
        if spec.queue_id is not None:
            queue = await backend.queue(spec.experiment_ids[0], spec.queue_id)
            # In order of creation: a queue lists its schemas sorted by their random IDs.
            of_queue = [question for question in of_experiments if question.schema_id in queue.schema_ids]
    asked = asked_questions(configuration, of_queue, of_experiments)
    return of_judge(asked, spec.judge, configuration.settings.judges) if spec.judge else only(asked, spec.asks)


async def _asked_queue(context: CliContext, experiments: list[Experiment], reviewer: str) -> Queue | None:
    backend = context.backend
    asked = context.configuration.settings.backend.queue
    if asked is None:
        return None
    if asked.lower() != "me":
        try:
            return await backend.queue(experiments[0].id if experiments else None, asked)
        except UnknownName:
            from labeler.cli.sprint_review import queue_in_sprint

            queue = await queue_in_sprint(backend, experiments, asked, reviewer)
            if queue is None:
                raise
            return queue
    if not experiments:
        raise CommandFailed(
            ExitCode.USAGE, "Your own queue is one of an experiment: say which with --experiment NAME_OR_ID"
        )
    return await backend.my_queue(experiments[0].id, reviewer)


def _counted(trace_ids: tuple[str, ...]) -> str:
    return trace_ids[0] if len(trace_ids) == 1 else f"{len(trace_ids)} traces"
