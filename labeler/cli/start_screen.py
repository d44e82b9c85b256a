"""The start screen: who reviews, what there is to review, and which questions it asks; then the chosen review."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace

from labeler.backends.pulse import Pulse
from labeler.cli.backend_address import backend_address
from labeler.cli.context import CliContext
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_backend import open_everything, reopened
from labeler.cli.open_review import announce, is_member, open_spec
from labeler.cli.options import TraceSelection
from labeler.cli.retry import with_retries
from labeler.cli.review_spec import questions_at
from labeler.cli.reviewer import known_reviewer, proposal, remember_reviewer
from labeler.cli.run_review import run_on_screen
from labeler.cli.screen_settings import keymap_of, theme_of
from labeler.config.identity import SAID, Reviewer
from labeler.config.load import Configuration
from labeler.domain.queue import QueueItemState
from labeler.domain.worklist import ReviewSpec
from labeler.reading.sanitise import one_line
from labeler.tui.appearance import ASCII, UNICODE, ScreenLook
from labeler.tui.review.question_panel import describe
from labeler.tui.screens.start import Begin, Guess, Offer, Preview, StartApp, StartScreen
from labeler.tui.theme.sixteen_colours import for_terminal


async def choose_and_review(arguments: argparse.Namespace, asked: Configuration, selection: TraceSelection) -> ExitCode:
    """Show the start screen, then the review chosen there."""
    async with open_everything(arguments, asked) as (context, cache):
        configuration, journal, backend = context.configuration, context.journal, context.backend
        menu = _Menu(context)
        known = await with_retries(lambda: _known(context))
        begin = await _ask(menu, _guess(known), configuration)
        if begin is None:
            return ExitCode.OK
        await remember_reviewer(journal, backend.uri, known or Reviewer(begin.reviewer, SAID))
        spec = replace(
            menu.spec(begin.offer.id, begin.reviewer),
            filter=selection.filter,
            since_ms=selection.since_ms,
            limit=selection.limit,
            sample=selection.sample,
            seed=selection.seed,
        )
        opening = await open_spec(context, spec)
        announce(opening)
        pulse = Pulse()
        return await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            lambda: reopened(spec, configuration, journal, pulse),
            pulse,
            first_listing=backend,
            only_unlabelled=selection.only_unlabelled,
        )


class _Menu:
    """What there is to review at a backend."""

    def __init__(self, context: CliContext) -> None:
        self._context = context
        self._specs: dict[str, ReviewSpec] = {}

    def spec(self, offer_id: str, reviewer: str) -> ReviewSpec:
        return replace(self._specs[offer_id], reviewer=reviewer)

    async def find(self, reviewer: str) -> Sequence[Offer]:
        """List the reviewer's queues with their pending items, then the experiments with their number of traces."""
        backend, offers = self._context.backend, []
        experiments = await backend.experiments()
        if (await backend.capabilities()).queues:
            for experiment in experiments:
                for queue in await backend.queues(experiment.id):
                    if not is_member(queue, reviewer):
                        continue
                    pending = 0
                    async for items in backend.items(queue):
                        pending += sum(item.state is QueueItemState.PENDING for item in items)
                    spec = self._spec((queue.experiment_id,), queue.name, queue.id)
                    offers.append(self._offer(spec, f"queue   {pending} pending", f"queue {queue.id}"))
        for experiment in experiments:
            count = await backend.count(experiment.id)
            detail = "experiment" if count is None else f"experiment   {count:,} traces"
            spec = self._spec((experiment.id,), experiment.name, None)
            offers.append(self._offer(spec, detail, f"experiment {experiment.id}"))
        return offers

    async def preview(self, offer: Offer) -> Preview:
        """Return the questions that an offer asks."""
        asked = await questions_at(self._context, self._specs[offer.id])
        lines = [one_line(f"{question.name}   {describe(question)}", 90) for question in asked.questions]
        return Preview(lines, asked.origin)

    def _offer(self, spec: ReviewSpec, detail: str, offer_id: str) -> Offer:
        self._specs[offer_id] = spec
        return Offer(offer_id, one_line(spec.label, 60), detail)

    def _spec(self, experiment_ids: tuple[str, ...], label: str, queue_id: str | None) -> ReviewSpec:
        backend, settings = self._context.backend, self._context.configuration.settings
        return ReviewSpec(
            backend_uri=backend.uri,
            workspace=backend.workspace,
            experiment_ids=experiment_ids,
            reviewer="",
            queue_id=queue_id,
            label=label,
            notes_local=settings.review.notes == "local",
            address=backend_address(settings.backend.uri or backend.uri),
        )


async def _known(context: CliContext) -> Reviewer | None:
    await context.backend.capabilities()
    return await known_reviewer(context)


def _guess(known: Reviewer | None) -> Guess:
    """Return the reviewer as far as anybody has said; a guess of git's or of the login's has to be accepted first."""
    if known is not None:
        return Guess(known.id, known.origin, settled=True)
    guess = proposal()
    return Guess(guess.id, guess.origin, settled=False)


async def _ask(menu: _Menu, guess: Guess, configuration: Configuration) -> Begin | None:
    theme = for_terminal(theme_of(configuration))
    look = ScreenLook(theme.palette, ASCII if configuration.settings.ui.ascii else UNICODE)
    app = StartApp(theme, StartScreen(guess, menu.find, menu.preview, keymap_of(configuration), look))
    begin = await app.run_async(mouse=configuration.settings.mouse)
    if app.crash is not None:
        raise app.crash
    if app.interrupted:
        raise KeyboardInterrupt
    return begin
