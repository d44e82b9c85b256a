"""Everything a report says, as numbers: whoever prints it computes nothing.

Shares lie between 0 and 1, times are milliseconds, reviewer IDs are trimmed and in lower case. Sequences are in the
order in which they are to be shown, and the same labels give the same report in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Mapping

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.consensus import Consensus
from labeler.agreement.counted_labels import CountedLabels, LabelledItem, LeftOut, WasBlind
from labeler.agreement.figure import Figure, Interval
from labeler.agreement.level import Level, Value
from labeler.dataclass import dataclass
from labeler.domain.assessment import AssessmentKind, Source


@dataclass(frozen=True, slots=True)
class ValueCount:
    """How often a value was given on the items that count, in all and as a share of their labels.

    `key` is the value as JSON text without quotes, `word` what the question calls it. Of a choice of several each
    option is a value, and the shares can add up to more than 1.
    """

    value: Value
    key: str
    word: str
    labels: int
    share: float


@dataclass(frozen=True, slots=True)
class AgreementFigures:
    """How far people agree, over the items that have two labels or more.

    `interval` is that of alpha. `one_sided` is the value that more than 85 % of the labels have, beside which AC1 is to
    be shown. `note` says why something is not there, or None.
    """

    items: int
    labels: int
    percent: Figure
    alpha: Figure
    interval: Interval | None
    ac1: Figure
    fleiss: Figure
    one_sided: ValueCount | None
    note: str | None


@dataclass(frozen=True, slots=True)
class PairFigures:
    """How two reviewers agree on the items that both labelled. Numbers have quadratic weights in kappa."""

    reviewers: tuple[str, str]
    items: int
    percent: Figure
    kappa: Figure


@dataclass(frozen=True, slots=True)
class WithoutReviewer:
    """Alpha without the labels of one reviewer, and by how much it is larger than with them."""

    reviewer: str
    alpha: Figure
    gain: float | None


@dataclass(frozen=True, slots=True)
class VoteFigures:
    """What one reviewer said about an item."""

    reviewer: str
    value: Value
    word: str
    rationale: str | None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The votes on an item and what they come to. `disagreement` is the mean difference of two votes, 0 to 1."""

    item: LabelledItem
    votes: tuple[VoteFigures, ...]
    consensus: Consensus | None
    disagreement: float | None


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """All about one question. `level` and most figures are None where answers are counted and not compared.

    `single_labels` are on items with no other label. `answers` has for each reviewer how often each value was given,
    by its key, on all items. `lowest` is the reviewer without whom alpha rises most, if by 0.05 or more.
    `disputed` are the items on which people differ, most first.
    """

    name: str
    kind: AssessmentKind
    level: Level | None
    agreement: AgreementFigures
    options: Mapping[str, AgreementFigures] | None
    single_labels: int
    values: tuple[ValueCount, ...]
    answers: Mapping[str, Mapping[str, int]]
    pairs: tuple[PairFigures, ...]
    without: tuple[WithoutReviewer, ...]
    lowest: WithoutReviewer | None
    items: tuple[ItemFigures, ...]
    disputed: tuple[ItemFigures, ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """Five numbers for a box: smallest, quartiles, largest."""

    smallest: float
    lower: float
    median: float
    upper: float
    largest: float


@dataclass(frozen=True, slots=True)
class ReviewerFigures:
    """All about one reviewer.

    `active_ms` is over items, None where no time was written down; the time of an item is the longest of its answers,
    as each has that of those before it. `kappa` is the mean of the reviewer's pair kappas, weighted by their items.
    """

    reviewer: str
    labels: int
    items: int
    active_ms: Spread | None
    kappa: Figure
    blind: Mapping[WasBlind, int]


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """How far one reviewer's second answers to a question are those that they gave before, in another scope."""

    reviewer: str
    question: str
    agreement: AgreementFigures


@dataclass(frozen=True, slots=True)
class ValueRates:
    """How a judge does on one value, in counts of items, and as shares.

    `found` is the share of the items with this consensus on which the judge says it (recall); `right` is the share of
    the items on which the judge says it that have this consensus (precision).
    """

    value: Value
    word: str
    people: int
    judge: int
    both: int
    found: Figure
    right: Figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """A judge's values beside the people's consensus, item by item.

    `values` are the axes of `confusion`: a row for each value of the consensus, a column for each of the judge's. Both
    are empty where there are too many different numbers. `always` is the commonest value of the consensus: a judge that
    always said it would agree on its share of the items.
    """

    items: int
    kappa: Figure
    interval: Interval | None
    percent: Figure
    values: tuple[Value, ...]
    words: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    rates: tuple[ValueRates, ...]
    always: ValueCount | None
    note: str | None


@dataclass(frozen=True, slots=True)
class JudgeExample:
    """An item on which a judge differs from what people agree on.

    `people` and `judge` are both values in words. Of the item's `labels`, `agreeing` have the people's value, and
    `rationale` is the first reason that one of those gives, or None.
    """

    item: LabelledItem
    people: str
    judge: str
    labels: int
    agreeing: int
    rationale: str | None


@dataclass(frozen=True, slots=True)
class JudgeFigures:
    """All about one judge, or one piece of code, on one question; `name` is that of its assessments.

    `judged` are its values; further it failed `errors` times, and `unmappable` times it said what the question does not
    know. Of the judged items `undecided` have labels but no consensus; of the items compared, `with_rationale` have a
    label that agrees with the consensus and says why.

    `ceiling` is the people's own alpha on all judged items, the undecided included, and `person_kappa` is kappa of the
    judge and every single label on them: where the two are equal, the judge agrees with a person as people do with each
    other. Kappa against the consensus can lie above the ceiling, since a consensus errs less than a person.

    `seen` is the share of labels on the judged items whose reviewers could see others' answers; where it is over 10 %,
    `blind_kappa` is kappa against what blind labels alone come to. `show` are the items that tell most about where the
    judge errs.
    """

    name: str
    source: Source
    question: str
    comparison: Comparison
    options: Mapping[str, Comparison] | None
    judged: int
    errors: int
    unmappable: int
    undecided: int
    ceiling: Figure
    person_kappa: Figure
    with_rationale: int
    seen: Figure
    blind_kappa: Figure | None
    show: tuple[JudgeExample, ...]


@dataclass(frozen=True, slots=True)
class JudgeVersion:
    """One of several judges of a question, on the items that all of them judged and people agree on."""

    name: str
    source: Source
    kappa: Figure
    percent: Figure


@dataclass(frozen=True, slots=True)
class JudgeVersions:
    """The judges of one question beside each other."""

    question: str
    items: int
    versions: tuple[JudgeVersion, ...]


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """A report. `days` has labels by day in UTC, as ISO dates.

    `left_out` has how many assessments by people did not count, for every reason; `left_out_by` whose they were.
    """

    questions: tuple[QuestionFigures, ...]
    reviewers: tuple[ReviewerFigures, ...]
    with_oneself: tuple[SelfAgreement, ...]
    judges: tuple[JudgeFigures, ...]
    versions: tuple[JudgeVersions, ...]
    days: Mapping[str, int]
    left_out: Mapping[LeftOut, int]
    left_out_by: Mapping[LeftOut, Mapping[str, int]]
    counted: CountedLabels
    method: Bootstrap
