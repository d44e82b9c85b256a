"""What a lead decides about in a sprint: which questions of which items, in which order, and what was decided. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log2
from typing import Final, NamedTuple

from labeler.agreement.counted_labels import CountedLabels
from labeler.agreement.level import Value
from labeler.agreement.question_table import QuestionTable, ReadValue, comparable, tables_of
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.adjudication import decision_that_counts, is_adjudication
from labeler.domain.assessment import Assessment, AssessmentKind
from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.sprint import hash_of
from labeler.domain.value import UnusableValue
from labeler.sprint.reading import Snapshot

_ENTROPY_DIGITS: Final = 9
"""Decimals to which disagreement is compared: sums of the same shares in another order differ behind these."""


class Majority(NamedTuple):
    """The value that more than half of the labels have: of how many how many."""

    value: Value
    votes: int
    of: int


class VoteOnCase(NamedTuple):
    """What one reviewer said. `assessment_id` is that of the label."""

    reviewer: str
    value: Value
    comment: str
    assessment_id: str


@dataclass(frozen=True, slots=True)
class Case:
    """A question about a trace with what people said, most frequent first; `votes` are in the order of their names.

    `entropy` tells in bits how far they disagree, `is_gold` whether the right answer is known. `verdicts` are what
    judges and code said to it; `judge_differs`: one of them against the majority.
    """

    trace_id: str
    question: Question
    votes: tuple[VoteOnCase, ...]
    entropy: float = 0.0
    is_gold: bool = False
    verdicts: tuple[Assessment, ...] = ()
    judge_differs: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """The trace's ID and the question's name."""
        return self.trace_id, self.question.name

    @property
    def is_disputed(self) -> bool:
        """Whether people said different things."""
        return len({vote.value for vote in self.votes}) > 1

    @property
    def counts(self) -> list[tuple[Value, list[VoteOnCase]]]:
        """The values that were given, the most frequent first, each with the votes for it."""
        by_value: dict[Value, list[VoteOnCase]] = defaultdict(list)
        for vote in self.votes:
            by_value[vote.value].append(vote)
        return sorted(by_value.items(), key=lambda entry: -len(entry[1]))

    @property
    def majority(self) -> Majority | None:
        """What more than half of the people said, None without such a value: of a tie there is none."""
        return majority_of([vote.value for vote in self.votes])


def majority_of(values: Sequence[Value]) -> Majority | None:
    """Return the value that more than half of several are, None where there is none."""
    if not values:
        return None
    [(value, votes)] = Counter(values).most_common(1)
    return Majority(value, votes, len(values)) if votes * 2 > len(values) else None


def entropy_of(values: Iterable[Value]) -> float:
    """Return the entropy of values in bits: 0 where all are one."""
    counts = Counter(values).values()
    total = sum(counts)
    return sum(count / total * log2(total / count) for count in counts)


def why_not_adjudicated(question: Question) -> str:
    """Return why a question cannot be decided by one key, as the end of a sentence; empty where it can."""
    if question.kind is not AssessmentKind.FEEDBACK:
        return "takes an expectation"
    match question.input:
        case PassFail() | Numeric():
            return ""
        case Categorical(_, multiple):
            return "takes several options" if multiple else ""
        case _:
            return "takes text or an object"


def cases_of(
    snapshot: Snapshot, counted: CountedLabels, read: ReadValue, gold_items: Collection[str] = ()
) -> list[Case]:
    """Return every question that can be decided about every trace that was labelled, the most disputed first.

    `counted` are the labels of the sprint's reviewers. Where people disagree alike, gold comes first, then what a judge
    sees otherwise than the majority. Only labels about whole traces are cases.
    """
    plan = snapshot.sprint.plan
    verdicts: dict[tuple[str, str], list[Assessment]] = defaultdict(list)
    for verdict in counted.judgements:
        if verdict.span_id is None:
            verdicts[verdict.trace_id, verdict.name].append(verdict)
    places = {question.name: place for place, question in enumerate(snapshot.questions)}
    tables, _ = tables_of(counted, snapshot.questions, read)
    cases = [
        case
        for table in tables
        if table.question in snapshot.questions and not why_not_adjudicated(table.question)
        for case in _cases(table, verdicts, read, gold_items)
    ]

    def precedence(case: Case) -> tuple[float, bool, bool, bytes, int]:
        by_chance = hash_of(plan.order_seed, case.trace_id)
        return -case.entropy, not case.is_gold, not case.judge_differs, by_chance, places[case.question.name]

    return sorted(cases, key=precedence)


def decisions_in(traces: Iterable[Sequence[Assessment]], sprint: str) -> dict[tuple[str, str], list[Assessment]]:
    """Return the decisions of a sprint, those that do not stand too, by trace ID and question."""
    found: dict[tuple[str, str], list[Assessment]] = defaultdict(list)
    for assessments in traces:
        for each in assessments:
            is_of_sprint = each.metadata.get(answer_metadata.SPRINT) == sprint
            if is_of_sprint and each.span_id is None and is_adjudication(each):
                found[each.trace_id, each.name].append(each)
    return found


def undecided(cases: Iterable[Case], decisions: Mapping[tuple[str, str], Sequence[Assessment]]) -> list[Case]:
    """Return the cases about which no decision stands."""
    return [case for case in cases if decision_that_counts(decisions.get(case.key, ())) is None]


def disagreements(snapshot: Snapshot, cases: Iterable[Case]) -> dict[str, int]:
    """Return on how many traces people disagree and nobody has decided, by question; questions without any are not
    in it.
    """
    decisions = decisions_in((trace.assessments for trace in snapshot.traces.values()), snapshot.sprint.plan.slug)
    return dict(Counter(case.question.name for case in undecided(cases, decisions) if case.is_disputed))


def _cases(
    table: QuestionTable,
    verdicts: Mapping[tuple[str, str], Sequence[Assessment]],
    read: ReadValue,
    gold_items: Collection[str],
) -> Iterable[Case]:
    for item, votes in table.votes.items():
        if item.span_id:
            continue
        values = [vote.value for vote in votes.values()]
        said = verdicts.get((item.trace_id, table.question.name), ())
        yield Case(
            item.trace_id,
            table.question,
            tuple(
                VoteOnCase(reviewer, vote.value, vote.label.assessment.rationale or "", vote.label.assessment.id)
                for reviewer, vote in votes.items()
            ),
            round(entropy_of(values), _ENTROPY_DIGITS),
            item.trace_id in gold_items,
            tuple(said),
            _differs(table.question, said, majority_of(values), read),
        )


def _differs(question: Question, said: Iterable[Assessment], majority: Majority | None, read: ReadValue) -> bool:
    values = (value_of(question, verdict, read) for verdict in said)
    return majority is not None and any(value is not None and value != majority.value for value in values)


def value_of(question: Question, assessment: Assessment, read: ReadValue) -> Value | None:
    """Return the value of an assessment as the question takes it; None where it has none there."""
    try:
        return comparable(read(question, assessment))
    except UnusableValue:
        return None
