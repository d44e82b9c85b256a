"""From what was asked for to a review that can be opened: who, what, which questions."""

from __future__ import annotations

import time
from dataclasses import dataclass

from labeler.backends.base import Ambiguous, Backend, Unreachable
from labeler.cli.context import known_reviewer, questions_at, review_spec
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.options import TraceSelection
from labeler.cli.output import print_message
from labeler.cli.reviewer_prompt import ask_reviewer
from labeler.config.asked import AskedQuestions
from labeler.config.identity import Reviewer
from labeler.config.load import Configuration
from labeler.desk.open_desk import remember_questions, remembered_questions
from labeler.domain.assessment import same_reviewer
from labeler.domain.queue import Queue
from labeler.domain.worklist import ReviewSpec
from labeler.journal.journal import Journal
from labeler.journal.models import ReviewRecord
from labeler.journal.thread import JournalThread


@dataclass(frozen=True, slots=True)
class OpenedReview:
    """A review about to be shown."""

    record: ReviewRecord
    asked: AskedQuestions


async def open_asked(
    backend: Backend, configuration: Configuration, selection: TraceSelection, journal: JournalThread
) -> OpenedReview:
    """The review that was asked for. Without a network, the same as it was left. Raises what the backend raises."""
    try:
        return await _open_online(backend, configuration, selection, journal)
    except (Unreachable, Ambiguous) as error:
        known = await _find_known(backend, configuration, selection, journal)
        if known is None:
            raise
        opening = await open_remembered(known, configuration, journal)
        if opening is None:
            raise error
        return opening


async def open_remembered(
    record: ReviewRecord, configuration: Configuration, journal: JournalThread
) -> OpenedReview | None:
    """A review as it was left, asked without a network; None when it was never begun with one."""
    questions = await remembered_questions(record, journal)
    if questions is None:
        return None
    record = await journal.run(Journal.begin_review, record.spec, _now_ms())
    return OpenedReview(record, AskedQuestions(questions, "the last time"))


async def open_spec(
    backend: Backend, spec: ReviewSpec, configuration: Configuration, journal: JournalThread
) -> OpenedReview:
    """The review of a spec, its questions read anew."""
    asked = await questions_at(backend, configuration, spec)
    record = await journal.run(Journal.begin_review, spec, _now_ms())
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


def announce(opening: OpenedReview) -> None:
    """Say in one line what is reviewed, as whom, and what is asked."""
    spec, asked = opening.record.spec, opening.asked
    names = ", ".join(question.name for question in asked.questions)
    print_message(f"{spec.label}, as {spec.reviewer}. Asked (from {asked.origin}): {names}")


def is_member(queue: Queue, reviewer: str) -> bool:
    """Whether the reviewer may work on the queue; one without users is for everybody."""
    return not queue.users or any(same_reviewer(user, reviewer) for user in queue.users)


async def _open_online(
    backend: Backend, configuration: Configuration, selection: TraceSelection, journal: JournalThread
) -> OpenedReview:
    await backend.capabilities()
    reviewer = await known_reviewer(backend, configuration, journal) or Reviewer(ask_reviewer(), "what you said")
    await journal.run(Journal.remember_reviewer, backend.uri, reviewer.id, reviewer.origin)
    spec = await review_spec(backend, configuration, selection, reviewer.id)
    await check_membership(backend, spec, reviewer)
    return await open_spec(backend, spec, configuration, journal)


async def _find_known(
    backend: Backend, configuration: Configuration, selection: TraceSelection, journal: JournalThread
) -> ReviewRecord | None:
    """The review opened earlier that this one would be, as far as names tell."""
    settings = configuration.settings
    reviewer = settings.reviewer
    if reviewer is None:
        remembered = await journal.run(Journal.remembered_reviewer, backend.uri)
        reviewer = remembered[0] if remembered else None
    if reviewer is None:
        return None
    if selection.trace_ids:
        return await journal.run(Journal.find_review_of, backend.uri, backend.workspace, reviewer, selection.trace_ids)
    label = settings.backend.queue or ", ".join(settings.backend.experiments)
    return await journal.run(Journal.find_review, backend.uri, backend.workspace, reviewer, label)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
