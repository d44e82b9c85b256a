"""What counts of a sprint, by what it is for: agreement, calibration or gold. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from labeler.agreement.counted_labels import CountedLabels, LeftOut, WasBlind, count_labels
from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment
from labeler.sprint.reading import Snapshot
from labeler.sprint.repeats import both_passes
from labeler.sprint.scope import answers_in, is_of_reviewers, same_people


@dataclass(frozen=True, slots=True)
class SprintParts:
    """The labels of a sprint by what they are for.

    `compared` are those on items that are neither calibration nor gold, and alone count for agreement; what it left out
    was left out anywhere in the sprint. `calibration` are those on calibration items, `gold` those on gold items.
    """

    compared: CountedLabels
    calibration: CountedLabels
    gold: CountedLabels

    @property
    def outside(self) -> Mapping[str, int]:
        """How many assessments on the sprint's traces are not of the sprint, by whose they are."""
        return self.compared.left_out.get(LeftOut.OUTSIDE, {})


def parts_of(
    snapshot: Snapshot,
    said: Sequence[Assessment],
    gold_items: Collection[str],
    *,
    without: Collection[str] = (),
    blind: Collection[WasBlind] = tuple(WasBlind),
) -> SprintParts:
    """Count what was said in a sprint, calibration and gold items apart. An item that is both is a gold item.

    `without` has reviewers to leave out beside those whom the sprint leaves out, `blind` the states that count.
    """
    gold = set(gold_items)
    calibration = set(snapshot.sprint.plan.calibration) - gold

    def on(is_chosen: Callable[[str], bool]) -> CountedLabels:
        chosen = [each for each in said if is_chosen(each.trace_id)]
        return count_sprint(snapshot, chosen, without=without, blind=blind)

    compared = on(lambda trace: trace not in gold and trace not in calibration)
    everything = on(lambda trace: True)
    return SprintParts(
        compared=replace(
            compared,
            left_out=everything.left_out,
            answered_twice=both_passes(snapshot, without=without, blind=blind).answered_twice,
        ),
        calibration=replace(on(calibration.__contains__), left_out={}),
        gold=on(gold.__contains__),
    )


def reviewers_labels(snapshot: Snapshot) -> CountedLabels:
    """Choose the answers of a sprint's reviewers that count; of leads' decisions those of leads who are reviewers."""
    plan = snapshot.sprint.plan
    return count_labels(
        answers_in(snapshot), in_scope=is_of_reviewers(snapshot), same=same_people(plan), without=plan.ignored
    )


def count_sprint(
    snapshot: Snapshot,
    said: Iterable[Assessment],
    *,
    without: Collection[str] = (),
    blind: Collection[WasBlind] = tuple(WasBlind),
) -> CountedLabels:
    """Choose the labels of a sprint's reviewers that count, and the decisions of its leads."""
    plan = snapshot.sprint.plan
    is_reviewers = is_of_reviewers(snapshot)

    def in_scope(assessment: Assessment) -> bool:
        if assessment.metadata.get(answer_metadata.ROLE):
            return assessment.metadata.get(answer_metadata.SPRINT) == plan.slug
        return is_reviewers(assessment)

    return count_labels(
        said,
        in_scope=in_scope,
        scope_of=lambda each: plan.slug,  # also where a label of the sprint does not name it
        same=same_people(plan),
        without=(*plan.ignored, *without),
        blind=blind,
    )
