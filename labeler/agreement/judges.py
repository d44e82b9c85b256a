"""Judges beside people: how far each agrees with what people agree on, and where it errs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.consensus import Consensus
from labeler.agreement.counted_labels import LabelledItem, WasBlind, item_of
from labeler.agreement.figure import Figure, undefined
from labeler.agreement.judge_examples import Examples, choose_examples
from labeler.agreement.kappa import Pair, cohen_kappa, kappa_statistic, weights_for
from labeler.agreement.krippendorff import krippendorff_alpha
from labeler.agreement.level import Value, key_of, options_of
from labeler.agreement.question_figures import FEWEST_ITEMS, in_order
from labeler.agreement.question_table import QuestionTable, ReadValue, comparable, has_option
from labeler.agreement.report_model import (
    Comparison,
    JudgeExample,
    JudgeFigures,
    JudgeVersion,
    JudgeVersions,
    ValueCount,
    ValueRates,
)
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, Source, SourceType
from labeler.domain.value import UnusableValue
from labeler.domain.value_words import value_words

_MOST_AXIS_VALUES: Final = 20
"""Of a confusion. A larger one shows nothing that kappa does not say."""

_MOST_SEEN: Final = 0.1


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What one judge said to one question, in the question's values; how often it failed or said something else."""

    name: str
    source: Source
    values: Mapping[LabelledItem, Value]
    errors: int
    unmappable: int


def judgements_by_question(
    judgements: Iterable[Assessment], judges: Mapping[str, str]
) -> Mapping[str, Sequence[Assessment]]:
    """Return what judges and code said, by question. `judges` has that of each name which is no question's."""
    found: dict[str, list[Assessment]] = defaultdict(list)
    for judgement in judgements:
        found[judges.get(judgement.name, judgement.name)].append(judgement)
    return found


def verdicts_on(table: QuestionTable, judgements: Iterable[Assessment], read: ReadValue) -> list[Verdicts]:
    """Return the verdicts of each judge among the newest judgements that are about a question."""
    by_judge: dict[tuple[str, str, SourceType], list[Assessment]] = defaultdict(list)
    for judgement in judgements:
        if judgement.kind is table.question.kind:
            by_judge[judgement.source.id, judgement.name, judgement.source.type].append(judgement)
    found = [_verdicts(table, by_judge[judge], read) for judge in sorted(by_judge)]
    # Where answers of a name are of several types, a judge is compared with those of its own type.
    return [verdicts for verdicts in found if verdicts.values or not table.types]


def judge_figures(
    table: QuestionTable,
    consensus: Mapping[LabelledItem, Consensus],
    verdicts: Verdicts,
    examples: Examples,
    bootstrap: Bootstrap,
) -> JudgeFigures:
    """Compare a judge with the consensus of people, and say what that comparison rests on."""
    judged = verdicts.values
    labelled = {item: votes for item, votes in table.votes.items() if item in judged}
    labels = [vote for votes in labelled.values() for vote in votes.values()]
    seen = [vote for vote in labels if vote.label.blind in (WasBlind.FALSE, WasBlind.REVEALED)]
    share = Figure(len(seen) / len(labels)) if labels else undefined("nobody labelled what was judged")
    options = options_of(table.question)

    def is_explained(item: LabelledItem) -> bool:
        return _is_explained(table, item, consensus[item].value)

    return JudgeFigures(
        name=verdicts.name,
        source=verdicts.source,
        question=table.question.name,
        comparison=compare(table, consensus, judged, bootstrap),
        options=None
        if options is None
        else {option: _compare_option(table, option, judged, bootstrap) for option in options},
        judged=len(judged),
        errors=verdicts.errors,
        unmappable=verdicts.unmappable,
        undecided=sum(item not in consensus for item in labelled),
        ceiling=_ceiling(table, judged),
        person_kappa=_kappa(
            table, [(vote.value, judged[item]) for item, votes in labelled.items() for vote in votes.values()]
        ),
        with_rationale=sum(item in consensus and is_explained(item) for item in labelled),
        seen=share,
        blind_kappa=_blind_kappa(table, judged) if (share.value or 0) > _MOST_SEEN else None,
        show=tuple(
            _example(table, item, consensus[item].value, judged[item])
            for item in choose_examples(examples, consensus, judged, is_explained)
        ),
    )


def judge_versions(
    table: QuestionTable, consensus: Mapping[LabelledItem, Consensus], verdicts: Sequence[Verdicts]
) -> JudgeVersions | None:
    """Put several judges of a question beside each other on the items that all of them judged, None for one judge.

    On different items a judge may look better only because its items were easier.
    """
    if len(verdicts) < 2:
        return None
    common = sorted(set(consensus).intersection(*(judge.values for judge in verdicts)))
    rows = []
    for judge in verdicts:
        pairs = [(consensus[item].value, judge.values[item]) for item in common]
        rows.append(JudgeVersion(judge.name, judge.source, _kappa(table, pairs), _percent(pairs)))
    return JudgeVersions(table.question.name, len(common), tuple(rows))


def _verdicts(table: QuestionTable, judgements: Sequence[Assessment], read: ReadValue) -> Verdicts:
    values: dict[LabelledItem, Value] = {}
    errors = unmappable = 0
    for judgement in judgements:
        if judgement.error is not None or judgement.value is None:
            errors += 1
            continue
        try:
            values[item_of(judgement)] = comparable(read(table.question, judgement))
        except UnusableValue:
            unmappable += 1
    return Verdicts(judgements[0].name, judgements[0].source, values, errors, unmappable)


def compare(
    table: QuestionTable,
    consensus: Mapping[LabelledItem, Consensus],
    judged: Mapping[LabelledItem, Value],
    bootstrap: Bootstrap,
) -> Comparison:
    """Compare a judge's values with the consensus, on the items that have both."""
    pairs = [(agreed.value, judged[item]) for item, agreed in sorted(consensus.items()) if item in judged]
    cells = Counter(pairs)
    values = in_order(table, (value for pair in cells for value in pair))
    interval = None
    if table.level is not None and len(pairs) >= FEWEST_ITEMS and len(values) > 1:
        ordered = sorted(cells)
        statistic = kappa_statistic(ordered, weights_for(table.level))
        interval = bootstrap.interval([cells[cell] for cell in ordered], statistic)
    note = None
    if not pairs:
        note = "no judged item has a consensus of people"
    elif len(values) == 1:
        note = f"people and judge said {value_words(values[0], table.question)} everywhere"
    elif len(pairs) < FEWEST_ITEMS:
        note = f"too few items ({len(pairs)})"
    elif interval is None:
        note = "too few differences for an interval"
    axis = values if len(values) <= _MOST_AXIS_VALUES else []
    return Comparison(
        items=len(pairs),
        kappa=_kappa(table, pairs),
        interval=interval,
        percent=_percent(pairs),
        values=tuple(axis),
        words=tuple(value_words(value, table.question) for value in axis),
        confusion=tuple(tuple(cells[people, judge] for judge in axis) for people in axis),
        rates=tuple(_rates(table, cells, value) for value in axis),
        always=_always(table, pairs),
        note=note,
    )


def _compare_option(
    table: QuestionTable, option: str, judged: Mapping[LabelledItem, Value], bootstrap: Bootstrap
) -> Comparison:
    """Compare as a yes/no question whether an option was chosen, with a consensus of its own."""
    of_option = table.for_option(option)
    said = {item: has_option(value, option) for item, value in judged.items()}
    return compare(of_option, of_option.consensus(), said, bootstrap)


def _kappa(table: QuestionTable, pairs: Sequence[Pair]) -> Figure:
    if table.level is None:
        return undefined("answers to this question are not compared")
    return cohen_kappa(pairs, weights_for(table.level))


def _percent(pairs: Sequence[Pair]) -> Figure:
    if not pairs:
        return undefined("there is no item in common")
    return Figure(sum(people == judge for people, judge in pairs) / len(pairs))


def _rates(table: QuestionTable, cells: Mapping[Pair, int], value: Value) -> ValueRates:
    people = sum(count for (said, _), count in cells.items() if said == value)
    judge = sum(count for (_, said), count in cells.items() if said == value)
    both = cells.get((value, value), 0)
    return ValueRates(
        value=value,
        word=value_words(value, table.question),
        people=people,
        judge=judge,
        both=both,
        found=Figure(both / people) if people else undefined("no consensus is this"),
        right=Figure(both / judge) if judge else undefined("the judge never said this"),
    )


def _always(table: QuestionTable, pairs: Sequence[Pair]) -> ValueCount | None:
    counts = Counter(people for people, _ in pairs)
    if not counts:
        return None
    value = max(in_order(table, counts), key=lambda value: counts[value])
    return ValueCount(
        value, key_of(value), value_words(value, table.question), counts[value], counts[value] / len(pairs)
    )


def _ceiling(table: QuestionTable, judged: Mapping[LabelledItem, Value]) -> Figure:
    if table.level is None or options_of(table.question) is not None:
        return undefined("the whole answers to this question are not compared")
    return krippendorff_alpha(
        ([vote.value for vote in votes.values()] for item, votes in table.votes.items() if item in judged), table.level
    )


def _blind_kappa(table: QuestionTable, judged: Mapping[LabelledItem, Value]) -> Figure:
    blind = {
        item: {reviewer: vote for reviewer, vote in votes.items() if vote.label.blind is WasBlind.TRUE}
        for item, votes in table.votes.items()
    }
    agreed = QuestionTable(table.question, table.level, blind, {}).consensus()
    return _kappa(table, [(agreed[item].value, judged[item]) for item in sorted(agreed) if item in judged])


def _example(table: QuestionTable, item: LabelledItem, agreed: Value, verdict: Value) -> JudgeExample:
    votes = table.votes.get(item, {})
    return JudgeExample(
        item=item,
        people=value_words(agreed, table.question),
        judge=value_words(verdict, table.question),
        labels=len(votes),
        agreeing=sum(vote.value == agreed for vote in votes.values()),
        rationale=next(_rationales(table, item, agreed), None),
    )


def _is_explained(table: QuestionTable, item: LabelledItem, agreed: Value) -> bool:
    return any(_rationales(table, item, agreed))


def _rationales(table: QuestionTable, item: LabelledItem, agreed: Value) -> Iterator[str]:
    """Yield the reasons of those whose label is what people agree on."""
    for vote in table.votes.get(item, {}).values():
        comment = answer_metadata.comment_of(vote.label.assessment)
        if vote.value == agreed and comment:
            yield comment
