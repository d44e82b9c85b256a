"""Sprints: what a plan says, and which labels belong to one, also where whoever wrote them knew nothing of sprints."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, person
from labeler.domain.moment import parse_time

PLAN_TAG: Final = "labeler.sprint."
"""What the experiment tag of a plan begins with; its slug follows. Tags with a further part belong to a sprint, too."""

LONGEST_TAG: Final = 20_000
"""Characters in the value of an experiment tag: MLflow refuses more."""

NO_SPRINT: Final = ""
"""The scope of everything that belongs to no sprint."""

FORMAT: Final = 1
"""The format of plans that this version reads and writes."""

_GRACE_MS: Final = 5 * 60_000
"""How much earlier than a sprint's opening a label may be, since clocks differ."""


@dataclass(frozen=True, slots=True)
class SprintPlan:
    """What a plan says about scopes. `queues` has the reviewer of each queue, by queue ID.

    `opened_at_ms` is in milliseconds since the epoch, UTC; None before the sprint is opened. `blind`: reviewers do not
    see what others said. `order_seed` and `calibration`, which comes first, decide the order of everybody's items.
    `counts_earlier`: answers that reviewers gave before the sprint was opened count in it.
    """

    slug: str
    queues: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    adjudication_queue: str | None = None
    opened_at_ms: int | None = None
    blind: bool = False
    order_seed: int = 0
    calibration: tuple[str, ...] = ()
    counts_earlier: bool = False

    @property
    def all_queues(self) -> frozenset[str]:
        """The reviewers' queues and the one for adjudication."""
        return frozenset({*self.queues, *([self.adjudication_queue] if self.adjudication_queue else [])})


@dataclass(frozen=True, slots=True)
class SprintScope:
    """The labels of one sprint, by its slug, its queues, or the traces that it gave to each reviewer.

    `opened_at_ms` is in milliseconds since the epoch, UTC, less whatever grace clocks are given; None before that.
    `assigned` has reviewer IDs trimmed and in lower case. With `counts_earlier` what reviewers said about their traces
    before the sprint was opened is of it, too, unless it names another sprint.
    """

    slug: str
    queues: Collection[str] = ()
    opened_at_ms: int | None = 0
    assigned: Mapping[str, Collection[str]] | None = None
    counts_earlier: bool = False

    def __call__(self, assessment: Assessment) -> bool:
        """Return whether an assessment is of this sprint: by its own word, else its queue, else its time and trace."""
        sprint = assessment.metadata.get(answer_metadata.SPRINT)
        if sprint:
            return sprint == self.slug
        queue = assessment.metadata.get(answer_metadata.QUEUE)
        if queue in self.queues:
            return True
        is_earlier = self.opened_at_ms is None or assessment.created_at_ms < self.opened_at_ms
        if (is_earlier and not self.counts_earlier) or (queue and not is_earlier):
            return False
        return assessment.trace_id in (self.assigned or {}).get(person(assessment.source.id), ())


def names_sprint(assessment: Assessment, plan: SprintPlan) -> bool:
    """Return whether an assessment says by itself that it is of a sprint: by the sprint's slug, else by its queue."""
    return SprintScope(plan.slug, plan.all_queues, opened_at_ms=None)(assessment)


def scope_of(assessment: Assessment, sprints: Iterable[SprintScope]) -> str:
    """Return the slug of the sprint that an assessment belongs to, `NO_SPRINT` for none.

    A sprint that an assessment names counts also where its plan is not known.
    """
    named = assessment.metadata.get(answer_metadata.SPRINT)
    return named or next((each.slug for each in sprints if each(assessment)), NO_SPRINT)


def in_no_sprint(assessment: Assessment) -> bool:
    """Return whether an assessment is in the scope of no sprint, as far as that is known without any plan."""
    return scope_of(assessment, ()) == NO_SPRINT


def in_scope(scope: str, sprints: Collection[SprintScope] = ()) -> Callable[[Assessment], bool]:
    """Return the test of whether an assessment belongs to a scope. `sprints` are those that are known."""
    return lambda assessment: scope_of(assessment, sprints) == scope


def scope_of_queue(queue_id: str | None, plans: Iterable[SprintPlan]) -> str:
    """Return the slug of the sprint that a review queue is one of, `NO_SPRINT` for none."""
    return next((plan.slug for plan in plans if queue_id in plan.all_queues), NO_SPRINT)


def scope_of_plan(plan: SprintPlan, assigned: Mapping[str, Collection[str]]) -> SprintScope:
    """Return which labels are a plan's. `assigned` has the traces in each reviewer's queue, by reviewer ID."""
    opened = None if plan.opened_at_ms is None else plan.opened_at_ms - _GRACE_MS
    traces = {person(reviewer): trace_ids for reviewer, trace_ids in assigned.items()}
    return SprintScope(plan.slug, plan.all_queues, opened, traces, plan.counts_earlier)


def order_of_items(trace_ids: Iterable[str], reviewer: str, seed: int, first: Collection[str] = ()) -> list[str]:
    """Order items as a reviewer of a sprint works on them: `first` (calibration), then by hash.

    Every program works it out by itself. Two reviewers have different orders, so that no item is always seen late.
    """
    beginning, me = set(first), person(reviewer)
    return sorted(trace_ids, key=lambda item: (item not in beginning, hash_of(seed, me, item)))


def hash_of(seed: int | str, *words: str) -> bytes:
    """Return the hash by which a sprint decides what chance decides elsewhere, the same on every machine."""
    text = "\0".join([str(seed), *words])
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def plans_in(tags: Mapping[str, str]) -> list[SprintPlan]:
    """Return the plans among the tags of an experiment. What is no plan, or of a later format, is left out."""
    slugs = {name.removeprefix(PLAN_TAG): text for name, text in tags.items() if name.startswith(PLAN_TAG)}
    plans = [plan_of(slug, text) for slug, text in slugs.items() if "." not in slug]
    return [plan for plan in plans if plan is not None]


def plan_of(slug: str, text: str) -> SprintPlan | None:
    """Return what the JSON of a plan says about scopes; None where it is no plan, or of a later format."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        return None
    queues, adjudication = fields.get("queues"), fields.get("adjudication_queue")
    return SprintPlan(
        slug=slug,
        queues={str(each): str(whose) for each, whose in queues.items()} if isinstance(queues, dict) else {},
        adjudication_queue=adjudication if isinstance(adjudication, str) and adjudication else None,
        opened_at_ms=_moment(fields.get("opened_at")),
        blind=fields.get("blind") is True,
        order_seed=seed if isinstance(seed := fields.get("order_seed"), int) else 0,
        calibration=tuple(map(str, first)) if isinstance(first := fields.get("calibration"), list) else (),
        counts_earlier=fields.get("counts_earlier") is True,
    )


def _moment(text: object) -> int | None:
    try:
        return parse_time(text) if isinstance(text, str) else None
    except ValueError:
        return None
