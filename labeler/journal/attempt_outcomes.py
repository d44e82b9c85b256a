"""The claim of a delivery for one attempt, and the outcomes that the attempt can have."""

from __future__ import annotations

from typing import TypeAlias

from labeler.dataclass import dataclass
from labeler.domain.assessment import Assessment
from labeler.journal.models import Delivery, ParkCause


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that was claimed for one attempt, which counts as begun.

    `assessment` is the payload with the backend's IDs in it; `wire_id` is the ID by which the backend knows the
    assessment. `is_repeat`: an earlier attempt may have reached the backend. `ambiguous_at_ms` is when an attempt of
    this delivery last ended in doubt, `rival_at_ms` when one of another delivery did that would undo this one if it
    took effect late; None when there was none. `is_journaled`: the assessment was created from here; otherwise
    `follows_overrides` says whether to retract what it overrides, too. `restored` has to be valid again once this one
    is deleted. `decided_in` is the slug of the sprint where this is about a lead's decision, else empty.
    """

    delivery: Delivery
    assessment: Assessment | None
    wire_id: str | None
    is_repeat: bool
    failures: int = 0
    ambiguous_at_ms: int | None = None
    rival_at_ms: int | None = None
    is_journaled: bool = True
    follows_overrides: bool = False
    restored: Assessment | None = None
    decided_in: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Done, and seen to be done. `server_id` is the ID that the server assigned in place of ours.

    `ambiguous`: what was seen may be the effect of an earlier request, and the last one may still take effect.
    """

    server_id: str | None = None
    note: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class RetryLater:
    """Not done yet. `ambiguous`: it may still take effect; `failed`: the server failed on this very payload."""

    reason: str
    ambiguous: bool = False
    failed: bool = False


@dataclass(frozen=True, slots=True)
class RecheckLater:
    """Done as far as can be seen; to be checked at `not_before_ms`, when nothing can take effect late any more."""

    not_before_ms: int
    reason: str
    server_id: str | None = None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Parked:
    """Not done, and not to be tried again before somebody has done something about `cause`.

    `ambiguous`: it may still take effect.
    """

    cause: ParkCause
    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class PayloadRefused:
    """Not done, and never possible with this payload. `ambiguous`: the last attempt may still take effect."""

    reason: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class TargetGone:
    """Not done: what a create overrides, an update changes or a delete brings back is gone.

    The answer is given a new ID and overrides nothing.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Not done, or undone again: another lead's decision about the same counts, and nothing of this one is there."""

    reason: str


Outcome: TypeAlias = Delivered | RetryLater | RecheckLater | Parked | PayloadRefused | TargetGone | Overtaken
