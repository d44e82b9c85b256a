"""From the options of a command to a review that can be opened: which traces, whose labels, which questions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cli.context import CliContext
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.named_lookup import find_named
from labeler.cli.opened_review import OpenedReview
from labeler.cli.options import TraceSelection
from labeler.cli.remembered_review import open_remembered
from labeler.cli.review_spec import label_of, questions_at, review_spec, spec_of
from labeler.cli.reviewer import ask_reviewer, known_reviewer, remember_reviewer
from labeler.cli.sprint_review import NotInSprint, choose_reviewer, in_its_sprint
from labeler.config.identity import SAID, Reviewer
from labeler.desk.open_desk import remember_questions
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.destination import Destination
from labeler.domain.queue import Queue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.models import ReviewRecord


async def open_asked(context: CliContext, selection: TraceSelection) -> OpenedReview:
    """Open the review that was asked for; without a network, as it was left. Raises what the backend raises."""
    try:
        return await _open_online(context, selection)
    except (Unreachable, Ambiguous) as error:
        known = await _find_known(context, selection)
        if known is None:
            raise
        opening = await open_remembered(known, context.journal)
        if opening is None:
            raise error
        return opening


async def open_spec(context: CliContext, spec: ReviewSpec, of_traces: Sequence[str] = ()) -> OpenedReview:
    """Open the review of a spec, reading its questions anew. `of_traces`: the experiments of the traces it names."""
    journal = context.journal
    if spec.queue_id is not None:
        spec = await in_its_sprint(context.backend, spec, journal)
    asked = await questions_at(context, spec, of_traces)
    record = await journal.run(journal.reviews.begin, spec, wall_clock_ms())
    await remember_questions(record, asked.questions, journal)
    return OpenedReview(record, asked)


async def check_membership(backend: Backend, spec: ReviewSpec, reviewer: Reviewer) -> None:
    """Raise `CommandFailed` when the queue is for other reviewers."""
    if spec.queue_id is None:
        return
    queue = await backend.queue(spec.experiment_ids[0] if spec.experiment_ids else None, spec.queue_id)
    if not is_member(queue, reviewer.id):
        raise CommandFailed(
            ExitCode.USAGE,
            f"The queue “{queue.name}” is for {', '.join(queue.users)}. You are {reviewer.id} ({reviewer.origin}). "
            "Nothing was changed. Give --reviewer ID if that is not you, or have the queue's owner add you in MLflow.",
        )


def is_member(queue: Queue, reviewer: str) -> bool:
    """Return whether the reviewer may work on the queue. A queue without users is for everybody."""
    return not queue.users or any(same_reviewer(user, reviewer) for user in queue.users)


async def _open_online(context: CliContext, selection: TraceSelection) -> OpenedReview:
    backend, journal = context.backend, context.journal
    await backend.capabilities()
    reviewer = await known_reviewer(context) or Reviewer(ask_reviewer(), SAID)
    await remember_reviewer(journal, backend.uri, reviewer)
    try:
        spec = await review_spec(context, selection, reviewer.id)
    except NotInSprint as stranger:
        reviewer = Reviewer(choose_reviewer(stranger), SAID)
        if context.configuration.settings.reviewer is None:
            await remember_reviewer(journal, backend.uri, reviewer)
        spec = await review_spec(context, selection, reviewer.id)
    await check_membership(backend, spec, reviewer)
    if not spec.trace_ids:
        return await open_spec(context, spec)
    known = await journal.run(journal.reviews.find, backend.uri, backend.workspace, reviewer.id, _same_words(spec))
    items = [] if known is None else await journal.run(journal.reviews.items, known.id)
    named = await find_named(backend, spec.trace_ids, {item.trace_id: item.experiment_id for item in items})
    return replace(await open_spec(context, spec, named.experiment_ids), named=named)


def _same_words(spec: ReviewSpec) -> Callable[[ReviewSpec], bool]:
    """Return what tells whether a review is about what `spec` is, whatever its queue and experiments are called."""

    def words(of: ReviewSpec) -> tuple[object, ...]:
        return (of.filter, of.order_by, of.since, of.limit, of.sample, of.seed, of.trace_ids, of.asks, of.judge)

    return lambda other: words(other) == words(spec)


async def _find_known(context: CliContext, selection: TraceSelection) -> ReviewRecord | None:
    """Find the earlier review that this one would be, as far as names tell."""
    backend, journal, settings = context.backend, context.journal, context.configuration.settings
    reviewer = settings.reviewer
    if reviewer is None:
        remembered = await journal.run(journal.remembered.reviewer, backend.uri)
        reviewer = remembered[0] if remembered else None
    if reviewer is None:
        return None
    home = Destination(backend.uri, backend.workspace, "")
    is_same = _same_words(spec_of(context.configuration, selection, reviewer, home))
    experiments = ", ".join(settings.backend.experiments)
    label = label_of(selection, experiments) if selection.judge else settings.backend.queue or experiments
    return await journal.run(
        journal.reviews.find,
        backend.uri,
        backend.workspace,
        reviewer,
        lambda spec: is_same(spec) and (bool(spec.trace_ids) or spec.label == label),
    )
