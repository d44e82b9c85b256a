"""How one reviewer stands beside colleagues and judges: the figures of a report, on what that reviewer labelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import CountedLabels, reviewer_key
from labeler.agreement.figure import Figure, Interval, undefined
from labeler.agreement.judges import Verdicts, compare, judgements_by_question, verdicts_on
from labeler.agreement.level import options_of
from labeler.agreement.question_figures import agreement_figures, pair_figures, why_not_compared
from labeler.agreement.question_table import QuestionTable, ReadValue, tables_of
from labeler.agreement.report_model import AgreementFigures, PairFigures, ValueRates
from labeler.dataclass import dataclass
from labeler.domain.assessment import AssessmentKind, Source
from labeler.domain.question import Question


@dataclass(frozen=True, slots=True)
class BesideJudge:
    """A judge, or code, beside one reviewer: on how many items both say the same, and on how many they do not.

    `name` is that of its assessments. `rates` are by value, those of the reviewer in place of the people's; there are
    none where there are too many different values. `note` says why something is not there, or None.
    """

    name: str
    source: Source
    agreed: int
    corrected: int
    percent: Figure
    kappa: Figure
    interval: Interval | None
    rates: tuple[ValueRates, ...]
    note: str | None


@dataclass(frozen=True, slots=True)
class OwnFigures:
    """One reviewer's answers to a question beside others'.

    `everybody` is how far all people agree on the items that the reviewer labelled, None where nobody else labelled
    any; `options` has the same of each option of a choice of several. `colleagues` has how the reviewer agrees with
    each of them, by their IDs.
    """

    question: str
    everybody: AgreementFigures | None
    options: Mapping[str, AgreementFigures]
    colleagues: Mapping[str, PairFigures]
    judges: tuple[BesideJudge, ...]


def own_figures(
    counted: CountedLabels,
    reviewer: str,
    questions: Iterable[Question],
    read: ReadValue,
    judges: Mapping[str, str],
    bootstrap: Bootstrap,
) -> list[OwnFigures]:
    """Compute the figures of one reviewer, for the questions that somebody else answered on the same items.

    `read` and `judges` are as for `agreement_report`. Expectations are no opinions and are left out.
    """
    me = reviewer_key(reviewer)
    tables, _ = tables_of(counted, questions, read)
    judgements = judgements_by_question(counted.judgements, judges)
    found = []
    for whole in tables:
        if whole.question.kind is not AssessmentKind.FEEDBACK:
            continue
        table = _on_items_of(whole, me)
        verdicts = verdicts_on(table, judgements.get(table.question.name, ()), read)
        beside = (_beside_judge(table, me, of_judge, bootstrap) for of_judge in verdicts)
        figures = _beside_people(table, me, tuple(each for each in beside if each is not None), bootstrap)
        if figures.everybody is not None or figures.judges:
            found.append(figures)
    return found


def _on_items_of(table: QuestionTable, reviewer: str) -> QuestionTable:
    """Return the votes on the items that a reviewer labelled, without anybody's decisions."""
    votes = {item: by for item, by in table.votes.items() if reviewer in by}
    return replace(table, votes=votes, adjudicated={})


def _beside_people(table: QuestionTable, me: str, judges: tuple[BesideJudge, ...], bootstrap: Bootstrap) -> OwnFigures:
    name = table.question.name
    if all(len(votes) == 1 for votes in table.votes.values()):
        return OwnFigures(name, None, {}, {}, judges)
    options = options_of(table.question) or ()
    pairs = [pair for pair in pair_figures(table) if me in pair.reviewers]
    return OwnFigures(
        question=name,
        everybody=agreement_figures(table, bootstrap),
        options={option: agreement_figures(table.for_option(option), bootstrap) for option in options},
        colleagues={next(who for who in pair.reviewers if who != me): pair for pair in pairs},
        judges=judges,
    )


def _beside_judge(table: QuestionTable, me: str, verdicts: Verdicts, bootstrap: Bootstrap) -> BesideJudge | None:
    """Compare a judge with one reviewer; return None where they have no item in common."""
    mine = replace(table, votes={item: {me: votes[me]} for item, votes in table.votes.items()})
    said = [(votes[me].value, verdicts.values[item]) for item, votes in mine.votes.items() if item in verdicts.values]
    if not said:
        return None
    agreed = sum(one == other for one, other in said)
    corrected, percent = len(said) - agreed, Figure(agreed / len(said))
    if mine.level is None:
        reason = why_not_compared(mine) or ""
        return BesideJudge(
            verdicts.name, verdicts.source, agreed, corrected, percent, undefined(reason), None, (), reason
        )
    found = compare(mine, mine.consensus(at_least=1), verdicts.values, bootstrap)
    return BesideJudge(
        verdicts.name,
        verdicts.source,
        agreed,
        corrected,
        found.percent,
        found.kappa,
        found.interval,
        found.rates,
        found.kappa.reason or found.note,
    )
