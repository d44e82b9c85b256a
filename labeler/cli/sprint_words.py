"""A sprint in words: its plan, what would be made, and the line for its reviewers."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

from labeler.agreement.level import level_of
from labeler.domain.duration import rough_duration_words
from labeler.domain.moment import short_date_and_time
from labeler.domain.question import Categorical, Numeric, PassFail, Question
from labeler.domain.value import JsonValue
from labeler.sprint.plan import Plan, PlannedRepeat, SprintState, plan_json
from labeler.sprint.plan_tags import Sprint

_SECONDS_AN_ITEM: Final = 25
"""A guess for the plan of a sprint: nobody has labelled anything yet."""


def plan_object(sprint: Sprint) -> dict[str, JsonValue]:
    """Return a sprint as JSON: its plan, its experiment, and how long its guide is."""
    fields: dict[str, JsonValue] = json.loads(plan_json(sprint.plan))
    return {**fields, "experiment_id": sprint.experiment_id, "guide_length": len(sprint.guide)}


def plan_lines(sprint: Sprint) -> Iterator[str]:
    """Yield the lines that show a plan."""
    plan = sprint.plan
    opened = f" since {short_date_and_time(plan.opened_at_ms)}" if plan.opened_at_ms else ""
    yield f"{plan.name}   {plan.state.value}{opened}   by {plan.created_by}"
    selection = plan.selection
    what = [f"filter {selection.filter}"] if selection.filter else []
    what += [f"a list of IDs (SHA-256 {selection.ids_sha256[:12]}…)"] if selection.ids_sha256 else []
    what += [f"since {selection.since}"] if selection.since else []
    what += [f"a sample of {selection.sample:,} with seed {selection.seed}"] if selection.sample else []
    what += [f"up to {short_date_and_time(selection.until_ms)}"] if selection.until_ms else []
    yield f"  traces      {', '.join(what) or 'all'}"
    yield f"  reviewers   {', '.join(plan.active_queues or plan.reviewers)}"
    if plan.left:
        yield f"  left        {', '.join(plan.left)}"
    if plan.repeat is None:
        yield f"  overlap     {plan.overlap}"
    else:
        yield f"  repeat      {_repeated(plan.repeat)}"
    yield f"  questions   {', '.join(each.name for each in plan.questions)}"
    gold = f"{plan.gold.count} items" if plan.gold else "none"
    calibration = f"{len(plan.calibration)} items" if plan.calibration else "none"
    guide = f"{len(sprint.guide):,} characters" if sprint.guide else "none"
    yield f"  gold        {gold}   calibration  {calibration}   blind  {_yes(plan.blind)}   guide  {guide}"


def preview_lines(
    plan: Plan,
    experiment: str,
    counts: tuple[int, int | None],
    questions: Sequence[Question],
    assigned: Mapping[str, Sequence[str]],
    guide: str,
) -> Iterator[str]:
    """Yield the lines that show a sprint before it is made.

    `counts` are how many traces it is about, and how many the experiment has (None: not known); `assigned` is who gets
    which item in the end.
    """
    number, there = counts
    of = f"{number:,} of {there:,} traces" if there is not None else f"{number:,} traces"
    yield f"{plan.name}   in {experiment} ({of}{_selected(plan)})"
    loads = sorted({len(items) for items in assigned.values()})
    each = f"{loads[0]:,}" if len(loads) == 1 else f"{loads[0]:,} to {loads[-1]:,}"
    shares = f"overlap {plan.overlap}     {each} items each{_pairs(assigned, plan)}"
    if plan.repeat is not None:
        shares = f"repeat {_repeated(plan.repeat)}"
    yield f"  reviewers   {len(assigned)}        {shares}"
    new = sum(question.schema_id is None for question in questions)
    described = " · ".join(map(_question, questions))
    yield f"  questions   {described}     ({new} new, {len(questions) - new} there already)"
    gold = f"{plan.gold.count} items, to everybody" if plan.gold else "none"
    calibration = f"{len(plan.calibration)} items, first" if plan.calibration else "none"
    guided = f"{len(guide):,} characters" if guide else "none"
    yield f"  gold        {gold}      calibration  {calibration}      blind  {_yes(plan.blind)}      guide  {guided}"
    total, most = sum(map(len, assigned.values())), loads[-1]
    about = rough_duration_words(most * _SECONDS_AN_ITEM * 1000)
    yield f"  time        {total:,} items to label; at {_SECONDS_AN_ITEM} s each about {about} a reviewer"


def invitation(plan: Plan, backend_uri: str) -> str:
    """Return the line that every reviewer types."""
    return f"labeler review -b {shlex.quote(backend_uri)} -q {shlex.quote(plan.name)}"


def reviewers_configuration(plan: Plan, backend_uri: str) -> str:
    """Return a configuration that does what the line for reviewers does."""
    backend, queue = (json.dumps(each, ensure_ascii=False) for each in (backend_uri, plan.name))
    return (
        f"# For reviewers of the sprint {queue}, and never needed: save this as labeler.toml in a directory of your\n"
        f"# own, and type labeler review there.\n\n[backend]\nuri = {backend}\nqueue = {queue}\n"
    )


def state_words(plan: Plan) -> str:
    """Return what a sprint's state means for its reviewers."""
    if plan.state is SprintState.CALIBRATING:
        return f"calibrating: everybody labels the same {len(plan.calibration)} items first"
    return plan.state.value


def _repeated(repeat: PlannedRepeat) -> str:
    return f"{repeat.items:,} items each, their own, answered until {short_date_and_time(repeat.before_ms)}"


def _selected(plan: Plan) -> str:
    selection = plan.selection
    what = [selection.filter] if selection.filter else []
    what += ["a list of IDs"] if selection.ids_sha256 else []
    what += [f"since {selection.since}"] if selection.since else []
    what += [f"a sample with seed {selection.seed}"] if selection.sample else []
    what += [f"up to {short_date_and_time(selection.until_ms)}"] if selection.until_ms else []
    return f": {', '.join(what)}" if what else ""


def _pairs(assigned: Mapping[str, Sequence[str]], plan: Plan) -> str:
    if len(assigned) < 2 or plan.overlap == 1:
        return ""
    sets = {reviewer: set(items) for reviewer, items in assigned.items()}
    shared = sorted({len(sets[one] & sets[other]) for one, other in combinations(sets, 2)})
    number = f"{shared[0]:,}" if len(shared) == 1 else f"{shared[0]:,} to {shared[-1]:,}"
    return f", every pair shares {number}"


def _question(question: Question) -> str:
    asked = question.input
    if isinstance(asked, PassFail):
        how = f"pass/fail {asked.positive}/{asked.negative}"
    elif isinstance(asked, Categorical):
        how = ("several of " if asked.multiple else "") + ", ".join(asked.options)
    elif isinstance(asked, Numeric):
        bounds = [f"{bound:g}" for bound in (asked.minimum, asked.maximum) if bound is not None]
        how = " to ".join(bounds) or "a number"
    else:
        how = "text"
    counted = "" if level_of(question) else " (counted, not compared)"
    return f"{question.name}  {how}{counted}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"
