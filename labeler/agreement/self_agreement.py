"""Agreement with oneself: how far one person's second answers are those that they gave before.

An answer is a second one where it was given in another scope than the first: in another sprint, or outside all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import CountedLabel, CountedLabels
from labeler.agreement.question_figures import agreement_figures
from labeler.agreement.question_table import ReadValue, tables_of
from labeler.agreement.report_model import SelfAgreement
from labeler.domain.question import Question

_FIRST: Final = "first"
_SECOND: Final = "second"


def agreement_with_oneself(
    counted: CountedLabels, questions: Iterable[Question], read: ReadValue, bootstrap: Bootstrap
) -> tuple[SelfAgreement, ...]:
    """Compare the two answers of everybody who gave two, by reviewer and question.

    The figures are those of two people, one for each time: `items` is how many were answered twice.
    """
    by_reviewer: dict[str, list[CountedLabel]] = defaultdict(list)
    for first, second in counted.answered_twice:
        by_reviewer[first.reviewer] += [replace(first, reviewer=_FIRST), replace(second, reviewer=_SECOND)]
    asked = tuple(questions)
    found = []
    for reviewer, labels in sorted(by_reviewer.items()):
        tables, _ = tables_of(CountedLabels(tuple(labels), (), (), {}, 0), asked, read)
        for table in tables:
            if table.votes and table.level is not None:
                figures = agreement_figures(table, bootstrap)
                found.append(SelfAgreement(reviewer, table.question.name, figures))
    return tuple(found)
