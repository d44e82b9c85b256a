"""Plans and guides of sprints as tags of an experiment: found, read, and written without losing another's change."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from labeler.backends.base import LacksPermission, TeamBackend
from labeler.dataclass import dataclass
from labeler.domain.assessment import same_reviewer
from labeler.domain.sprint import LONGEST_TAG, PLAN_TAG
from labeler.sprint.errors import AmbiguousSprint, MissingRight, SprintError, UnknownSprint, UnreadablePlan
from labeler.sprint.names import guide_tag
from labeler.sprint.plan import Plan, plan_json, read_plan


@dataclass(frozen=True, slots=True)
class Sprint:
    """A sprint as its experiment has it."""

    experiment_id: str
    plan: Plan
    guide: str = ""


@dataclass(frozen=True, slots=True)
class FoundSprints:
    """The sprints of experiments; `unreadable` says of each other plan, by its slug, why it could not be read."""

    sprints: tuple[Sprint, ...]
    unreadable: Mapping[str, str]


async def sprints_of(backend: TeamBackend, experiment_ids: Sequence[str]) -> FoundSprints:
    """Return the sprints of experiments, in the order of these and of their names."""
    sprints: list[Sprint] = []
    unreadable: dict[str, str] = {}
    for experiment_id in experiment_ids:
        tags = await backend.experiment_tags(experiment_id)
        for tag in sorted(tags):
            slug = tag.removeprefix(PLAN_TAG)
            if tag == slug or "." in slug:
                continue
            try:
                plan = read_plan(slug, tags[tag])
            except UnreadablePlan as error:
                unreadable[slug] = str(error)
            else:
                sprints.append(Sprint(experiment_id, plan, tags.get(guide_tag(slug), "")))
    return FoundSprints(tuple(sprints), unreadable)


def sprints_called(found: FoundSprints, name: str) -> list[Sprint]:
    """Return the sprints of that name, in any case; where there is none, those of that slug."""
    there = [each for each in found.sprints if same_reviewer(each.plan.name, name)]
    return there or [each for each in found.sprints if each.plan.slug == name]


def named(found: FoundSprints, name: str) -> Sprint:
    """Return the sprint of that name or slug. Raises `UnknownSprint`, `AmbiguousSprint` and `UnreadablePlan`."""
    there = sprints_called(found, name)
    if len(there) == 1:
        return there[0]
    if there:
        places = ", ".join(sorted((each.experiment_id for each in there), key=lambda each: (len(each), each)))
        raise AmbiguousSprint(f"Experiments {places} each have a sprint “{name}”: say which with --experiment")
    if name in found.unreadable:
        raise UnreadablePlan(found.unreadable[name])
    raise UnknownSprint(f"No sprint is called “{name}”. {_nearest(name, [each.plan.name for each in found.sprints])}")


async def write_plan(backend: TeamBackend, experiment_id: str, plan: Plan) -> Plan:
    """Write a plan that was read and then changed, and return it as it is now.

    Raises `SprintError` where somebody else has written it since it was read, or at the same moment: who writes last
    wins on the server, so that it is read back.
    """
    text = plan_json(following := replace(plan, rev=plan.rev + 1))
    before = (await backend.experiment_tags(experiment_id)).get(plan.tag)
    standing = 0 if before is None else read_plan(plan.slug, before).rev
    if standing != plan.rev:
        raise SprintError(
            f"The plan of “{plan.name}” was changed by somebody else meanwhile (revision {standing} instead of "
            f"{plan.rev}). The plan was not written; run it again"
        )
    try:
        await backend.set_experiment_tag(experiment_id, plan.tag, text)
    except LacksPermission as error:
        raise MissingRight(
            f"The plan of “{plan.name}” was not written: it is a tag of the experiment, which takes EDIT on it. Ask "
            f"for EDIT, or MANAGE to change the queues too ({error})"
        ) from error
    if (await backend.experiment_tags(experiment_id)).get(plan.tag) != text:
        raise SprintError(
            f"Somebody else wrote the plan of “{plan.name}” at the same moment. Look at it with labeler sprint show, "
            "then run this again"
        )
    return following


async def write_guide(backend: TeamBackend, experiment_id: str, plan: Plan, guide: str) -> None:
    """Write the guide of a sprint. Raises `SprintError` for one that no tag can hold."""
    check_guide(guide)
    try:
        await backend.set_experiment_tag(experiment_id, guide_tag(plan.slug), guide)
    except LacksPermission as error:
        raise MissingRight(
            f"The guide was not written: it is a tag of the experiment, which takes EDIT on it ({error})"
        ) from error


def check_guide(guide: str) -> None:
    """Raise `SprintError` for a guide that no tag can hold."""
    if (at := guide.find("\0")) >= 0:
        raise SprintError(f"The guide holds a NUL character, at position {at + 1:,}: it is no text")
    if len(guide) > LONGEST_TAG:
        raise SprintError(f"The guide has {len(guide):,} characters, and the server's tag takes {LONGEST_TAG:,}")


def _nearest(name: str, names: Sequence[str]) -> str:
    if not names:
        return "There is none here; labeler sprint create makes one."
    alike = difflib.get_close_matches(name, names, n=3)
    return "There is: " + ", ".join(f"“{each}”" for each in dict.fromkeys([*alike, *names])) + "."
