"""The start screen: who reviews, and what."""

from __future__ import annotations

import asyncio

import pytest

from labeler.tui.look import ScreenLook
from labeler.tui.screens.start import Begin, Guess, Offer, Preview, StartScreen
from labeler.tui.signs import UNICODE
from labeler.tui.start_app import StartApp
from labeler.tui.theme import load_theme
from tests.tui.snapshot import screen_text

REASON = (
    "No connection to http://mlflow.example.org:5000: nothing answers there at the moment, " + "really " * 12 + "not"
)
OFFER = Offer("1", "Harbour desk", "41 traces")


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
        Guess("rhea.k", "git", settled=False), find_at_last, preview, ScreenLook(theme.palette, UNICODE)
    )
    app = StartApp(theme, screen)
    async with app.run_test(size=size) as pilot:
        await wait_until(app, "proposed by git; Enter accepts. The name goes with every label you give.")
        await pilot.press("enter")
        await wait_until(app, REASON)
        fails = False
        await pilot.press("enter")
        await wait_until(app, "that is the question score 1 to 5 Enter begins, q leaves.")
        await pilot.press("enter")
    assert app.return_value == Begin("rhea.k", OFFER)
