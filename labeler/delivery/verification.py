"""Compares what the backend has now with what it once acknowledged, and says how to resolve each difference.

"Delivered" is what the backend says last. It may have been restored from an older backup, and people may have changed,
deleted or overridden answers there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from labeler.backends.base import Backend, MissingTarget, MissingTrace
from labeler.dataclass import dataclass
from labeler.delivery import advice
from labeler.delivery.echo_check import differences
from labeler.delivery.queue_notes import note_on, somebody_else
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType, same_reviewer
from labeler.domain.destination import Destination
from labeler.domain.queue import Queue, QueueItem, QueueItemState
from labeler.domain.value_words import short_json
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import Delivery, DeliveryOp, DeliveryState, Former, Lost, StandingAnswer, Surplus

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
    lost: Lost | Surplus


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
    """What the journal says was done at the backend.

    `answers` holds the standing answers by trace, `former` what does not stand (any more) by trace and stored ID.
    `underway` holds the IDs whose deletion is not acknowledged yet, `settled` those superseded or retracted here.
    """

    answers: Mapping[str, Sequence[StandingAnswer]]
    former: Mapping[str, Mapping[str, Former]]
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
        on_trace = there.get(answer.assessment.trace_id, ())
        base = await _to_override(journal, answer, on_trace, record)
        surplus = _surplus(answer.assessment.id, base or answer.stored_id, on_trace, record)
        problems = list(_compare(answer, there, record, base, surplus, found))
        forms = await _earlier_forms(journal, answer, problems)
        problems = [_lost_change(answer, each, forms, there, found) for each in problems]
        found.ok += not problems
        found.problems += problems
        found.problems += _take_off(surplus, answer.stored_id, problems, found)
    compared = {answer.assessment.id for answer in answers}
    for trace_id, former in record.former.items():
        on_trace = there.get(trace_id, ())
        for standing in {each.standing for each in former.values()} - compared:
            surplus = _surplus(standing, None, on_trace, record)
            found.problems += _take_off(surplus, None, (), found)
    if record.items and (await backend.capabilities()).queues:
        found.problems += await _compare_items(backend, record.items, found)
    return found


async def _read_journal(journal: AsyncJournal, destinations: Sequence[Destination]) -> _Record:
    answers: defaultdict[str, list[StandingAnswer]] = defaultdict(list)
    for answer in await journal.run(journal.queries.standing, destinations):
        if answer.state is DeliveryState.DELIVERED:
            answers[answer.assessment.trace_id].append(answer)
    former: defaultdict[str, dict[str, Former]] = defaultdict(dict)
    delivered = {answer.assessment.id for on_trace in answers.values() for answer in on_trace}
    for each in await journal.run(journal.resending.former, destinations):
        # What is to be overridden by an answer that is still queued may be valid until then.
        if each.standing is None or each.standing in delivered or each.retraction is not None:
            former[each.trace_id][each.stored_id] = each
    waiting = await journal.run(journal.queries.deliveries, destinations)
    underway = {each.assessment_id or "" for each in waiting if each.op is DeliveryOp.DELETE}
    underway |= {each.stored_id for on_trace in former.values() for each in on_trace.values() if each.is_underway}
    return _Record(
        answers=answers,
        former=former,
        underway=frozenset(underway),
        settled=frozenset(await journal.run(journal.changes.settled_ids, destinations)),
        items=await journal.run(journal.resending.left_items, destinations),
    )


async def _read_backend(backend: Backend, record: _Record, show_progress: Callable[[int, int], None]) -> There:
    trace_ids = list(dict.fromkeys([*record.answers, *record.former]))
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


async def _to_override(
    journal: AsyncJournal, answer: StandingAnswer, on_trace: Sequence[Assessment], record: _Record
) -> str | None:
    """Return the stored ID of what a lost answer is to override when it is created again, or None.

    That is the nearest of what it overrode, unless that is not valid and something else is that was superseded here.
    """
    if any(each.id == answer.stored_id for each in on_trace):
        return None
    former = record.former.get(answer.assessment.trace_id, {})
    stay = [each for each in on_trace if each.id not in record.underway and not _is_retracted(former.get(each.id))]
    nearest = await journal.run(journal.resending.nearest, answer.delivery_id, {each.id for each in stay})
    valid = {each.id for each in stay if each.valid}
    if nearest in valid or answer.assessment.kind is AssessmentKind.EXPECTATION:
        return nearest
    of_cell = (each for each in former.values() if each.standing == answer.assessment.id)
    return next((each.stored_id for each in of_cell if each.stored_id in valid), nearest)


def _is_retracted(former: Former | None) -> bool:
    return former is not None and former.retraction is not None


def _surplus(
    standing: str | None, kept: str | None, on_trace: Sequence[Assessment], record: _Record
) -> list[tuple[Former, Assessment]]:
    """Return what has to be deleted at the backend for nothing but `standing` to be valid in its cell, newest first.

    These are what is valid and does not stand, and what it overrides: each deletion makes the next one valid, down to
    the one with the stored ID `kept`, and whatever else overrides it.
    """
    by_id = {each.id: each for each in on_trace}
    found: dict[str, tuple[Former, Assessment]] = {}
    for top in on_trace:
        former = record.former.get(top.trace_id, {}).get(top.id)
        current: Assessment | None = top if top.valid else None
        while current is not None and current.id != kept and former is not None and former.standing == standing:
            if current.id not in record.underway:
                found[current.id] = (former, current)
            current = by_id.get(current.overrides or "")
            former = record.former.get(top.trace_id, {}).get(current.id) if current is not None else None
    return list(found.values())


def _take_off(
    surplus: Sequence[tuple[Former, Assessment]],
    stored_id: str | None,
    problems: Sequence[Mismatch],
    found: Verification,
) -> Iterator[Mismatch]:
    """Have the surplus deleted. Yield what of it is valid and not reported as superseding the standing answer."""
    is_reported = any(problem.kind == "superseded" for problem in problems)
    for former, stored in surplus:
        trace_id = stored.trace_id
        if former.retraction is not None:
            lost: Lost | Surplus = Lost(former.retraction, stored.overrides)
        else:
            assert former.creation is not None
            lost = Surplus(former.creation, stored.overrides)
        told = _told(former)
        what = "taken back" if former.retraction is not None else "superseded"
        found.resendable.append(Resendable(trace_id, f"{former.name}: {what}", lost))
        if stored.valid and not (is_reported and stored.overrides == stored_id):
            yield Mismatch("second", stored.id, trace_id, stored.source.id, told)


def _told(former: Former) -> str:
    return advice.SUPERSEDE_AGAIN if former.retraction is None else advice.TAKE_BACK_AGAIN


def _compare(
    answer: StandingAnswer,
    there: There,
    record: _Record,
    base: str | None,
    surplus: Sequence[tuple[Former, Assessment]],
    found: Verification,
) -> Iterator[Mismatch]:
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
            lost = Lost(answer.delivery_id, base)
            found.resendable.append(Resendable(trace_id, f"{sent.name}: {short_json(sent.value, _SHOWN)}", lost))
        yield Mismatch("missing", sent.id, trace_id, None, told)
        others = unknown
    elif len(copies) > 1:
        besides = [each.id for each in copies if each is not stored]
        yield Mismatch("duplicate", sent.id, trace_id, None, advice.duplicate(stored.id, besides))
    if stored is not None and not stored.valid:
        over = _over(stored, on_trace)
        is_taken_off = over is not None and (over.id in record.underway or any(each is over for _, each in surplus))
        if over is None or over.id not in record.underway:
            yield _superseded(answer, over, surplus)
        if not is_taken_off:
            return
    if stored is not None and (wrong := differences(sent, stored)):
        yield Mismatch("changed", sent.id, trace_id, None, advice.changed(trace_id, wrong))
    for each in others:
        yield Mismatch("second", each.id, trace_id, each.source.id, advice.second(trace_id, sent.id, each.id))


def _seconds(answer: StandingAnswer, on_trace: Sequence[Assessment], record: _Record) -> list[Assessment]:
    """Return other valid answers of the reviewer to the question, without those sent or deleted from here."""
    sent = answer.assessment
    former = record.former.get(sent.trace_id, {})
    gone = {each.stored_id for each in former.values() if each.retraction is not None} | record.underway
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
        and each.id not in former
        and not any(known in gone for known in (each.id, each.metadata.get(answer_metadata.ID)))
    ]


def _over(stored: Assessment, on_trace: Sequence[Assessment]) -> Assessment | None:
    """Return what overrides an assessment that is not valid."""
    over = [each for each in on_trace if each.overrides == stored.id]
    return next((each for each in over if each.valid), next(iter(over), None))


def _superseded(
    answer: StandingAnswer, over: Assessment | None, surplus: Sequence[tuple[Former, Assessment]]
) -> Mismatch:
    sent, trace_id = answer.assessment, answer.assessment.trace_id
    former = next((former for former, each in surplus if each is over), None)
    if former is not None:
        told = _told(former)
    elif over is not None and same_reviewer(over.source.id, sent.source.id):
        told = advice.superseded_by_oneself(trace_id, over.id)
    else:
        told = advice.superseded(trace_id)
    return Mismatch("superseded", sent.id, trace_id, over.source.id if over is not None else None, told)


async def _earlier_forms(
    journal: AsyncJournal, answer: StandingAnswer, problems: Sequence[Mismatch]
) -> Sequence[Delivery]:
    """Return the create and updates of an answer that were ever sent, oldest first, if its value is another there."""
    if not any(problem.kind == "changed" for problem in problems):
        return ()
    return await journal.run(journal.resending.sent_forms, answer.assessment.id)


def _lost_change(
    answer: StandingAnswer, problem: Mismatch, forms: Sequence[Delivery], there: There, found: Verification
) -> Mismatch:
    """Return `problem`, with advice to resend if the backend has the answer as it was before its last update."""
    change = next((form for form in reversed(forms) if form.state is DeliveryState.DELIVERED), None)
    if problem.kind != "changed" or change is None or change.op is not DeliveryOp.UPDATE:
        return problem
    sent, trace_id = answer.assessment, answer.assessment.trace_id
    stored = next(each for each in there[trace_id] if each.id == answer.stored_id)
    others = [form.assessment for form in forms if form is not change and form.assessment is not None]
    if all(differences(form, stored) for form in others):
        return problem
    what = f"{sent.name}: changed to {short_json(sent.value, _SHOWN)}"
    found.resendable.append(Resendable(trace_id, what, Lost(change.id)))
    return Mismatch(problem.kind, problem.assessment_id, trace_id, problem.by, advice.CHANGE_AGAIN)


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
