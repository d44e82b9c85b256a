"""`labeler sprint adjudicate`: a lead decides what reviewers disagree on, one key a case."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from labeler.cli.context import open_cache
from labeler.cli.ending_signals import noted_signals
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_troubles import troubles_told
from labeler.cli.leaving_lines import delivery_words
from labeler.cli.output import print_json, print_message
from labeler.cli.reviewer import reviewer_at
from labeler.cli.screen_settings import keymap_of, theme_of
from labeler.cli.sprint_backend import TeamContext, sprint_named, team_context
from labeler.cli.sprint_reading import read_gold_of, read_with_lost_queues
from labeler.cli.sprint_status import gold_items
from labeler.delivery.decision_sync import DecisionSync
from labeler.delivery.listing import ListedTrace
from labeler.desk.adjudication import AdjudicationDesk
from labeler.desk.decision_sitting import Sitting
from labeler.desk.open_adjudication import open_adjudication
from labeler.desk.worklist_rows import to_row
from labeler.domain.adjudication import ADJUDICATION, decision_that_counts
from labeler.domain.assessment import Assessment
from labeler.domain.clock import wall_clock_ms
from labeler.domain.value import JsonValue
from labeler.domain.value_words import short_json, value_words
from labeler.domain.worklist import ReviewSpec
from labeler.journal.models import OutboxCounts
from labeler.reading.sanitise import one_line
from labeler.review.judge_values import judged_value
from labeler.sprint.adjudication import Case, cases_of, decisions_in, value_of, why_not_adjudicated
from labeler.sprint.counting import reviewers_labels
from labeler.sprint.errors import MissingRight
from labeler.sprint.plan import SprintState
from labeler.sprint.plan_tags import Sprint
from labeler.sprint.reading import Snapshot

_LAST_CHANCE_S = 1.5
"""Seconds that decisions still queued get to be delivered after the screen has closed."""


async def adjudicate(arguments: argparse.Namespace) -> ExitCode:
    """Open the screen on which a lead decides. Raises `CommandFailed`, `SprintError` and what the backend raises."""
    async with team_context(arguments) as team:
        sprint = await sprint_named(team, arguments.name)
        _check_state(sprint)
        if not arguments.json and await team.backend.may_label(sprint.experiment_id) is False:
            raise MissingRight(
                "Decisions are written as labels, which takes EDIT on the experiment. Ask for EDIT. Nothing was changed"
            )
        reading = await read_with_lost_queues(team, sprint)
        if not reading.items:
            raise MissingRight(
                f"None of the queues of “{sprint.plan.name}” can be seen. For whoever did not make the sprint that "
                "takes MANAGE on the experiment: ask for MANAGE. If they were deleted, labeler sprint rebalance makes "
                "them again. Nothing was changed"
            )
        gold = None if arguments.gold is None else read_gold_of(arguments.gold, sprint.plan)
        _check_question(arguments.ask, reading)
        labelled = cases_of(reading, reviewers_labels(reading), judged_value, gold_items(reading, gold))
        cases = [
            case
            for case in labelled
            if (arguments.all or case.is_disputed) and arguments.ask in (None, case.question.name)
        ]
        if arguments.json:
            for case in cases:
                print_json(_case_object(case, reading))
            return ExitCode.OK
        for sentence in _left_out(arguments.ask, reading):
            print_message(sentence)
        if not cases:
            print_message(_nothing(arguments, sprint, labelled))
            return ExitCode.OK
        return await _on_screen(team, arguments, reading, cases, labelled)


def _check_state(sprint: Sprint) -> None:
    plan = sprint.plan
    if plan.state is SprintState.CREATING:
        raise CommandFailed(
            ExitCode.USAGE,
            f"“{plan.name}” is still being made by {plan.created_by}: there is nothing to decide yet. Nothing was "
            "changed",
        )
    if plan.state is SprintState.CLOSED:
        raise CommandFailed(
            ExitCode.USAGE,
            f"“{plan.name}” is closed, and what is decided now would change what was reported of it. Nothing was "
            f"changed; labeler sprint reopen {shlex.quote(plan.name)} opens it again",
        )


def _check_question(name: str | None, reading: Snapshot) -> None:
    if name is None:
        return
    there = {question.name: question for question in reading.questions}
    if name not in there:
        raise CommandFailed(
            ExitCode.USAGE,
            f"“{reading.sprint.plan.name}” does not ask “{name}”. It asks {', '.join(there) or 'nothing any more'}",
        )
    if why := why_not_adjudicated(there[name]):
        raise CommandFailed(
            ExitCode.USAGE, f"“{name}” {why}: such questions are not adjudicated yet. Nothing was changed"
        )


def _left_out(name: str | None, reading: Snapshot) -> list[str]:
    """Return a sentence for each question of a sprint that cannot be decided about, where no other was asked for."""
    if name is not None:
        return []
    reasons = [(question.name, why_not_adjudicated(question)) for question in reading.questions]
    return [f"“{each}” {why}: it is not adjudicated yet." for each, why in reasons if why]


def _nothing(arguments: argparse.Namespace, sprint: Sprint, labelled: Sequence[Case]) -> str:
    about = f" on “{arguments.ask}”" if arguments.ask else ""
    of_question = [case for case in labelled if arguments.ask in (None, case.question.name)]
    if not of_question:
        return f"Nothing is labelled{about} in “{sprint.plan.name}” yet: there is nothing to decide."
    return (
        f"Nobody disagrees{about} in “{sprint.plan.name}”, as far as labels have been delivered. --all also shows the "
        f"{len(of_question):,} that {'is' if len(of_question) == 1 else 'are'} labelled."
    )


def _case_object(case: Case, reading: Snapshot) -> dict[str, JsonValue]:
    """Return a case as JSON, under the names of who said what."""
    trace = reading.traces[case.trace_id]
    rows = decisions_in([trace.assessments], reading.sprint.plan.slug).get(case.key, [])
    decided, majority = decision_that_counts(rows), case.majority
    return {
        "trace_id": case.trace_id,
        "question": case.question.name,
        "votes": [{"reviewer": vote.reviewer, "value": vote.value} for vote in case.votes],
        "majority": None if majority is None else {"value": majority.value, "votes": majority.votes, "of": majority.of},
        "entropy": case.entropy,
        "gold": case.is_gold,
        "judge_differs": case.judge_differs,
        "decided": None if decided is None else {"value": decided.value, "by": decided.source.id},
    }


async def _on_screen(
    team: TeamContext,
    arguments: argparse.Namespace,
    reading: Snapshot,
    cases: Sequence[Case],
    labelled: Sequence[Case],
) -> ExitCode:
    from labeler.cli.run_review import check_screen
    from labeler.tui.adjudication.app import AdjudicationApp
    from labeler.tui.appearance import ASCII, UNICODE
    from labeler.tui.theme.sixteen_colours import for_terminal

    configuration, journal = team.context.configuration, team.context.journal
    sprint, settings = reading.sprint, configuration.settings
    named = shlex.quote(sprint.plan.name)
    check_screen(configuration, f"labeler sprint adjudicate {named} --json lists what there is to decide")
    reviewer = await reviewer_at(team.context)
    async with open_cache(configuration) as cache:
        record = await journal.run(journal.reviews.begin, _spec(team, sprint, reviewer.id), wall_clock_ms())
        traces = [reading.traces[each] for each in dict.fromkeys(case.trace_id for case in cases)]
        rows = [to_row(ListedTrace(trace)) for trace in traces]
        await journal.run(journal.reviews.add_items, record.id, rows)
        sitting = Sitting(record, sprint.experiment_id, cases, labelled, reading.at_ms, arguments.show_judge)
        sync = DecisionSync(
            team.backend,
            journal,
            cache,
            settings.delivery.grace,
            settings.delivery.concurrency,
            settings.cache.ahead,
        )
        desk = await open_adjudication(sitting, reading.traces, journal, cache, sync)

        def begin() -> None:
            if signals.came:  # before the screen stood
                app.interrupt()
            sync.start(desk)
            desk.need()
            desk.counts_changed()
            if desk.is_finished and not desk.put_off:
                app.adjudication.show_end()

        app = AdjudicationApp(
            desk,
            keymap_of(configuration),
            for_terminal(theme_of(configuration)),
            ASCII if settings.ui.ascii else UNICODE,
            settings.review.guard_ms,
            _verdict_words,
            begin,
        )
        with noted_signals() as signals:
            with troubles_told(journal, desk.tell):
                await app.run_async(mouse=settings.mouse)
                left = await desk.close()
                await sync.close(_LAST_CHANCE_S if left.waiting else 0)
                left = await desk.counts_now()
                if app.crash is not None:
                    raise app.crash
                await journal.keep_at_the_end()
            moved_to = None if journal.path == configuration.paths.journal else journal.path
            for line in _leaving_lines(desk, left, moved_to):
                print_message(line)
    return ExitCode.INTERRUPTED if app.interrupted or signals.came else ExitCode.OK


def _spec(team: TeamContext, sprint: Sprint, reviewer: str) -> ReviewSpec:
    from labeler.cli.backend_address import backend_address

    backend, plan = team.backend, sprint.plan
    return ReviewSpec(
        backend_uri=backend.uri,
        workspace=backend.workspace,
        experiment_ids=(sprint.experiment_id,),
        reviewer=reviewer,
        queue_id=plan.adjudication_queue,
        label=plan.name,
        address=backend_address(team.context.configuration.settings.backend.uri or backend.uri),
        sprint=plan.slug,
        guide=sprint.guide,
        role=ADJUDICATION,
    )


def _verdict_words(desk: AdjudicationDesk) -> Mapping[str, str]:
    """Return what judges and code said to the case in view, as its question calls it where that is possible."""

    def words(verdict: Assessment) -> str:
        value = value_of(desk.case.question, verdict, judged_value)
        return short_json(verdict.value, 40) if value is None else one_line(value_words(value, desk.case.question), 60)

    return {verdict.id: words(verdict) for verdict in desk.case.verdicts}


def _leaving_lines(desk: AdjudicationDesk, left: OutboxCounts, moved_to: Path | None) -> list[str]:
    """Return what was decided, what is left, what is not delivered, and what comes next."""
    title, total = one_line(desk.title, 60), len(desk.cases)
    still_open = total - desk.decided - desk.put_off
    later = f", {desk.put_off:,} later" if desk.put_off else ""
    lines = [
        f"{title}: {desk.decided_here:,} decided{later}, {still_open:,} open; {desk.decided:,} of {total:,} in all",
        delivery_words(left, moved_to),
    ]
    if not still_open:
        name = shlex.quote(desk.title)
        lines.append(f"Next: labeler report --sprint {name}, labeler sprint handover {name}")
    return lines
