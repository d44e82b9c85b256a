"""Labels from a file before they are queued: the journal may have one already, and so may the backend."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum, auto

from labeler.backends.base import Backend
from labeler.dataclass import dataclass
from labeler.delivery.echo_check import differences
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, Source, same_reviewer
from labeler.domain.destination import Destination
from labeler.domain.trace import TraceSummary, other_spelling, short_id
from labeler.journal.async_journal import AsyncJournal
from labeler.journal.models import DeliveryState, Journaled


class LineStanding(Enum):
    """How a label stands that is to be pushed."""

    NEW = auto()
    THERE = auto()
    """The backend has it."""
    WAITING = auto()
    """It is queued, and on its way."""
    HELD = auto()
    """It is in the outbox, parked or refused."""
    LOST = auto()
    """It was delivered, and the backend has it no more."""
    WITHDRAWN = auto()
    """It was changed, taken back or given up here since."""
    ELSEWHERE = auto()
    """This journal delivers it to another destination."""
    OTHER = auto()
    """Another label has its ID."""


@dataclass(frozen=True, slots=True)
class PushedLine:
    """A line of a file about a trace, numbered from 1; `label_at` makes its assessment for the trace's place.

    `problem` tells why it cannot be queued; it is known all the same where the backend has what it says.
    """

    number: int
    trace_id: str
    label_at: Callable[[Destination], Assessment]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class UnqueuedLine:
    """A line that cannot be queued, and a sentence that says why."""

    number: int
    sentence: str


@dataclass(slots=True)
class SortedLines:
    """What is to be done with lines: what is new, by destination and ID; how much is known, and how; what is bad."""

    new: defaultdict[Destination, dict[str, Assessment]] = field(default_factory=lambda: defaultdict(dict))
    known: Counter[LineStanding] = field(default_factory=Counter)
    bad: list[UnqueuedLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line as the assessment that it would become, at its trace's place."""

    line: PushedLine
    home: Destination
    label: Assessment


@dataclass(frozen=True, slots=True)
class Judged:
    """How a label stands; where it cannot be queued, `sentence` says why."""

    standing: LineStanding
    sentence: str = ""


async def sort_lines(
    journal: AsyncJournal, backend: Backend, lines: Sequence[PushedLine], experiment_ids: Collection[str] | None
) -> SortedLines:
    """Find out how each line stands, by the ID of its label: in the journal, and on its trace at the backend.

    Traces of other experiments than `experiment_ids` count as not there; None stands for all experiments. Queues
    nothing. Raises what the backend raises.
    """
    done = SortedLines()
    traces = await _traces_as_named(backend, [line.trace_id for line in lines])
    candidates = []
    for line in lines:
        trace = traces.get(line.trace_id)
        if trace is None or not (experiment_ids is None or trace.experiment_id in experiment_ids):
            done.bad.append(UnqueuedLine(line.number, line.problem or _unknown_trace(line.trace_id)))
        elif not trace.experiment_id:
            done.bad.append(UnqueuedLine(line.number, line.problem or _unreadable_trace(line.trace_id)))
        else:
            home = Destination(backend.uri, backend.workspace, trace.experiment_id)
            candidates.append(_Candidate(line, home, replace(line.label_at(home), trace_id=trace.id)))
    journaled = await journal.run(journal.imported.journaled, {each.label.id for each in candidates})
    lost = [each for each in candidates if _judge(each, traces, journaled).standing is LineStanding.LOST]
    # Delivered, perhaps, between the two looks: only a look at the server after the one at the journal tells.
    traces |= await _traces(backend, [each.label.trace_id for each in lost])
    for each in candidates:
        _take(each, _judge(each, traces, journaled), done)
    return done


def judge(label: Assessment, home: Destination, on_trace: Sequence[Assessment], journaled: Journaled | None) -> Judged:
    """Return how `label` stands at `home`, whose assessments of its trace are `on_trace`."""
    ids = {label.id} if journaled is None else {label.id, journaled.stored_id}
    stored = next(
        (each for each in on_trace if each.id in ids or each.metadata.get(answer_metadata.ID) == label.id), None
    )
    if stored is not None:
        wrong = differences_as_labels(label, stored)
        return Judged(LineStanding.OTHER, _another("The server has", wrong)) if wrong else Judged(LineStanding.THERE)
    if journaled is None:
        return Judged(LineStanding.NEW)
    if journaled.destination != home:
        return Judged(LineStanding.ELSEWHERE, _given_at(journaled.destination))
    if wrong := differences_as_labels(label, journaled.assessment):
        return Judged(LineStanding.OTHER, _another("The journal has", wrong))
    match journaled.state:
        case DeliveryState.WAITING:
            return Judged(LineStanding.WAITING)
        case DeliveryState.PARKED | DeliveryState.REFUSED:
            return Judged(LineStanding.HELD)
        case DeliveryState.DELIVERED if journaled.stands:
            return Judged(LineStanding.LOST)
        case _:
            return Judged(LineStanding.WITHDRAWN)


def differences_as_labels(label: Assessment, stored: Assessment) -> list[str]:
    """Return what a label says otherwise than an assessment does; empty when it is that assessment's label.

    A label tells neither the kind of its source, nor whether it went through labeler; what metadata a stored one has
    besides is no difference.
    """
    metadata = {key: value for key, value in label.metadata.items() if key != answer_metadata.ID}
    author = stored.source.id if same_reviewer(label.source.id, stored.source.id) else label.source.id
    said = replace(label, source=Source(stored.source.type, author), metadata=metadata)
    return differences(said, stored)


async def _traces(backend: Backend, trace_ids: Sequence[str]) -> dict[str, TraceSummary]:
    """Return the traces that exist, by their IDs, with their assessments."""
    return {summary.id: summary for summary in await backend.summaries(list(dict.fromkeys(trace_ids)))}


async def _traces_as_named(backend: Backend, trace_ids: Sequence[str]) -> dict[str, TraceSummary]:
    """As `_traces`, and by the IDs of files as well those that the backend spells otherwise."""
    found = await _traces(backend, trace_ids)
    spelled = {other: each for each in trace_ids if each not in found and (other := other_spelling(each)) is not None}
    others = await _traces(backend, list(spelled)) if spelled else {}
    return {**found, **others, **{spelled[other]: summary for other, summary in others.items()}}


def _judge(candidate: _Candidate, traces: Mapping[str, TraceSummary], journaled: Mapping[str, Journaled]) -> Judged:
    label = candidate.label
    return judge(label, candidate.home, traces[label.trace_id].assessments, journaled.get(label.id))


def _take(candidate: _Candidate, judged: Judged, done: SortedLines) -> None:
    """Sort one line in."""
    line, label, home = candidate.line, candidate.label, candidate.home
    same_id = done.new.get(home, {}).get(label.id)
    problem = ""
    if judged.standing is not LineStanding.THERE:
        problem = line.problem or judged.sentence
    if judged.standing is LineStanding.NEW and same_id is not None and differences_as_labels(label, same_id):
        problem = problem or "An earlier line has the same assessment_id and says something else."
    if problem:
        done.bad.append(UnqueuedLine(line.number, problem))
    elif judged.standing is LineStanding.NEW:
        done.new[home][label.id] = same_id or label
    else:
        done.known[judged.standing] += 1


def _unknown_trace(trace_id: str) -> str:
    return f"There is no trace {short_id(trace_id)} at the backend, in the experiments asked for."


def _unreadable_trace(trace_id: str) -> str:
    return f"What the backend says about trace {short_id(trace_id)} cannot be read, so nothing is queued for it."


def _another(who: str, wrong: Sequence[str]) -> str:
    return f"{who} another label under this ID, so this one is not queued; they differ in {'; '.join(wrong)}."


def _given_at(place: Destination) -> str:
    return (
        f"This answer was given at {place.backend_uri}, and one journal delivers an answer to one place. To have it "
        "here too, push it with a journal of its own: --data-dir and the name of a new directory."
    )
