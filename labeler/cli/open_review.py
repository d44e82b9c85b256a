"""From the options of a command to a review that can be opened: which traces, whose labels, which questions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cli.context import CliContext
from labeler.cli.continue_review import open_remembered
from labeler.cli.destinations import experiments_named
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.named_traces import Unfound, listed
from labeler.cli.opened_review import OpenedReview
from labeler.cli.options import TraceSelection
from labeler.cli.output import Progress, print_message
from labeler.cli.retry import with_retries
from labeler.cli.review_spec import questions_at, review_spec
from labeler.cli.reviewer import ask_reviewer, known_reviewer, remember_reviewer
from labeler.config.identity import SAID, Reviewer
from labeler.config.problems import SettingSource
from labeler.delivery.listing import ListedTrace
from labeler.desk.desk import Desk
from labeler.desk.open_desk import remember_questions
from labeler.domain.assessment import same_reviewer
from labeler.domain.clock import wall_clock_ms
from labeler.domain.queue import Queue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.models import ReviewRecord

_ASKED_AT_ONCE: Final = 100


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


async def open_spec(context: CliContext, spec: ReviewSpec) -> OpenedReview:
    """Open the review of a spec, reading its questions anew."""
    journal = context.journal
    asked = await questions_at(context, spec)
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
    spec = await review_spec(context, selection, reviewer.id)
    await check_membership(backend, spec, reviewer)
    return await open_spec(context, spec)


async def _find_known(context: CliContext, selection: TraceSelection) -> ReviewRecord | None:
    """Find the earlier review that this one would be, as far as names tell."""
    backend, journal, settings = context.backend, context.journal, context.configuration.settings
    reviewer = settings.reviewer
    if reviewer is None:
        remembered = await journal.run(journal.remembered.reviewer, backend.uri)
        reviewer = remembered[0] if remembered else None
    if reviewer is None:
        return None
    if selection.trace_ids:
        return await journal.run(journal.reviews.find_of, backend.uri, backend.workspace, reviewer, selection.trace_ids)
    label = settings.backend.queue or ", ".join(settings.backend.experiments)
    return await journal.run(journal.reviews.find, backend.uri, backend.workspace, reviewer, label)


async def look_for(context: CliContext, trace_ids: Sequence[str], desk: Desk) -> Unfound:
    """Take the named traces into a review, and return those that cannot be had.

    Raises what the backend raises; `Unreachable` and `Ambiguous` only where none of the traces is known.
    """
    backend = context.backend
    unknown = [each for each in trace_ids if each not in desk.state.index_of]
    found: dict[str, str] = {each.trace_id: each.experiment_id for each in desk.state.items}
    asked, why = 0, ""
    try:
        with Progress("Looking for traces") as progress:
            for start in range(0, len(unknown), _ASKED_AT_ONCE):
                summaries = await with_retries(partial(backend.summaries, unknown[start : start + _ASKED_AT_ONCE]))
                found |= {each.id: each.experiment_id for each in summaries}
                if desk.record.spec.sample is None:
                    await desk.take_in([ListedTrace(each) for each in summaries], only_unlabelled=False)
                asked = min(start + _ASKED_AT_ONCE, len(unknown))
                progress.show(asked, len(unknown))
        await _tell_strangers(context, [(each, found[each]) for each in trace_ids if each in found])
    except (Unreachable, Ambiguous) as error:
        if not desk.state.items:
            raise
        why = str(error)
    nowhere = tuple(each for each in unknown[:asked] if each not in found)
    return Unfound(backend.uri, backend.workspace, nowhere, tuple(unknown[asked:]), why)


async def _tell_strangers(context: CliContext, found: Sequence[tuple[str, str]]) -> None:
    """Say which traces are not of the experiments typed with -e. `found` pairs trace IDs with their experiments."""
    configuration = context.configuration
    if configuration.origin("backend.experiments").source is not SettingSource.FLAG:
        return
    names = configuration.settings.backend.experiments
    expected = {experiment.id: experiment.name for experiment in await experiments_named(context.backend, names)}
    if strangers := [f"{trace_id} (experiment {its})" for trace_id, its in found if its not in expected]:
        print_message(f"Taken as named, though not of {', '.join(expected.values())}: {listed(strangers)}.")
