"""What a lead asks for when making a sprint, checked, and compared with a plan that was begun before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from types import MappingProxyType
from typing import Final

from labeler.dataclass import dataclass
from labeler.domain.assessment import person, same_reviewer
from labeler.sprint.errors import SprintError
from labeler.sprint.plan import Overlap, Plan

_COPY: Final = re.compile(r"#\d+$")
"""How people write themselves a second time."""


@dataclass(frozen=True, slots=True)
class SprintOptions:
    """What was asked for. `seed` None: any. `questions` are their names; `same` is as in a plan."""

    reviewers: tuple[str, ...]
    overlap: Overlap
    questions: tuple[str, ...]
    filter: str = ""
    since: str = ""
    sample: int | None = None
    seed: int | None = None
    ids_sha256: str | None = None
    calibrate: int = 0
    gold_sha256: str | None = None
    blind: bool = True
    same: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    counts_earlier: bool = False
    repeat: int | None = None


def parse_overlap(text: str, reviewers: int) -> Overlap:
    """Return how many people each item is for. Raises `SprintError`."""
    if text == "all":
        return "all"
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 1 <= number < float("inf"):
        raise SprintError(
            f"--overlap {text}: give how many people label each item, 3 or 1.2 (a fifth of them two), or all"
        )
    if number > reviewers:
        people = "1 reviewer" if reviewers == 1 else f"{reviewers} reviewers"
        raise SprintError(f"--overlap {text}: there are {people}, and an item is for different people")
    return int(number) if number.is_integer() else number


def check_reviewers(reviewers: Sequence[str]) -> tuple[str, ...]:
    """Return the reviewers, trimmed.

    Raises `SprintError` for none at all, and for one who is named twice, in any case or with a number (``ana#2``).
    """
    trimmed = [reviewer.strip() for reviewer in reviewers]
    if not trimmed:
        raise SprintError("No reviewer is named: give --reviewers ana@x.io,bo@x.io, or a file with one a line")
    for reviewer in trimmed:
        same = [each for each in trimmed if person(each) == person(reviewer)]
        if len(same) > 1:
            raise SprintError(f"{same[0]} is named as a reviewer more than once ({', '.join(same)})")
        copies = [each for each in trimmed if _COPY.search(each) and same_reviewer(_COPY.sub("", each), reviewer)]
        if copies:
            raise SprintError(
                f"{copies[0]} would be {reviewer} once more, whose answers would count as those of two people. For "
                f"agreement with oneself give --repeat N, with --reviewers {reviewer}: N items that they answered "
                "come to them again after a day"
            )
    return tuple(trimmed)


def further_ids(given: Iterable[str], reviewers: Sequence[str]) -> dict[str, str]:
    """Return the reviewer of each further ID in texts such as ``ana@x.io=ana.b@x.io``, as a plan has them.

    Raises `SprintError`.
    """
    same: dict[str, str] = {}
    for text in given:
        one, is_pair, other = (part.strip() for part in text.partition("="))
        if not (one and is_pair and other):
            raise SprintError(f"--same {text}: give a reviewer and another ID of theirs, ana@x.io=ana.b@x.io")
        reviewer = next((each for each in reviewers if same_reviewer(each, one)), None)
        if reviewer is None:
            raise SprintError(f"--same {text}: {one} is none of the reviewers, who are {', '.join(reviewers)}")
        if any(same_reviewer(each, other) for each in reviewers):
            raise SprintError(f"--same {text}: {other} is a reviewer, who has items of their own")
        if same_reviewer(same.setdefault(person(other), reviewer), reviewer):
            continue
        raise SprintError(f"--same {text}: {other} is {same[person(other)]} already")
    return same


def differences(asked: SprintOptions, plan: Plan) -> list[str]:
    """Return what is asked for otherwise than a plan has it, each as words for a sentence."""
    reviewers = plan.reviewers or tuple(plan.queues.values())
    pairs: Iterable[tuple[str, object, object]] = (
        ("the reviewers", sorted(map(person, asked.reviewers)), sorted(map(person, reviewers))),
        ("the overlap", asked.overlap, plan.overlap),
        ("the questions", list(asked.questions), [each.name for each in plan.questions]),
        ("the filter", asked.filter, plan.selection.filter),
        ("--since", asked.since, plan.selection.since),
        ("the sample", asked.sample, plan.selection.sample),
        ("the seed", plan.selection.seed if asked.seed is None else asked.seed, plan.selection.seed),
        ("the file of IDs", asked.ids_sha256, plan.selection.ids_sha256),
        ("the number of calibration items", asked.calibrate, len(plan.calibration)),
        ("the gold file", asked.gold_sha256, plan.gold and plan.gold.sha256),
        ("blind", asked.blind, plan.blind),
        ("further IDs", sorted(asked.same), sorted(plan.same) if asked.same else []),
        ("counting earlier answers", asked.counts_earlier, plan.counts_earlier),
        ("--repeat", asked.repeat, plan.repeat and plan.repeat.items),
    )
    return [f"{what} ({_shown(new)} instead of {_shown(old)})" for what, new, old in pairs if new != old]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if len(text) < 60 else f"{text[:12]}…"
