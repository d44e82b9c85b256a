"""Gold items: how many of them somebody got right. Their answers are known, and count for nobody's agreement. Pure.

The right answers stay with the lead while people label. When a sprint is closed the lead may put them on the server,
as assessments in the role `GOLD`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final, TypeAlias

from labeler.agreement.counted_labels import CountedLabel
from labeler.agreement.question_table import ReadValue, comparable
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.question import Question
from labeler.domain.value import JsonValue, UnusableValue
from labeler.sprint.reading import Snapshot

GoldAnswers: TypeAlias = Mapping[tuple[str, str], JsonValue]
"""The right answers, by trace and question, each as its question takes it."""


GOLD: Final = "gold"
"""The role of a right answer that the lead put on the server."""


@dataclass(frozen=True, slots=True)
class GoldScore:
    """How many gold items somebody got right, of those labelled."""

    right: int
    of: int


def gold_score(
    labels: Sequence[CountedLabel], gold: GoldAnswers, questions: Sequence[Question], read: ReadValue
) -> GoldScore | None:
    """Compare one reviewer's labels with the right answers; None where no answer is known.

    A label whose value its question does not take is wrong.
    """
    if not gold:
        return None
    by_name = {question.name: question for question in questions}
    answers = []
    for label in labels:
        about = (label.item.trace_id, label.assessment.name)
        question = by_name.get(label.assessment.name)
        if about in gold and question is not None and not label.item.span_id:
            try:
                answers.append(comparable(read(question, label.assessment)) == comparable(gold[about]))
            except UnusableValue:
                answers.append(False)
    return GoldScore(sum(answers), len(answers))


def gold_on_server(snapshot: Snapshot, read: ReadValue) -> GoldAnswers:
    """Return the right answers that the lead has put on the server, the newest of each trace and question."""
    slug = snapshot.sprint.plan.slug
    by_name = {question.name: question for question in snapshot.questions}
    written = [
        each
        for trace in snapshot.traces.values()
        for each in trace.assessments
        if each.valid
        and each.metadata.get(answer_metadata.ROLE) == GOLD
        and each.metadata.get(answer_metadata.SPRINT) == slug
    ]
    found = {}
    for each in sorted(written, key=lambda each: (each.created_at_ms, each.id)):
        if (question := by_name.get(each.name)) is not None:
            with suppress(UnusableValue):
                found[each.trace_id, each.name] = read(question, each)
    return found
