"""The plan of a sprint, as the tag of an experiment has it: read, checked and written as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias

from labeler.agreement.level import Level
from labeler.dataclass import dataclass
from labeler.domain.assessment import person
from labeler.domain.moment import parse_time, utc_text
from labeler.domain.sprint import FORMAT, LONGEST_TAG, SprintPlan
from labeler.domain.value import JsonValue
from labeler.sprint.errors import SprintError, UnreadablePlan
from labeler.sprint.names import plan_tag

Overlap: TypeAlias = int | float | Literal["all"]
"""How many people label each item. 1.2: two for a fifth of the items, one for the others."""

_SLUG: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")


class SprintState(StrEnum):
    CREATING = "creating"
    """Being made, or left half made: making it again goes on."""

    CALIBRATING = "calibrating"
    """Everybody labels the calibration items, and no others yet."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SprintSelection:
    """Which traces a sprint is about. `ids_sha256` is that of the file of IDs, where there was one.

    `until_ms` pins the traces that there were, in milliseconds since the epoch, and `since_ms` what `since` stood for.
    """

    filter: str = ""
    until_ms: int | None = None
    sample: int | None = None
    seed: int | None = None
    ids_sha256: str | None = None
    since: str = ""
    since_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedQuestion:
    """A question of a sprint. `schema_id` is None until its label schema is made; `level` is None for free text."""

    name: str
    schema_id: str | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Gold:
    """How many gold items there are, and the SHA-256 of the file with their answers, which stays with the lead."""

    count: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PlannedRepeat:
    """A second pass: everybody gets so many of their own items again, answered before `before_ms`.

    That is in milliseconds since the epoch, UTC.
    """

    items: int
    before_ms: int


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a sprint is, but for its items: those are in its queues.

    `queues` has the reviewer of each queue, by queue ID. `reviewers` are those that it is being made for, until each
    of them has a queue. `left` are reviewers who left. `same` maps further IDs of a person to the one that counts, both
    as people are compared. `ignored` are those whose labels count nowhere. `items` is how many traces it was made of,
    None until that is known; `counts_earlier`: what reviewers said about their items before counts, too. `repeat` is
    set where everybody gets own items again, for their agreement with themselves. `other_fields` are fields that this
    version does not know, kept as they are.
    """

    name: str
    slug: str
    selection: SprintSelection
    overlap: Overlap
    questions: tuple[PlannedQuestion, ...]
    state: SprintState = SprintState.CREATING
    rev: int = 0
    created_by: str = ""
    opened_at_ms: int | None = None
    blind: bool = True
    order_seed: int = 0
    calibration: tuple[str, ...] = ()
    gold: Gold | None = None
    queues: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    adjudication_queue: str | None = None
    left: tuple[str, ...] = ()
    same: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    dataset_id: str | None = None
    reviewers: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    items: int | None = None
    counts_earlier: bool = False
    repeat: PlannedRepeat | None = None
    other_fields: Mapping[str, JsonValue] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def scope(self) -> SprintPlan:
        """What decides which labels and queues are this sprint's."""
        return SprintPlan(
            self.slug,
            self.queues,
            self.adjudication_queue,
            self.opened_at_ms,
            self.blind,
            self.order_seed,
            self.calibration,
            self.counts_earlier,
        )

    @property
    def tag(self) -> str:
        """The key of the experiment tag that holds this plan."""
        return plan_tag(self.slug)

    @property
    def active_queues(self) -> dict[str, str]:
        """The queues of the reviewers who have not left, by reviewer."""
        gone = set(map(person, self.left))
        return {reviewer: queue for queue, reviewer in self.queues.items() if person(reviewer) not in gone}

    def queue_of(self, reviewer: str) -> str | None:
        """Return the ID of a reviewer's queue, None for somebody without one. IDs are compared as people's are."""
        me = person(reviewer)
        me = self.same.get(me, me)
        return next((queue for queue, whose in self.queues.items() if person(whose) == person(me)), None)

    def further_ids_of(self, reviewer: str) -> list[str]:
        """Return the other IDs under which a reviewer is known, sorted, as people are compared."""
        return sorted(other for other, one in self.same.items() if person(one) == person(reviewer))


def plan_json(plan: Plan) -> str:
    """Return the text of a plan's tag. Raises `SprintError` where it is too long for one, naming what is long."""
    fields = _fields(plan)
    text = _compact(fields)
    if len(text) > LONGEST_TAG:
        longest = max(fields, key=lambda name: len(_compact(fields[name])))
        raise SprintError(
            f"The plan would have {len(text):,} characters, and the server's tag takes {LONGEST_TAG:,}. The longest "
            f"part is “{longest}” with {len(_compact(fields[longest])):,}"
        )
    return text


def read_plan(slug: str, text: str) -> Plan:
    """Return the plan in the text of a tag. Raises `UnreadablePlan`."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        raise _changed(slug, "it is no JSON") from None
    if not isinstance(fields, dict):
        raise _changed(slug, "it is no JSON object")
    stated = fields.get("format")
    if isinstance(stated, int) and not isinstance(stated, bool) and stated > FORMAT:
        raise UnreadablePlan(
            f"The plan of the sprint “{slug}” was written by a later version of labeler (format {stated}; this one "
            f"reads {FORMAT}): it needs a newer labeler. Nothing was changed"
        )
    if stated != FORMAT:
        raise _changed(slug, "it does not say its format")
    try:
        return _plan(slug, fields)
    except _Odd as odd:
        raise _changed(slug, str(odd)) from None


def _changed(slug: str, why: str) -> UnreadablePlan:
    return UnreadablePlan(
        f"The plan of the sprint “{slug}” was changed by somebody else: {why}. Nothing was changed. It is the "
        f"experiment's tag {plan_tag(slug)}; the queues and all labels are as they were"
    )


def _fields(plan: Plan) -> dict[str, JsonValue]:
    selection = plan.selection
    chosen: dict[str, JsonValue] = {
        "filter": selection.filter,
        "until_ms": selection.until_ms,
        "sample": selection.sample,
        "seed": selection.seed,
        "ids_sha256": selection.ids_sha256,
    }
    if selection.since:
        chosen |= {"since": selection.since, "since_ms": selection.since_ms}
    fields: dict[str, JsonValue] = {
        "format": FORMAT,
        "rev": plan.rev,
        "name": plan.name,
        "slug": plan.slug,
        "state": plan.state.value,
        "created_by": plan.created_by,
        "opened_at": None if plan.opened_at_ms is None else utc_text(plan.opened_at_ms),
        "selection": chosen,
        "overlap": plan.overlap,
        "blind": plan.blind,
        "order_seed": plan.order_seed,
        "questions": [
            {"name": each.name, "schema_id": each.schema_id, "level": each.level and each.level.value}
            for each in plan.questions
        ],
        "calibration": list(plan.calibration),
        "gold": None if plan.gold is None else {"count": plan.gold.count, "sha256": plan.gold.sha256},
        "queues": dict(plan.queues),
        "adjudication_queue": plan.adjudication_queue,
        "left": list(plan.left),
        "same": dict(plan.same),
        "dataset_id": plan.dataset_id,
    }
    if plan.reviewers:
        fields["reviewers"] = list(plan.reviewers)
    if plan.ignored:
        fields["ignored"] = list(plan.ignored)
    if plan.items is not None:
        fields["items"] = plan.items
    if plan.counts_earlier:
        fields["counts_earlier"] = True
    if plan.repeat is not None:
        fields["repeat"] = {"items": plan.repeat.items, "before_ms": plan.repeat.before_ms}
    return {**fields, **{name: value for name, value in plan.other_fields.items() if name not in fields}}


def _compact(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class _Odd(Exception):
    """A field of a plan is not what labeler writes there."""


def _plan(slug: str, fields: Mapping[str, Any]) -> Plan:
    if fields.get("slug") != slug or not _SLUG.fullmatch(slug):
        raise _Odd("its slug is not the one in the tag's name")
    try:
        state = SprintState(_text(fields, "state"))
    except ValueError:
        raise _Odd("its state is none that there is") from None
    chosen = _mapping(fields, "selection")
    gold = fields.get("gold")
    repeat = fields.get("repeat")
    known = {*_fields(_EMPTY), "reviewers", "ignored", "items", "counts_earlier", "repeat"}
    return Plan(
        name=_text(fields, "name"),
        slug=slug,
        selection=SprintSelection(
            filter=_text(chosen, "filter"),
            until_ms=_whole(chosen, "until_ms"),
            sample=_whole(chosen, "sample"),
            seed=_whole(chosen, "seed"),
            ids_sha256=_optional_text(chosen, "ids_sha256"),
            since=_optional_text(chosen, "since") or "",
            since_ms=_whole(chosen, "since_ms"),
        ),
        overlap=_overlap(fields.get("overlap")),
        questions=tuple(_question(each) for each in _list(fields, "questions")),
        state=state,
        rev=_whole(fields, "rev") or 0,
        created_by=_optional_text(fields, "created_by") or "",
        opened_at_ms=_moment(_optional_text(fields, "opened_at")),
        blind=_yes_or_no(fields, "blind"),
        order_seed=_whole(fields, "order_seed") or 0,
        calibration=_texts(fields, "calibration"),
        gold=None if gold is None else Gold(_whole(_object(gold), "count") or 0, _text(_object(gold), "sha256")),
        queues=_names(fields, "queues"),
        adjudication_queue=_optional_text(fields, "adjudication_queue"),
        left=_texts(fields, "left"),
        same=_names(fields, "same"),
        dataset_id=_optional_text(fields, "dataset_id"),
        reviewers=_texts(fields, "reviewers"),
        ignored=_texts(fields, "ignored"),
        items=_whole(fields, "items"),
        counts_earlier=_yes_or_no(fields, "counts_earlier") if "counts_earlier" in fields else False,
        repeat=None if repeat is None else _repeat(_object(repeat)),
        other_fields={name: value for name, value in fields.items() if name not in known},
    )


_EMPTY: Final = Plan("", "", SprintSelection(), 1, ())


def _question(value: object) -> PlannedQuestion:
    fields = _object(value)
    named = _optional_text(fields, "level")
    try:
        level = None if named is None else Level(named)
    except ValueError:
        raise _Odd("a question has a level that there is not") from None
    return PlannedQuestion(_text(fields, "name"), _optional_text(fields, "schema_id"), level)


def _repeat(fields: Mapping[str, Any]) -> PlannedRepeat:
    items, before_ms = _whole(fields, "items"), _whole(fields, "before_ms")
    if items is None or before_ms is None:
        raise _Odd("“repeat” does not say how many items, or of which time")
    return PlannedRepeat(items, before_ms)


def _overlap(value: object) -> Overlap:
    if value == "all":
        return "all"
    if isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value < 1_000_000:
        return value
    raise _Odd("its overlap is no number of at least 1")


def _moment(text: str | None) -> int | None:
    try:
        return None if text is None else parse_time(text)
    except ValueError:
        raise _Odd("“opened_at” is no time") from None


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _Odd("a part of it is no JSON object")
    return value


def _mapping(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name) or {}
    if not isinstance(value, dict):
        raise _Odd(f"“{name}” is no JSON object")
    return value


def _names(fields: Mapping[str, Any], name: str) -> Mapping[str, str]:
    value = _mapping(fields, name)
    if not all(isinstance(each, str) for each in value.values()):
        raise _Odd(f"“{name}” names something that is no text")
    return dict(value)


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name) or []
    if not isinstance(value, list):
        raise _Odd(f"“{name}” is no list")
    return value


def _texts(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = _list(fields, name)
    if not all(isinstance(each, str) for each in value):
        raise _Odd(f"“{name}” is no list of texts")
    return tuple(value)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise _Odd(f"“{name}” is no text")
    return value


def _optional_text(fields: Mapping[str, Any], name: str) -> str | None:
    return None if fields.get(name) is None else _text(fields, name)


def _whole(fields: Mapping[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise _Odd(f"“{name}” is no whole number")
    return value


def _yes_or_no(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if not isinstance(value, bool):
        raise _Odd(f"“{name}” is neither true nor false")
    return value
