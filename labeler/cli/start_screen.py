"""The start screen: who reviews, what there is to review, and which questions it asks; then the chosen review."""

from __future__ import annotations

import argparse
from dataclasses import replace

from labeler.backends.pulse import Pulse
from labeler.cli.context import CliContext
from labeler.cli.exit_code import ExitCode
from labeler.cli.open_backend import open_everything, reopened
from labeler.cli.open_review import open_spec
from labeler.cli.opened_review import announce
from labeler.cli.options import TraceSelection
from labeler.cli.retry import with_retries
from labeler.cli.review_chosen import review_chosen
from labeler.cli.reviewer import known_reviewer, proposal, remember_reviewer
from labeler.cli.run_review import run_on_screen
from labeler.cli.screen_settings import keymap_of, theme_of
from labeler.cli.worklist_menu import WorklistMenu, address_of
from labeler.config.identity import SAID, Reviewer
from labeler.config.load import Configuration
from labeler.tui.appearance import ASCII, UNICODE, ScreenLook
from labeler.tui.screens.start import StartApp, StartScreen
from labeler.tui.screens.worklist_menu import Begin, Guess
from labeler.tui.theme.sixteen_colours import for_terminal


async def choose_and_review(arguments: argparse.Namespace, asked: Configuration, selection: TraceSelection) -> ExitCode:
    """Show the start screen, then the review chosen there."""
    async with open_everything(arguments, asked) as (context, cache):
        configuration, journal, backend = context.configuration, context.journal, context.backend
        menu = WorklistMenu(context, address_of(context))
        known = await with_retries(lambda: _known(context))
        begin = await _ask(menu, _guess(known), configuration)
        if begin is None:
            return ExitCode.OK
        await remember_reviewer(journal, backend.uri, known or Reviewer(begin.reviewer, SAID))
        spec = replace(
            menu.spec(begin.offer.id, begin.reviewer),
            filter=selection.filter,
            since=selection.since,
            limit=selection.limit,
            sample=selection.sample,
            seed=selection.seed,
            asks=selection.asks,
        )
        opening = await open_spec(context, spec)
        announce(opening)
        pulse = Pulse()
        ended = await run_on_screen(
            opening,
            configuration,
            journal,
            cache,
            lambda: reopened(spec, configuration, journal, pulse),
            pulse,
            first_listing=backend,
            only_unlabelled=selection.only_unlabelled,
            menu=menu,
        )
        return await review_chosen(ended, opening, menu, cache)


async def _known(context: CliContext) -> Reviewer | None:
    await context.backend.capabilities()
    return await known_reviewer(context)


def _guess(known: Reviewer | None) -> Guess:
    """Return the reviewer as far as anybody has said; a guess of git's or of the login's has to be accepted first."""
    if known is not None:
        return Guess(known.id, known.origin, settled=True)
    guess = proposal()
    return Guess(guess.id, guess.origin, settled=False)


async def _ask(menu: WorklistMenu, guess: Guess, configuration: Configuration) -> Begin | None:
    theme = for_terminal(theme_of(configuration))
    look = ScreenLook(theme.palette, ASCII if configuration.settings.ui.ascii else UNICODE)
    app = StartApp(theme, StartScreen(guess, menu, keymap_of(configuration), look))
    begin = await app.run_async(mouse=configuration.settings.mouse)
    if app.crash is not None:
        raise app.crash
    if app.interrupted:
        raise KeyboardInterrupt
    return begin
