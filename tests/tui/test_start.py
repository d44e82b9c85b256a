"""The start screen: who reviews, and what."""

from __future__ import annotations

import asyncio

import pytest
from textual import events

from labeler.tui.appearance import UNICODE, ScreenLook
from labeler.tui.keymap import build_keymap
from labeler.tui.screens.start import Begin, Guess, Offer, Preview, StartApp, StartScreen
from labeler.tui.theme import load_theme
from tests.tui.snapshot import screen_text

REASON = (
    "No connection to http://mlflow.example.org:5000: nothing answers there at the moment, " + "really " * 12 + "not"
)
OFFER = Offer("1", "Harbour desk", "41 traces")
A_HAND_S = 0.1
"""Sooner than this the same key again is a key held down."""


def told(app: StartApp) -> str:
    return " ".join(screen_text(app).split())


async def find(reviewer: str) -> list[Offer]:
    return [OFFER]


async def preview(offer: Offer) -> Preview:
    return Preview((f"helpful  {'yes or no, ' * 12}that is the question", "score  1 to 5"), "the configuration")


async def wait_until(app: StartApp, words: str) -> None:
    for _ in range(2000):
        if words in told(app):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"waited 10 s for {words}\n{screen_text(app)}")


@pytest.mark.parametrize("size", [(40, 16), (80, 24), (200, 60)])
async def test_no_sentence_of_the_start_is_cut(size: tuple[int, int]) -> None:
    fails = True

    async def find_at_last(reviewer: str) -> list[Offer]:
        if fails:
            raise OSError(REASON)
        return await find(reviewer)

    theme = load_theme()
    screen = StartScreen(
        Guess("rhea.k", "git", settled=False),
        find_at_last,
        preview,
        build_keymap({}),
        ScreenLook(theme.palette, UNICODE),
    )
    app = StartApp(theme, screen)
    async with app.run_test(size=size) as pilot:
        await wait_until(app, "proposed by git; Enter accepts. The name goes with every label you give.")
        await pilot.press("enter")
        await wait_until(app, REASON)
        fails = False
        await pilot.pause(A_HAND_S)
        await pilot.press("enter")
        await wait_until(app, "that is the question score 1 to 5 Enter begins, q leaves.")
        await pilot.pause(A_HAND_S)
        await pilot.press("enter")
    assert app.return_value == Begin("rhea.k", OFFER)


def started(*offers: Offer) -> StartApp:
    """A start at which nobody is known yet and `offers` can be reviewed."""

    async def find_all(reviewer: str) -> list[Offer]:
        return list(offers)

    theme = load_theme()
    guess = Guess("rhea.k", "git", settled=False)
    return StartApp(theme, StartScreen(guess, find_all, preview, build_keymap({}), ScreenLook(theme.palette, UNICODE)))


async def test_a_held_enter_begins_no_review() -> None:
    app = started(OFFER, Offer("2", "Night desk", "7 traces"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(app, "Enter accepts.")
        for _ in range(30):
            app.post_message(events.Key("enter", "\r"))
            await asyncio.sleep(0.03)
        await wait_until(app, "j k move, Enter chooses")
        await pilot.pause(0.3)
        await pilot.press("enter")
        await wait_until(app, "Enter begins")
        app.exit()
    assert app.return_value is None


async def test_one_esc_which_may_be_half_of_an_arrow_key_does_not_leave_and_pasted_text_chooses_nothing() -> None:
    app = started(OFFER, Offer("2", "Night desk", "7 traces"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(app, "Enter accepts.")
        await pilot.press("escape")
        await wait_until(app, "Esc again leaves")
        await pilot.press("end")
        await pilot.pause()
        assert "Esc again leaves" not in told(app)
        await pilot.press("enter")
        await wait_until(app, "j k move, Enter chooses")
        app.post_message(events.Paste("jq\n"))
        await wait_until(app, "pasted text dropped, 3 characters")
        await pilot.press("escape", "escape")
    assert app.return_value is None
    assert not app.is_running
