"""The figures of one question."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from math import fsum
from typing import Final

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.consensus import Consensus
from labeler.agreement.counted_labels import LabelledItem
from labeler.agreement.exact_numbers import in_whole_units
from labeler.agreement.figure import Interval, undefined
from labeler.agreement.item_patterns import ItemPatterns, patterns_of
from labeler.agreement.kappa import cohen_kappa, fleiss_kappa, weights_for
from labeler.agreement.krippendorff import alpha_statistic, krippendorff_alpha
from labeler.agreement.level import Level, Value, key_of, options_of, possible_values
from labeler.agreement.percent_and_ac1 import gwet_ac1, percent_agreement
from labeler.agreement.question_table import QuestionTable, Vote
from labeler.agreement.report_model import (
    AgreementFigures,
    ItemFigures,
    PairFigures,
    QuestionFigures,
    ValueCount,
    VoteFigures,
    WithoutReviewer,
)
from labeler.domain import answer_metadata
from labeler.domain.assessment import AssessmentKind
from labeler.domain.question import Categorical, PassFail, Structured
from labeler.domain.value_words import value_words

FEWEST_ITEMS: Final = 20
"""For an interval, and for the kappa of a pair: from fewer items either says next to nothing."""

_ONE_SIDED: Final = 0.85
_WORTH_NAMING: Final = 0.05

NOT_COMPARED: Final = "counted, not compared"


def question_figures(
    table: QuestionTable, consensus: Mapping[LabelledItem, Consensus], bootstrap: Bootstrap
) -> QuestionFigures:
    """Compute everything a report says about a question."""
    items = _items(table, consensus)
    options = options_of(table.question)
    without = _without_each(table)
    largest = max(without, key=lambda left: left.gain or 0, default=None)
    return QuestionFigures(
        name=table.question.name,
        kind=table.question.kind,
        level=table.level,
        agreement=agreement_figures(table, bootstrap),
        options=None
        if options is None
        else {option: agreement_figures(table.for_option(option), bootstrap) for option in options},
        single_labels=sum(len(votes) == 1 for votes in table.votes.values()),
        values=_value_counts(table),
        answers=_answers(table),
        pairs=pair_figures(table),
        without=without,
        lowest=largest if largest and (largest.gain or 0) >= _WORTH_NAMING else None,
        items=items,
        disputed=tuple(
            sorted(
                (item for item in items if item.disagreement),
                key=lambda item: (-(item.disagreement or 0), -len(item.votes), item.item),
            )
        ),
    )


def agreement_figures(table: QuestionTable, bootstrap: Bootstrap) -> AgreementFigures:
    """Compute how far people agree on a question, or on one option of it.

    Of a choice of several only the share of equal sets is defined for the whole. AC1 and Fleiss' kappa take values as
    names and are not defined for numbers on an interval scale, Fleiss' not for ranks either.
    """
    level, values = table.level, table.values()
    patterns = patterns_of(values)
    reason = why_not_compared(table)
    if level is None or reason is not None:
        return _uncompared(table, patterns, reason or NOT_COMPARED)
    interval = None
    if patterns.items >= FEWEST_ITEMS and len(patterns.values) > 1:
        statistic = alpha_statistic(patterns, level)
        interval = bootstrap.interval(patterns.multiplicities, statistic)
    as_numbers = undefined("numbers that are measured have no categories")
    as_ranks = as_numbers if level is Level.INTERVAL else undefined("Fleiss' kappa takes ranks as mere names")
    return AgreementFigures(
        items=patterns.items,
        labels=patterns.labels,
        percent=percent_agreement(values),
        alpha=krippendorff_alpha(values, level),
        interval=interval,
        ac1=as_numbers if level is Level.INTERVAL else gwet_ac1(values, possible_values(table.question)),
        fleiss=fleiss_kappa(values) if level is Level.NOMINAL else as_ranks,
        one_sided=next((count for count in _value_counts(table) if count.share > _ONE_SIDED), None),
        note=_joined([_why_incomplete(table, patterns, interval), *_type_notes(table)]),
    )


def _uncompared(table: QuestionTable, patterns: ItemPatterns, reason: str) -> AgreementFigures:
    """Return the figures of answers that are counted only, or compared in parts: then the share of equal ones."""
    percent, nothing = undefined(reason), None
    if table.level is not None:
        percent = percent_agreement(table.values())
        nothing = None if patterns.patterns else _nothing_in_common(table)
    return AgreementFigures(
        items=patterns.items,
        labels=patterns.labels,
        percent=percent,
        alpha=undefined(reason),
        interval=None,
        ac1=undefined(reason),
        fleiss=undefined(reason),
        one_sided=None,
        note=_joined([nothing, reason, *_type_notes(table)]),
    )


def why_not_compared(table: QuestionTable) -> str | None:
    """Return why whole answers to a question have no coefficient of agreement; None where they have one."""
    if table.question.kind is not AssessmentKind.FEEDBACK:
        return f"expectations are {NOT_COMPARED}"
    if table.level is None:
        return f"{'objects are' if _has_objects(table) else 'text is'} {NOT_COMPARED}"
    return None if options_of(table.question) is None else "a choice of several is compared option by option"


def _has_objects(table: QuestionTable) -> bool:
    """Return whether the answers are objects, whoever asked for them."""
    if isinstance(table.question.input, Structured):
        return True
    given = (vote.label.assessment.value for votes in table.votes.values() for vote in votes.values())
    return any(isinstance(value, Mapping) for value in given)


def _why_incomplete(table: QuestionTable, patterns: ItemPatterns, interval: Interval | None) -> str | None:
    if not patterns.patterns:
        return _nothing_in_common(table)
    if len(patterns.values) == 1:
        return f"everybody said {value_words(patterns.values[0], table.question)}"
    if patterns.items < FEWEST_ITEMS:
        return f"too few items ({patterns.items})"
    return None if interval else "too few differences for an interval"


def _nothing_in_common(table: QuestionTable) -> str:
    labels = sum(map(len, table.votes.values()))
    if not labels:
        return "no labels"
    reviewers = table.reviewers
    if len(reviewers) == 1:
        return f"labels of one person only ({labels} by {reviewers[0]})"
    return f"no item has labels of two people ({labels} by {len(reviewers)} people)"


def _type_notes(table: QuestionTable) -> list[str]:
    if not table.types:
        return []
    return [f"answers of this name are {' and '.join(table.types)}, each a question of its own here"]


def _joined(notes: Iterable[str | None]) -> str | None:
    return "; ".join(note for note in notes if note) or None


def _value_counts(table: QuestionTable) -> tuple[ValueCount, ...]:
    """Return how often each value, or each option, was given on items with two labels or more."""
    if table.level is None:
        return ()
    paired = [value for values in table.values() if len(values) >= 2 for value in values]
    counts = Counter(part for value in paired for part in _parts(value))
    return tuple(
        ValueCount(value, key_of(value), value_words(value, table.question), counts[value], counts[value] / len(paired))
        for value in in_order(table, counts)
    )


def in_order(table: QuestionTable, values: Iterable[Value]) -> list[Value]:
    """Return values in the order of the question: the positive one first, options as they stand, numbers upwards."""
    given = set(values)
    asked = table.question.input
    if isinstance(asked, PassFail):
        return [value for value in (True, False) if value in given]
    if isinstance(asked, Categorical) and not any(isinstance(value, tuple) for value in given):
        return [option for option in asked.options if option in given]
    return sorted(given)


def _parts(value: Value) -> Sequence[Value]:
    return value if isinstance(value, tuple) else (value,)


def _answers(table: QuestionTable) -> dict[str, dict[str, int]]:
    given: dict[str, Counter[Value]] = {reviewer: Counter() for reviewer in table.reviewers}
    if table.level is None:
        return {}
    for votes in table.votes.values():
        for reviewer, vote in votes.items():
            given[reviewer].update(_parts(vote.value))
    return {
        reviewer: {key_of(value): counts[value] for value in in_order(table, counts)}
        for reviewer, counts in given.items()
    }


def pair_figures(table: QuestionTable) -> tuple[PairFigures, ...]:
    """Compute how every two reviewers agree who have items in common, in the order of their IDs."""
    if table.level is None:
        return ()
    common: dict[tuple[str, str], list[tuple[Value, Value]]] = defaultdict(list)
    for votes in table.votes.values():
        for one, other in combinations(sorted(votes), 2):
            common[one, other].append((votes[one].value, votes[other].value))
    found = []
    for reviewers, pairs in sorted(common.items()):
        kappa = cohen_kappa(pairs, weights_for(table.level))
        if len(pairs) < FEWEST_ITEMS:
            kappa = undefined(f"too few items in common ({len(pairs)})")
        found.append(PairFigures(reviewers, len(pairs), percent_agreement(pairs), kappa))
    return tuple(found)


def _without_each(table: QuestionTable) -> tuple[WithoutReviewer, ...]:
    """Return alpha without each reviewer whose labels take part in it, where two others are left."""
    level, reviewers = table.level, table.reviewers
    if level is None or options_of(table.question) is not None or len(reviewers) < 3:
        return ()
    whole = krippendorff_alpha(table.values(), level).value
    taking_part = {reviewer for votes in table.votes.values() if len(votes) >= 2 for reviewer in votes}
    found = []
    for reviewer in sorted(taking_part):
        alpha = krippendorff_alpha(table.values(without=reviewer), level)
        gain = None if alpha.value is None or whole is None else alpha.value - whole
        found.append(WithoutReviewer(reviewer, alpha, gain))
    return tuple(found)


def _items(table: QuestionTable, consensus: Mapping[LabelledItem, Consensus]) -> tuple[ItemFigures, ...]:
    difference = _difference(table)
    return tuple(
        ItemFigures(
            item,
            tuple(_vote(table, reviewer, vote) for reviewer, vote in table.votes.get(item, {}).items()),
            consensus.get(item),
            _mean_difference([vote.value for vote in table.votes.get(item, {}).values()], difference),
        )
        for item in sorted({*table.votes, *table.adjudicated})
    )


def _vote(table: QuestionTable, reviewer: str, vote: Vote) -> VoteFigures:
    return VoteFigures(
        reviewer, vote.value, value_words(vote.value, table.question), answer_metadata.comment_of(vote.label.assessment)
    )


def _difference(table: QuestionTable) -> Callable[[Value, Value], float] | None:
    """Return how far two values are apart, 0 to 1: of numbers by the widest difference that was given."""
    if table.level is None:
        return None
    if table.level is Level.NOMINAL:
        return lambda one, other: float(one != other)
    values = sorted({value for values in table.values() for value in values})
    places = dict(zip(values, in_whole_units(values), strict=True))  # type: ignore[arg-type]
    widest = max(places.values(), default=0) or 1
    return lambda one, other: abs(places[one] - places[other]) / widest


def _mean_difference(values: Sequence[Value], difference: Callable[[Value, Value], float] | None) -> float | None:
    pairs = list(combinations(values, 2))
    if difference is None or not pairs:
        return None
    return fsum(difference(one, other) for one, other in pairs) / len(pairs)
