"""Compares what the backend has now with what it once acknowledged, and says how to resolve each difference.

"Delivered" is what the backend says last. It may have been restored from an older backup, and people may have changed,
deleted or overridden answers there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from labeler.backends.base import Backend, MissingTarget, MissingTrace
from labeler.delivery import advice
from labeler.delivery.echo_check import differences
from labeler.delivery.queue_notes import note_on, somebody_else
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, SourceType, same_reviewer
from labeler.domain.destination import Destination
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.value_words import short_json
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState, Lost, StandingAnswer, TakenBack

_TRACES_A_PAGE: Final = 100
_SHOWN: Final = 60
"""Characters shown of a value."""

There = Mapping[str, Sequence[Assessment]]
"""The assessments that the backend has, by trace, without traces that it does not have."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that is not at the backend as it was delivered; `advice` says what to do about it.

    `kind` is ``missing``, ``duplicate``, ``second``, ``changed``, ``superseded`` or ``status``. `assessment_id` names
    the answer of ours; of a ``second``, the other one; of a ``status``, nothing. `by` is who superseded it, gave the
    second or holds the item.
    """

    kind: str
    assessment_id: str | None
    trace_id: str
    by: str | None
    advice: str


@dataclass(frozen=True, slots=True)
class Resendable:
    """Something that can be sent again; `what` describes it for people."""

    trace_id: str
    what: str
    lost: Lost


@dataclass(slots=True)
class Verification:
    """The result: `checked` acknowledged answers, of which `ok` are as they should be."""

    checked: int
    ok: int = 0
    problems: list[Mismatch] = field(default_factory=list)
    resendable: list[Resendable] = field(default_factory=list)
    left_behind: set[tuple[Destination, str]] = field(default_factory=set)
    """Traces with a lost answer that cannot be sent again now."""

    @property
    def is_mended_by_resending(self) -> bool:
        """Whether all problems are solved once what can be sent again has been delivered."""
        return all(problem.advice in advice.BY_RESENDING for problem in self.problems)


@dataclass(frozen=True, slots=True)
class _Record:
    """What the journal says was done at the backend; answers and retractions by trace.

    `underway` holds the IDs whose deletion is not acknowledged yet, `settled` those superseded or retracted here.
    """

    answers: Mapping[str, Sequence[StandingAnswer]]
    taken_back: Mapping[str, Sequence[TakenBack]]
    underway: frozenset[str]
    settled: frozenset[str]
    items: Sequence[Delivery]


async def verify(
    journal: AsyncJournal,
    backend: Backend,
    destinations: Sequence[Destination],
    show_progress: Callable[[int, int], None],
) -> Verification:
    """Compare everything that was acknowledged at `destinations` with what the backend has. Change nothing.

    `show_progress` is called with the number of traces read and their total. Raises what the backend raises.
    """
    record = await _read_journal(journal, destinations)
    there = await _read_backend(backend, record, show_progress)
    answers = [answer for on_trace in record.answers.values() for answer in on_trace]
    found = Verification(len(answers))
    for answer in answers:
        problems = list(_compare(answer, there, record, found))
        forms = await _earlier_forms(journal, answer, problems)
        problems = [_lost_change(answer, each, forms, there, found) for each in problems]
        found.ok += not problems
        found.problems += problems
    superseding = {problem.trace_id for problem in found.problems if problem.advice == advice.TAKE_BACK_AGAIN}
    for trace_id in record.taken_back:
        found.problems += _came_back(
            trace_id, there.get(trace_id, ()), record, found, is_superseding=trace_id in superseding
        )
    if record.items and (await backend.capabilities()).queues:
        found.problems += await _compare_items(backend, record.items, found)
    return found


async def _read_journal(journal: AsyncJournal, destinations: Sequence[Destination]) -> _Record:
    answers: defaultdict[str, list[StandingAnswer]] = defaultdict(list)
    for answer in await journal.run(journal.queries.standing, destinations):
        if answer.state is DeliveryState.DELIVERED:
            answers[answer.assessment.trace_id].append(answer)
    taken_back: defaultdict[str, list[TakenBack]] = defaultdict(list)
    for each in await journal.run(journal.resending.taken_back, destinations):
        taken_back[each.trace_id].append(each)
    waiting = await journal.run(journal.queries.deliveries, destinations)
    return _Record(
        answers=answers,
        taken_back=taken_back,
        underway=frozenset(each.assessment_id or "" for each in waiting if each.op is DeliveryOp.DELETE),
        settled=frozenset(await journal.run(journal.changes.settled_ids, destinations)),
        items=await journal.run(journal.resending.left_items, destinations),
    )


async def _read_backend(backend: Backend, record: _Record, show_progress: Callable[[int, int], None]) -> There:
    trace_ids = list(dict.fromkeys([*record.answers, *record.taken_back]))
    there: dict[str, Sequence[Assessment]] = {}
    for start in range(0, len(trace_ids), _TRACES_A_PAGE):
        page = trace_ids[start : start + _TRACES_A_PAGE]
        for summary in await backend.summaries(page):
            is_readable = bool(summary.experiment_id)
            there[summary.id] = summary.assessments if is_readable else await _one_by_one(backend, summary.id, record)
        show_progress(start + len(page), len(trace_ids))
    return there


async def _one_by_one(backend: Backend, trace_id: str, record: _Record) -> Sequence[Assessment]:
    """Read the reviewer's assessments of a trace whose listing cannot be read."""
    ids = [answer.stored_id for answer in record.answers.get(trace_id, ())]
    try:
        found = [await backend.find(trace_id, each) for each in ids]
    except MissingTrace:
        return ()
    return [each for each in found if each is not None]


def _compare(answer: StandingAnswer, there: There, record: _Record, found: Verification) -> Iterator[Mismatch]:
    sent, trace_id = answer.assessment, answer.assessment.trace_id
    on_trace = there.get(trace_id, ())
    copies = [
        each for each in on_trace if each.id == answer.stored_id or each.metadata.get(answer_metadata.ID) == sent.id
    ]
    stored = next((each for each in copies if each.id == answer.stored_id), None)
    others = [each for each in _seconds(answer, on_trace, record) if each not in copies]
    if stored is None:
        unknown = [each for each in others if each.id not in record.settled]
        if trace_id not in there or unknown:
            found.left_behind.add((answer.destination, trace_id))
            told = advice.trace_gone() if trace_id not in there else advice.given_elsewhere(trace_id, unknown[0].id)
        else:
            told = advice.RESEND
            lost = Lost(answer.delivery_id, frozenset(each.id for each in on_trace))
            found.resendable.append(Resendable(trace_id, f"{sent.name}: {short_json(sent.value, _SHOWN)}", lost))
        yield Mismatch("missing", sent.id, trace_id, None, told)
        others = unknown
    elif len(copies) > 1:
        surplus = [each.id for each in copies if each is not stored]
        yield Mismatch("duplicate", sent.id, trace_id, None, advice.duplicate(stored.id, surplus))
    if stored is not None and not stored.valid:
        yield _superseded(answer, stored, on_trace, record)
        return
    if stored is not None and (wrong := differences(sent, stored)):
        yield Mismatch("changed", sent.id, trace_id, None, advice.changed(trace_id, wrong))
    for each in others:
        yield Mismatch("second", each.id, trace_id, each.source.id, advice.second(trace_id, sent.id, each.id))


def _seconds(answer: StandingAnswer, on_trace: Sequence[Assessment], record: _Record) -> list[Assessment]:
    """Return other valid answers of the reviewer to the question, without those deleted here or about to be."""
    sent = answer.assessment
    deleted = {each.stored_id for each in record.taken_back.get(sent.trace_id, ())}
    return [
        each
        for each in on_trace
        if each.valid
        and each.id != answer.stored_id
        and each.source.type is SourceType.HUMAN
        and same_reviewer(each.source.id, sent.source.id)
        and (each.name, each.kind, each.span_id or None) == (sent.name, sent.kind, sent.span_id or None)
        and each.metadata.get(answer_metadata.SPRINT) == sent.metadata.get(answer_metadata.SPRINT)
        and each.metadata.get(answer_metadata.ROLE) == sent.metadata.get(answer_metadata.ROLE)
        and not any(
            known in deleted or known in record.underway for known in (each.id, each.metadata.get(answer_metadata.ID))
        )
    ]


def _superseded(
    answer: StandingAnswer, stored: Assessment, on_trace: Sequence[Assessment], record: _Record
) -> Mismatch:
    sent, trace_id = answer.assessment, answer.assessment.trace_id
    later = next((each for each in on_trace if each.overrides == stored.id and each.valid), None)
    later = later or next((each for each in on_trace if each.overrides == stored.id), None)
    by = later.source.id if later is not None else None
    if later is not None and later.id in {each.stored_id for each in record.taken_back.get(trace_id, ())}:
        told = advice.TAKE_BACK_AGAIN
    elif later is not None and same_reviewer(later.source.id, sent.source.id):
        told = advice.superseded_by_oneself(trace_id, later.id)
    else:
        told = advice.superseded(trace_id)
    return Mismatch("superseded", sent.id, trace_id, by, told)


async def _earlier_forms(
    journal: AsyncJournal, answer: StandingAnswer, problems: Sequence[Mismatch]
) -> Sequence[Delivery]:
    """Return an answer's acknowledged create and updates, oldest first, if the backend has a different value."""
    if not any(problem.kind == "changed" for problem in problems):
        return ()
    return await journal.run(journal.resending.acknowledged_forms, answer.assessment.id)


def _lost_change(
    answer: StandingAnswer, problem: Mismatch, forms: Sequence[Delivery], there: There, found: Verification
) -> Mismatch:
    """Return `problem`, with advice to resend if the backend has the answer as it was before its last update."""
    if problem.kind != "changed" or len(forms) < 2:
        return problem
    sent, trace_id = answer.assessment, answer.assessment.trace_id
    stored = next(each for each in there[trace_id] if each.id == answer.stored_id)
    if all(form.assessment is None or differences(form.assessment, stored) for form in forms[:-1]):
        return problem
    what = f"{sent.name}: changed to {short_json(sent.value, _SHOWN)}"
    found.resendable.append(Resendable(trace_id, what, Lost(forms[-1].id)))
    return Mismatch(problem.kind, problem.assessment_id, trace_id, problem.by, advice.CHANGE_AGAIN)


def _came_back(
    trace_id: str, on_trace: Sequence[Assessment], record: _Record, found: Verification, *, is_superseding: bool
) -> list[Mismatch]:
    """Return the answers that were retracted here and are valid at the backend again.

    All retractions in such a cell are resent: deleting one answer makes the one that it overrides valid, which may have
    been retracted after it. `is_superseding`: one of them was already reported as superseding a standing answer.
    """
    standing = {answer.stored_id for answer in record.answers.get(trace_id, ())}
    back = {each.id: each for each in on_trace if each.id not in standing and each.id not in record.underway}
    again = [each for each in record.taken_back[trace_id] if each.stored_id in back]
    cells = {(each.span_id, each.name) for each in again if back[each.stored_id].valid}
    for each in again:
        if (each.span_id, each.name) in cells:
            found.resendable.append(Resendable(trace_id, f"{each.name}: taken back", Lost(each.delivery_id)))
    return [
        Mismatch("second", each.id, trace_id, each.source.id, advice.TAKE_BACK_AGAIN)
        for each in (back[one.stored_id] for one in again)
        if each.valid and not (each.overrides in standing and is_superseding)
    ]


async def _compare_items(backend: Backend, items: Sequence[Delivery], found: Verification) -> list[Mismatch]:
    """Return the queue items that are not as they were left. One that is gone from its queue is left out."""
    by_queue: defaultdict[str, list[Delivery]] = defaultdict(list)
    for item in items:
        by_queue[item.queue_id or ""].append(item)
    signed_in = await backend.whoami()
    problems = []
    for queue_id, left in by_queue.items():
        now = await _items_now(backend, Queue(queue_id, left[0].destination.experiment_id, ""))
        problems += [
            problem
            for each in left
            if each.trace_id in now
            for problem in _compare_item(each, now[each.trace_id], signed_in, found)
        ]
    return problems


async def _items_now(backend: Backend, queue: Queue) -> dict[str, QueueItem]:
    try:
        return {item.trace_id: item async for page in backend.items(queue) for item in page}
    except MissingTarget:
        return {}


def _compare_item(left: Delivery, now: QueueItem, signed_in: str | None, found: Verification) -> Iterator[Mismatch]:
    assert left.item_state is not None
    other = somebody_else(now, left.reviewer, signed_in)
    note = note_on(now, left.item_state, other)
    if note is None or note == left.reason or (other is not None and left.item_state is QueueItemState.PENDING):
        return  # as it was left, or as was reported on delivery; and anybody may finish an item that is open
    if other is not None:
        told = advice.held_by(other, now.state.value)
    elif (left.destination, left.trace_id) in found.left_behind:
        told = advice.AFTER_ITS_ANSWERS
    else:
        told = advice.SET_AGAIN
        what = f"queue item: {left.item_state.value}"
        found.resendable.append(Resendable(left.trace_id, what, Lost(left.id)))
    yield Mismatch("status", None, left.trace_id, now.completed_by, told)
