"""Which labels are those of a sprint's reviewers. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from labeler.domain.assessment import Assessment, person
from labeler.domain.sprint import scope_of_plan
from labeler.sprint.plan import Plan
from labeler.sprint.reading import Snapshot


def is_of_reviewers(snapshot: Snapshot) -> Callable[[Assessment], bool]:
    """Return the test of whether an assessment is of a sprint, and by one of its reviewers."""
    plan = snapshot.sprint.plan
    people, same = {person(each) for each in plan.queues.values()}, same_people(plan)
    assigned = {person(who): items.keys() for who, items in snapshot.items.items()}
    assigned |= {other: assigned[one] for other, one in same.items() if one in assigned}
    is_of_sprint = scope_of_plan(plan.scope, assigned)

    def is_reviewers(assessment: Assessment) -> bool:
        by = person(assessment.source.id)
        return same.get(by, by) in people and is_of_sprint(assessment)

    return is_reviewers


def same_people(plan: Plan) -> Mapping[str, str]:
    """Return the further IDs of people in a sprint, each with the one that counts, both as people are compared."""
    return {person(other): person(one) for other, one in plan.same.items()}


def answers_in(snapshot: Snapshot) -> list[Assessment]:
    """Return everything that was said to a sprint's questions about its traces, by whomever."""
    names = {each.name for each in snapshot.sprint.plan.questions}
    return [each for trace in snapshot.traces.values() for each in trace.assessments if each.name in names]
