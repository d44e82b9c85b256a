"""A review on the screen: open the desk, run the app, keep the traffic going beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from labeler.backends.base import Backend
from labeler.backends.pulse import Pulse
from labeler.cache.async_cache import AsyncCache
from labeler.cli.ending_signals import noted_signals
from labeler.cli.exit_code import CommandFailed, ExitCode
from labeler.cli.journal_troubles import troubles_told
from labeler.cli.judge_review import disputes, refuse_blind_check
from labeler.cli.opened_review import OpenedReview
from labeler.cli.output import print_message
from labeler.cli.retry import with_retries
from labeler.cli.screen_settings import check_screen_settings, keymap_of, theme_directories, theme_of
from labeler.config.asked import NoQuestions, UnknownQuestion
from labeler.config.load import Configuration
from labeler.delivery.listing import IsDisputed, listed_traces
from labeler.delivery.review_sync import ReviewSync, Traffic
from labeler.desk.desk import Desk
from labeler.desk.open_desk import open_desk
from labeler.desk.remote import OFFLINE
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import Question
from labeler.domain.sprint import plan_of
from labeler.domain.worklist import ReviewSpec
from labeler.journal.async_journal import AsyncJournal
from labeler.review.state import Advance, Blindness, Rules

if TYPE_CHECKING:
    from labeler.cli.named_traces import Unfound
    from labeler.tui.app import LabelerApp
    from labeler.tui.screens.worklist_menu import Begin, DrawAgain, Menu

_LAST_CHANCE_S = 1.5
"""Seconds that answers still queued get to be delivered after the screen has closed."""


class Incoming(Protocol):
    """Traces that come in from somewhere else than the backend's listing."""

    async def bring_first(self, desk: Desk) -> None:
        """Put into the worklist what the screen opens with."""

    async def bring_rest(self, desk: Desk) -> None:
        """Bring the rest while the screen is open; cancelled when it closes."""


class Ended(NamedTuple):
    """How a review on the screen ended: with which exit code, and with what chosen to be reviewed next."""

    code: ExitCode
    chosen: Begin | DrawAgain | None = None


def check_screen(configuration: Configuration, instead: str) -> None:
    """Raise what makes a screen impossible, before anything is fetched: a wrong terminal, wrong keys, an unknown theme.

    `instead` says what to run where there is no terminal.
    """
    check_screen_settings(configuration)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise CommandFailed(ExitCode.USAGE, f"There is no terminal to draw on. {instead}")
    if not sys.stderr.isatty():
        raise CommandFailed(
            ExitCode.USAGE, f"The screen is drawn on standard error, which is redirected here; do not. {instead}"
        )
    if os.environ.get("TERM") == "dumb":
        raise CommandFailed(
            ExitCode.USAGE, f"TERM is dumb: this terminal cannot be drawn on. Set it to what it is. {instead}"
        )
    from labeler.tui.reading_app import MIN_HEIGHT, MIN_WIDTH

    columns, lines = shutil.get_terminal_size()
    if columns < MIN_WIDTH or lines < MIN_HEIGHT:
        raise CommandFailed(
            ExitCode.USAGE,
            f"The terminal has {columns}x{lines} characters; labeler needs {MIN_WIDTH}x{MIN_HEIGHT}. "
            "Nothing is lost; enlarge it and start again",
        )


async def run_on_screen(
    opening: OpenedReview,
    configuration: Configuration,
    journal: AsyncJournal,
    cache: AsyncCache,
    connect: Callable[[], Awaitable[Backend]] | None,
    pulse: Pulse | None = None,
    *,
    first_listing: Backend | None,
    only_unlabelled: bool,
    look_for: Callable[[Desk], Awaitable[Unfound]] | None = None,
    incoming: Incoming | None = None,
    menu: Menu | None = None,
) -> Ended:
    """Show the review until the reviewer leaves.

    `connect` opens the backend for the traffic beside the screen, and `pulse` hears whether that one answers; None asks
    nothing of the network. A worklist without items is filled from `first_listing`. `look_for` takes in the traces that
    were named and returns those that cannot be had, which are named before the screen opens and on leaving. `incoming`
    brings traces that no backend lists. `menu` is what else there is to review. Where nothing is left to do, the screen
    opens with that, unless labelled items were asked for as well.
    """
    from labeler.tui.app import LabelerApp
    from labeler.tui.appearance import ASCII, UNICODE
    from labeler.tui.media import MediaSettings
    from labeler.tui.theme.sixteen_colours import for_terminal

    settings = configuration.settings
    refuse_blind_check(opening.record.spec.judge, configuration)
    is_disputed = disputes(opening)
    keymap, theme = keymap_of(configuration), for_terminal(theme_of(configuration))
    sync = None
    if connect is not None:
        traffic = _traffic(configuration, only_unlabelled=only_unlabelled)
        read_questions = partial(_server_questions, configuration, opening.record.spec)
        sync = ReviewSync(opening.record.spec, journal, cache, connect, traffic, pulse, read_questions, is_disputed)
    rules = _rules(opening, configuration)
    desk = await open_desk(opening.record, opening.asked.questions, rules, journal, cache, sync or OFFLINE)
    if incoming is not None:
        await incoming.bring_first(desk)
    has_traces = True
    unfound = None if look_for is None else await look_for(desk)
    is_found = unfound is None or len(unfound) < len(opening.record.spec.trace_ids)
    if not desk.state.items and first_listing is not None and is_found:
        has_traces = await with_retries(
            lambda: _take_first_items(desk, first_listing, is_disputed, only_unlabelled=only_unlabelled)
        )
    if not desk.state.items:
        await desk.close()
        if unfound:
            raise CommandFailed(unfound.code, unfound.sentences)
        print_message(_nothing_to_do(opening, is_all_labelled=has_traces and only_unlabelled))
        return Ended(ExitCode.OK)
    if unfound:
        print_message(unfound.sentences)

    arriving: list[asyncio.Task[None]] = []

    def begin_traffic() -> None:
        if signals.came:  # before the screen stood
            app.interrupt()
        if sync is None:
            desk.connected(ConnectionStatus.OFFLINE)
        else:
            sync.start(desk)
        desk.need()
        if incoming is not None:
            arriving.append(asyncio.get_running_loop().create_task(incoming.bring_rest(desk)))
        if only_unlabelled and desk.state.worklist.is_finished:
            app.show_end()
        if opening.record.spec.guide:
            shown = _show_guide_once(opening.record.spec, journal, app)
            arriving.append(asyncio.get_running_loop().create_task(shown))

    app = LabelerApp(
        desk,
        keymap,
        theme,
        ASCII if settings.ui.ascii else UNICODE,
        settings.review.guard_ms,
        theme_directories(configuration),
        begin_traffic,
        MediaSettings(configuration.paths.copies, settings.ui.viewer, settings.ui.pictures),
        menu,
        settings.snippets,
    )
    with noted_signals() as signals:
        with troubles_told(journal, desk.tell):
            chosen = await app.run_async(mouse=settings.mouse)
            for task in arriving:
                task.cancel()
            await asyncio.gather(*arriving, return_exceptions=True)
            done = await desk.work_done.in_worklist()
            left = await desk.close()
            if sync is not None:
                await sync.close(_LAST_CHANCE_S if left.waiting else 0)
                left = await desk.deliveries.counts_now()
            if app.crash is not None:
                raise app.crash
            await journal.keep_at_the_end()
        from labeler.cli.leaving_lines import leaving_lines

        moved_to = None if journal.path == configuration.paths.journal else journal.path
        for line in leaving_lines(opening.record.spec.label, done, left, moved_to):
            print_message(line)
        if unfound and (still := unfound.without(desk.state.index_of)):
            print_message(still.sentences)
    if app.interrupted or signals.came:
        return Ended(ExitCode.INTERRUPTED)
    return Ended(ExitCode.OK, chosen)


def _traffic(configuration: Configuration, *, only_unlabelled: bool) -> Traffic:
    settings = configuration.settings
    return Traffic(
        settings.delivery.grace,
        settings.delivery.concurrency,
        settings.cache.ahead,
        only_unlabelled,
    )


async def _take_first_items(desk: Desk, backend: Backend, is_disputed: IsDisputed, *, only_unlabelled: bool) -> bool:
    """Take in the backend's listing until there is something to show; the rest follows in the background.

    Return whether anything was listed at all.
    """
    listed = 0
    async for page in listed_traces(backend, desk.record.spec, is_disputed):
        listed += len(page)
        if await desk.take_in(page, only_unlabelled=only_unlabelled):
            if desk.record.spec.sample is not None:  # drawn as a whole, in one page
                await desk.news.end_listing([each.summary.id for each in page])
            break
    return listed > 0


async def _server_questions(configuration: Configuration, spec: ReviewSpec, backend: Backend) -> Sequence[Question]:
    """Return what the review asks by the server's label schemas; nothing where it has none for it."""
    from labeler.cli.review_spec import questions_of

    try:
        asked = (await questions_of(backend, configuration, spec)).questions
    except (NoQuestions, UnknownQuestion):
        return ()
    return asked if any(question.schema_id for question in asked) else ()


def _rules(opening: OpenedReview, configuration: Configuration) -> Rules:
    settings = configuration.settings
    return Rules(
        advance=Advance(settings.review.advance),
        edits_in_place=settings.delivery.edits == "update",
        for_queue=opening.record.spec.queue_id is not None,
        blind=Blindness(str(settings.review.blind or _is_blind_by_plan(opening.record.spec)).lower()),
        shows_after=settings.review.show_after,
        judges=settings.judges,
        checked=opening.record.spec.judge,
        bulk_max=settings.review.bulk_max,
    )


def _is_blind_by_plan(spec: ReviewSpec) -> bool:
    """Return whether the sprint of a review is blind, which nobody turns off."""
    plan = plan_of(spec.sprint, spec.plan) if spec.sprint else None
    return plan is not None and plan.blind


async def _show_guide_once(spec: ReviewSpec, journal: AsyncJournal, app: LabelerApp) -> None:
    """Show the guide of a sprint to a reviewer who has not seen it, or not as it is now."""
    from labeler.cli.sprint_review import guide_seen

    word = guide_seen(spec)
    if word not in await journal.run(journal.remembered.trusted):
        app.show_guide()
        if not journal.is_read_only:
            await journal.run(journal.remembered.trust, word)


def _nothing_to_do(opening: OpenedReview, *, is_all_labelled: bool) -> str:
    spec = opening.record.spec
    what = f"“{spec.label}”" + (f" with {spec.filter}" if spec.filter else "")
    if spec.judge and not is_all_labelled:
        return f"There is no verdict of a judge or of code in {what}."
    if is_all_labelled:
        return f"Nothing in {what} is left for you to label. With --all it shows what you have labelled."
    return f"There is no trace in {what}."
