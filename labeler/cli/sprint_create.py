"""`labeler sprint create`: what would be made is shown first, then made, or gone on with after a crash."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from labeler.backends.base import Experiment
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.output import ProgressBar, print_json, print_message, print_text
from labeler.cli.retry import with_retries
from labeler.cli.reviewer import reviewer_at
from labeler.cli.sprint_backend import TeamContext, team_context
from labeler.cli.sprint_confirm import may_go_on
from labeler.cli.sprint_files import (
    GoldFile,
    NumberedIds,
    leave_out_missing,
    read_gold,
    read_ids,
    read_questions,
    read_reviewers,
    read_text,
    refuse_missing,
)
from labeler.cli.sprint_items import known_traces
from labeler.cli.sprint_words import invitation, plan_object, preview_lines, reviewers_configuration, state_words
from labeler.domain.assessment import person
from labeler.domain.clock import wall_clock_ms
from labeler.domain.moment import since_moment
from labeler.domain.question import Question
from labeler.sprint.creating import (
    NewSprint,
    assignment_of,
    seed_with_early_gold,
    standing_plan,
)
from labeler.sprint.creating import (
    create as make,
)
from labeler.sprint.errors import SprintError
from labeler.sprint.finishing import answered_already
from labeler.sprint.names import adjudication_queue_name, queue_name, slug_of
from labeler.sprint.options import SprintOptions, check_reviewers, differences, further_ids, parse_overlap
from labeler.sprint.plan import Gold, Plan, PlannedRepeat, SprintSelection, SprintState, plan_json
from labeler.sprint.plan_tags import Sprint, check_guide, sprints_of
from labeler.sprint.questions import MatchedQuestions, match_questions
from labeler.sprint.repeats import DAY_MS, drawn_again
from labeler.sprint.traces import SelectedTrace, SelectedTraces, draw, drawn, search

_SEEDS: Final = 10_000


async def create(arguments: argparse.Namespace) -> ExitCode:
    """Make a sprint. Raises `CommandFailed`, `SprintError` and what the backend raises."""
    name = arguments.name.strip()
    slug = slug_of(name)
    named = _named_reviewers(arguments)
    overlap = 1 if arguments.repeat is not None else parse_overlap(arguments.overlap, len(named))
    for reviewer in named:
        queue_name(name, reviewer)
    adjudication_queue_name(name)
    guide = "" if arguments.guide is None else read_text(arguments.guide)
    check_guide(guide)
    ids = None if arguments.ids is None else read_ids(arguments.ids)
    if ids is not None and (arguments.filter or arguments.since):
        raise CommandFailed(ExitCode.USAGE, "Give either --ids or --filter and --since: a list says which traces it is")
    wanted = None if arguments.questions == "server" else read_questions(arguments.questions)
    async with team_context(arguments) as team:
        experiment = await team.experiment()
        lead = (await reviewer_at(team.context)).id
        reviewers = named or (lead,)
        queue_name(name, reviewers[0])
        questions = await _questions(team, experiment, wanted)
        gold = None if arguments.gold is None else read_gold(arguments.gold, questions.questions)
        options = SprintOptions(
            reviewers=reviewers,
            overlap=overlap,
            questions=tuple(each.name for each in questions.questions),
            filter=arguments.filter,
            since=arguments.since or "",
            sample=arguments.sample,
            seed=arguments.seed,
            ids_sha256=None if ids is None else ids.sha256,
            calibrate=arguments.calibrate,
            gold_sha256=None if gold is None else gold.sha256,
            blind=arguments.blind,
            same=further_ids(arguments.same, reviewers),
            counts_earlier=arguments.count_earlier,
            repeat=arguments.repeat,
        )
        standing = standing_plan(await sprints_of(team.backend, [experiment.id]), name, slug, lead)
        if standing is not None:
            _check_same(options, standing)
            if standing.state is not SprintState.CREATING:
                _tell_made(arguments, team, Sprint(experiment.id, standing, guide), is_new=False)
                return ExitCode.OK
            print_message(f"“{standing.name}” was begun and not finished: this goes on where it stopped.")
        found = await _selected(team, experiment, options, standing, ids, skip_missing=arguments.skip_missing)
        gold_ids = await _gold_ids(team, experiment, gold)
        plan = standing or _planned(name, slug, lead, options, found, gold, gold_ids, questions)
        new = _new_sprint(replace(plan, reviewers=reviewers), questions, found, gold_ids, guide)
        plan_json(plan)
        final = assignment_of(new, is_calibrated=True)
        there = await team.backend.count(experiment.id)
        if not arguments.json:
            lines = preview_lines(
                plan, experiment.name, (len(new.everything), there), questions.questions, final, guide
            )
            for line in lines:
                print_text(line)
        again = [] if plan.repeat is not None else _asked_again(found.traces, options)
        warnings = [*await _strangers(team, reviewers), *again]
        for sentence in warnings:
            print_message(sentence)
        if not may_go_on(
            arguments, f"Create {len(reviewers) + 1} queues with {sum(map(len, final.values())):,} items?"
        ):
            if arguments.json:
                print_json(
                    {
                        "sprint": plan_object(Sprint(experiment.id, plan, guide)),
                        "made": False,
                        "items": {reviewer: len(items) for reviewer, items in final.items()},
                        "warnings": warnings,
                    }
                )
            return ExitCode.OK
        with ProgressBar("Filling queues") as progress:
            made = await with_retries(lambda: make(team.backend, experiment.id, new, progress.show))
        _tell_made(arguments, team, Sprint(experiment.id, made, guide), is_new=True, items=final)
    return ExitCode.OK


def _named_reviewers(arguments: argparse.Namespace) -> tuple[str, ...]:
    """Return who is named as a reviewer; nobody where the lead's own items are to be repeated.

    Raises `CommandFailed` for options that do not go together, and `SprintError`.
    """
    if arguments.repeat is None:
        if arguments.reviewers is None or arguments.overlap is None:
            raise CommandFailed(
                ExitCode.USAGE, "Give --reviewers a,b,… and --overlap K; or --repeat N, for own items once more"
            )
        return check_reviewers(read_reviewers(arguments.reviewers))
    beside = {
        "--overlap": arguments.overlap is not None,
        "--gold": arguments.gold is not None,
        "--calibrate": bool(arguments.calibrate),
        "--sample": arguments.sample is not None,
        "--no-blind": not arguments.blind,
        "--count-earlier": arguments.count_earlier,
    }
    if given := [option for option, is_given in beside.items() if is_given]:
        raise CommandFailed(
            ExitCode.USAGE,
            "--repeat draws from everybody's own items, and does not show what they said: leave out "
            f"{', '.join(given)}",
        )
    return () if arguments.reviewers is None else check_reviewers(read_reviewers(arguments.reviewers))


def _new_sprint(
    plan: Plan, questions: MatchedQuestions, found: SelectedTraces, gold_ids: tuple[str, ...], guide: str
) -> NewSprint:
    """Return the sprint that is to be made: of all selected traces or, in a repeat, of those drawn for reviewers."""
    if plan.repeat is None:
        earlier = answered_already(found.traces, plan.reviewers, questions.questions) if plan.counts_earlier else {}
        return NewSprint(plan, questions, tuple(each.id for each in found.traces), gold_ids, guide, earlier)
    names = [question.name for question in questions.questions]
    again = drawn_again(found.traces, plan.reviewers, names, plan.repeat, plan.order_seed)
    items = sorted({item for drawn in again.values() for item in drawn})
    return NewSprint(plan, questions, tuple(items), guide=guide, again=again)


def _check_same(options: SprintOptions, standing: Plan) -> None:
    if different := differences(options, standing):
        raise SprintError(
            f"“{standing.name}” was begun with other options: {'; '.join(different)}. Nothing was changed. Give the "
            "same ones to go on with it, or another name"
        )


def _planned(
    name: str,
    slug: str,
    lead: str,
    options: SprintOptions,
    found: SelectedTraces,
    gold: GoldFile | None,
    gold_ids: Sequence[str],
    questions: MatchedQuestions,
) -> Plan:
    """Return the plan of a sprint that nobody has begun, with everything pinned that decides who gets which item."""
    items = [each.id for each in found.traces]
    seed = found.selection.seed or 0
    # A calibration is talked about, and a gold item's answer with it.
    to_calibrate = [each for each in items if each not in set(gold_ids)]
    if options.calibrate > len(to_calibrate):
        beside = " beside the gold items" if gold_ids else ""
        raise SprintError(f"--calibrate {options.calibrate}: the sprint has only {len(to_calibrate):,} items{beside}")
    return Plan(
        name=name,
        slug=slug,
        selection=found.selection,
        overlap=options.overlap,
        questions=questions.planned,
        created_by=lead,
        blind=options.blind,
        order_seed=seed_with_early_gold(items, gold_ids, options.reviewers, options.overlap, seed),
        calibration=tuple(sorted(draw(to_calibrate, options.calibrate, seed, "calibration"))),
        gold=None if gold is None else Gold(len(gold_ids), gold.sha256),
        reviewers=options.reviewers,
        same=options.same,
        counts_earlier=options.counts_earlier,
        repeat=None if options.repeat is None else PlannedRepeat(options.repeat, wall_clock_ms() - DAY_MS),
    )


async def _questions(team: TeamContext, experiment: Experiment, wanted: Sequence[Question] | None) -> MatchedQuestions:
    there = (await with_retries(lambda: team.backend.schemas(experiment.id))).questions
    if wanted is None and not there:
        raise CommandFailed(
            ExitCode.USAGE,
            f"The experiment “{experiment.name}” has no questions (label schemas). Give --questions FILE.toml, or make "
            "some in MLflow",
        )
    return match_questions(there if wanted is None else wanted, there)


async def _selected(
    team: TeamContext,
    experiment: Experiment,
    options: SprintOptions,
    standing: Plan | None,
    ids: NumberedIds | None,
    *,
    skip_missing: bool,
) -> SelectedTraces:
    """Return the traces of the sprint, those that it was begun with where it was."""
    selection = standing.selection if standing is not None else _new_selection(options)
    if ids is not None:
        known = await known_traces(team.backend, experiment.id, ids.lines)
        if skip_missing:
            leave_out_missing(ids.lines, ids.name, known)
        else:
            refuse_missing(ids.lines, ids.name, known, f"; --skip-missing leaves out lines of {ids.name} that are none")
        kept = [trace_id for trace_id in ids.lines if trace_id in known]
        return drawn([known[trace_id] for trace_id in kept], selection)
    with ProgressBar("Reading traces") as progress:
        return await with_retries(
            lambda: search(team.backend, experiment.id, selection, lambda read: progress.show(read, read))
        )


def _new_selection(options: SprintOptions) -> SprintSelection:
    seed = secrets.randbelow(_SEEDS) if options.seed is None else options.seed
    return SprintSelection(
        filter=options.filter,
        sample=options.sample,
        seed=seed,
        ids_sha256=options.ids_sha256,
        since=options.since,
        since_ms=since_moment(options.since, wall_clock_ms()) if options.since else None,
    )


async def _gold_ids(team: TeamContext, experiment: Experiment, gold: GoldFile | None) -> tuple[str, ...]:
    if gold is None:
        return ()
    known = await known_traces(team.backend, experiment.id, gold.lines)
    refuse_missing(gold.lines, gold.name, known)
    return tuple(gold.lines)


async def _strangers(team: TeamContext, reviewers: Collection[str]) -> list[str]:
    """Return a sentence about each reviewer who could not sign in, as far as the server tells."""
    users = await team.backend.users()
    if users is None:
        return []
    known = set(map(person, users))
    return [
        f"{reviewer} is not a user of this server; they could not sign in."
        for reviewer in reviewers
        if person(reviewer) not in known
    ]


def _asked_again(traces: Sequence[SelectedTrace], options: SprintOptions) -> list[str]:
    """Return a sentence about each question that some reviewers have answered already, and what comes of it."""
    people, said = set(map(person, options.reviewers)), []
    then = "They will be asked again; --count-earlier takes them over."
    if options.counts_earlier:
        then = "What they said of their items in no sprint counts."
    for name in options.questions:
        count = sum(any((name, who) in trace.answered for who in people) for trace in traces)
        if count:
            items = "1 item has an answer" if count == 1 else f"{count:,} items have answers"
            said.append(f"{items} to “{name}” by these reviewers already. {then}")
    return said


def _tell_made(
    arguments: argparse.Namespace,
    team: TeamContext,
    sprint: Sprint,
    *,
    is_new: bool,
    items: Mapping[str, Sequence[str]] | None = None,
) -> None:
    line = invitation(sprint.plan, team.address)
    written = _write_configuration(sprint.plan, team.address)
    if arguments.json:
        made: dict[str, int] | None = None if items is None else {who: len(each) for who, each in items.items()}
        print_json(
            {"sprint": plan_object(sprint), "made": is_new, "items": made, "invitation": line, "configuration": written}
        )
        return
    what = "is made" if is_new else "is there already, made with these options; nothing was left to do"
    print_text(f"“{sprint.plan.name}” {what}; {state_words(sprint.plan)}. Send this line to its reviewers:")
    print_text(f"  {line}")
    if written:
        print_text(f"Never needed, for those who prefer a file: {written}, as labeler.toml where they label.")


def _write_configuration(plan: Plan, address: str) -> str | None:
    """Put a file into the working directory that does what the line for reviewers does, and return its name.

    None where none can be written, or another one is there: nobody needs it.
    """
    file, text = Path(f"{plan.slug}.labeler.toml"), reviewers_configuration(plan, address)
    try:
        if not file.exists():
            with file.open("x", encoding="utf-8") as stream:
                stream.write(text)
        elif file.read_text(encoding="utf-8") != text:
            print_message(f"{file} is there already, with something else in it, and was left alone.")
            return None
    except (OSError, UnicodeDecodeError) as error:
        print_message(f"{file}, which nobody needs, could not be written: {error}.")
        return None
    return str(file)
