"""What was said about a sprint's traces and does not count there, or not as who said it meant. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, SourceType, person
from labeler.domain.question import NOTE_NAMES
from labeler.sprint.plan import Plan


def outside(said: Sequence[Assessment], is_reviewers: Callable[[Assessment], bool], plan: Plan) -> dict[str, int]:
    """Count the labels given since a sprint was opened that are no reviewer's of it, by source.

    What names another sprint, or was given in another role than a reviewer's, is none of them.
    """
    counts: Counter[str] = Counter()
    for each in said:
        is_label = each.valid and each.source.type is SourceType.HUMAN and each.name not in NOTE_NAMES
        names_no_other = each.metadata.get(answer_metadata.SPRINT) in (None, "", plan.slug)
        is_new = each.created_at_ms >= (plan.opened_at_ms or 0) and not each.metadata.get(answer_metadata.ROLE)
        if is_label and is_new and names_no_other and not is_reviewers(each):
            counts[each.source.id] += 1
    return dict(sorted(counts.items()))


def replaced_by_others(
    said: Sequence[Assessment], is_reviewers: Callable[[Assessment], bool], same: Mapping[str, str]
) -> dict[tuple[str, str], int]:
    """Count the answers of reviewers that somebody else replaced, by whose they were and who did it.

    `same` maps further IDs of a person to the one that counts, as people are compared.
    """
    by_id = {each.id: each for each in said}
    counts: Counter[tuple[str, str]] = Counter()
    for each in said:
        old = by_id.get(each.overrides or "")
        if old is None or old.valid or not is_reviewers(old):
            continue
        whose, by = (same.get(key, key) for key in (person(old.source.id), person(each.source.id)))
        if whose != by:
            counts[whose, by] += 1
    return dict(sorted(counts.items()))
