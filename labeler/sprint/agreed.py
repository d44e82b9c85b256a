"""What a sprint's people agree on, a row for each trace and question: what is handed over. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from labeler.agreement.consensus import Consensus, How
from labeler.agreement.counted_labels import CountedLabels, LabelledItem, item_of
from labeler.agreement.question_table import QuestionTable, ReadValue, tables_of
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment
from labeler.domain.question import Question
from labeler.domain.value import JsonValue
from labeler.sprint.counting import count_sprint
from labeler.sprint.reading import Snapshot
from labeler.sprint.scope import answers_in


@dataclass(frozen=True, slots=True)
class Agreed:
    """What people agree on about a question and a trace, and how that came about.

    `labels` people answered, and `agreeing` of them said this. `reasons` has who says so and why, a lead who decided
    first. `at_ms` is when the last of what it rests on was said, in milliseconds since the epoch.
    """

    trace_id: str
    question: Question
    value: JsonValue
    how: How
    labels: int
    agreeing: int
    reasons: tuple[tuple[str, str], ...]
    at_ms: int

    @property
    def name(self) -> str:
        """The question's name."""
        return self.question.name


@dataclass(frozen=True, slots=True)
class SprintConsensus:
    """What a sprint's people agree on, sorted by trace and in the order of the questions; and what is not in it.

    `undecided` counts the traces on which at least two people answered a question and come to no consensus, `single`
    those with one answer, and `unanswerable` those that have no right answer, as a lead decided; all by question.
    `calibration` are the calibration items that are left out: they were
    labelled before the guide was settled, and those alone are in it about which a lead decided. `on_spans` counts
    labels about spans. `not_compared` are the questions whose answers are counted and not compared, such as texts.
    """

    rows: tuple[Agreed, ...]
    undecided: Mapping[str, int]
    single: Mapping[str, int]
    unanswerable: Mapping[str, int]
    calibration: int
    on_spans: int
    not_compared: tuple[str, ...]

    def of(self, question: str) -> list[Agreed]:
        """Return the rows of one question."""
        return [row for row in self.rows if row.name == question]


def consensus_of(snapshot: Snapshot, read: ReadValue) -> SprintConsensus:
    """Return what a sprint's people agree on, as far as they do."""
    calibration = set(snapshot.sprint.plan.calibration)
    said = [each for each in answers_in(snapshot) if each.trace_id not in calibration or _has_role(each)]
    counted = count_sprint(snapshot, said)
    tables, _ = tables_of(counted, snapshot.questions, read)
    rows: list[Agreed] = []
    undecided, single, unanswerable = Counter[str](), Counter[str](), Counter[str]()
    not_compared: list[str] = []
    asked: set[str] = set()
    for table in tables:
        name = table.question.name
        if name in asked:  # answers of another type than the question takes now
            continue
        asked.add(name)
        if table.level is None:
            not_compared.append(name)
            continue
        consensus = table.consensus()
        decisions = _decisions(counted, table.question)
        rows += [
            _row(table, item, agreed, decisions.get(item)) for item, agreed in consensus.items() if not item.span_id
        ]
        unanswerable[name] += sum(not item.span_id for item in table.unanswerable)
        for item, votes in table.votes.items():
            if item not in consensus and item not in table.unanswerable and not item.span_id:
                (undecided if len(votes) > 1 else single)[name] += 1
    decided = {row.trace_id for row in rows}
    places = {name: place for place, name in enumerate(asked)}
    return SprintConsensus(
        rows=tuple(sorted(rows, key=lambda row: (row.trace_id, places[row.name]))),
        undecided=dict(undecided),
        single=dict(single),
        unanswerable=dict(+unanswerable),
        calibration=len(calibration - decided),
        on_spans=sum(bool(label.item.span_id) for label in counted.labels),
        not_compared=tuple(not_compared),
    )


def _has_role(assessment: Assessment) -> bool:
    return bool(assessment.metadata.get(answer_metadata.ROLE))


def _decisions(counted: CountedLabels, question: Question) -> dict[LabelledItem, Assessment]:
    about = (question.name, question.kind)
    return {item_of(each): each for each in counted.adjudications if (each.name, each.kind) == about}


def _row(table: QuestionTable, item: LabelledItem, agreed: Consensus, decision: Assessment | None) -> Agreed:
    votes = table.votes.get(item, {})
    saying_so = {who: vote for who, vote in votes.items() if vote.value == agreed.value}
    reasons = [] if decision is None else [(decision.source.id, answer_metadata.comment_of(decision))]
    reasons += [(who, answer_metadata.comment_of(vote.label.assessment)) for who, vote in saying_so.items()]
    said = [vote.label.assessment for vote in votes.values()] + ([] if decision is None else [decision])
    value = agreed.value
    return Agreed(
        trace_id=item.trace_id,
        question=table.question,
        value=list(value) if isinstance(value, tuple) else value,
        how=agreed.how,
        labels=len(votes),
        agreeing=len(saying_so),
        reasons=tuple((who, why) for who, why in reasons if why),
        at_ms=max(each.created_at_ms for each in said),
    )
