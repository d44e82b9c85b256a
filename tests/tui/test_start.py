"""The start screen: who reviews, and what."""

from __future__ import annotations

import asyncio
import time

import pytest
from textual import events

from labeler.tui.appearance import UNICODE, ScreenLook
from labeler.tui.keymap import build_keymap
from labeler.tui.screens.start import StartApp, StartScreen
from labeler.tui.screens.worklist_menu import Begin, Guess, Preview
from labeler.tui.theme import load_theme
from labeler.tui.widgets.choice_list import Offer
from tests.tui.snapshot import screen_text

REASON = (
    "No connection to http://mlflow.example.org:5000: nothing answers there at the moment, " + "really " * 12 + "not"
)
OFFER = Offer("1", "Harbour desk", "41 traces")
A_HAND_S = 0.1
"""Sooner than this the same key again is a key held down."""


def told(app: StartApp) -> str:
    return " ".join(screen_text(app).split())


class Offers:
    """What there is to review: these."""

    def __init__(self, *offers: Offer) -> None:
        self.offers = offers
        self.reviewer = ""
        self.failure = ""

    async def find(self, reviewer: str) -> list[Offer]:
        self.reviewer = reviewer
        if self.failure:
            raise OSError(self.failure)
        return list(self.offers)

    async def count(self, offer: Offer) -> str:
        return f"{offer.detail} · counted"

    async def preview(self, offer: Offer) -> Preview:
        asked = f"helpful  {'yes or no, ' * 12}that is the question"
        return Preview((asked, "score  1 to 5"), "the configuration")


async def wait_until(app: StartApp, words: str) -> None:
    for _ in range(2000):
        if words in told(app):
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"waited 10 s for {words}\n{screen_text(app)}")


def started_with(offers: Offers) -> StartApp:
    theme = load_theme()
    guess = Guess("rhea.k", "git", settled=False)
    return StartApp(theme, StartScreen(guess, offers, build_keymap({}), ScreenLook(theme.palette, UNICODE)))


def started(*offers: Offer) -> StartApp:
    """A start at which nobody is known yet and `offers` can be reviewed."""
    return started_with(Offers(*offers))


@pytest.mark.parametrize("size", [(40, 16), (80, 24), (200, 60)])
async def test_no_sentence_of_the_start_is_cut(size: tuple[int, int]) -> None:
    offers = Offers(OFFER)
    offers.failure = REASON
    app = started_with(offers)
    async with app.run_test(size=size) as pilot:
        await wait_until(app, "proposed by git; Enter accepts. The name goes with every label you give.")
        await pilot.press("enter")
        await wait_until(app, REASON)
        offers.failure = ""
        await pilot.pause(A_HAND_S)
        await pilot.press("enter")
        await wait_until(app, "that is the question score 1 to 5 Enter begins, q leaves.")
        await pilot.pause(A_HAND_S)
        await pilot.press("enter")
    assert app.return_value == Begin("rhea.k", OFFER)


async def test_a_held_enter_begins_no_review() -> None:
    app = started(OFFER, Offer("2", "Night desk", "7 traces"))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(app, "Enter accepts.")
        began_s = time.monotonic()
        for number in range(30):
            repeat = events.Key("enter", "\r")
            repeat.time = began_s + 0.03 * number
            app.post_message(repeat)
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


async def test_what_is_typed_replaces_the_name_proposed_and_the_field_stands_below_its_question() -> None:
    offers = Offers(OFFER)
    app = started_with(offers)
    async with app.run_test(size=(80, 24)):
        await wait_until(app, "Enter accepts.")
        lines = [line.strip() for line in screen_text(app).splitlines()]
        question = next(index for index, line in enumerate(lines) if "Enter accepts" in line)
        assert "rhea.k" in "".join(lines[question : question + 4])
        for key in (*"bax", "backspace", "backspace", "o", "enter"):  # together, as a slow line brings them
            app.post_message(events.Key(key, {"enter": "\r", "backspace": "\x7f"}.get(key, key)))
        await wait_until(app, "Reviewing as bo. Asked, from the configuration")
        app.exit()
    assert offers.reviewer == "bo"


async def test_keys_pressed_before_the_field_stood_there_are_not_in_the_name() -> None:
    app = started(OFFER)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(app, "Enter accepts.")
        for key in ("q", "y", "enter"):
            typed_ahead = events.Key(key, "\r" if key == "enter" else key)
            typed_ahead.time -= 60
            app.post_message(typed_ahead)
        await pilot.pause()
        await pilot.press("end", *"x")
        await wait_until(app, "rhea.kx")
        assert "Who reviews?" in told(app)
        app.exit()


MANY = (
    Offer("q1", "Harbour desk", "my queue"),
    Offer("q2", "Night desk", "everybody's queue"),
    Offer("e1", "Harbour traces", "experiment"),
    Offer("q3", "Quay desk", "queue of bo", "This queue is for bo; you are rhea.k"),
)


async def test_the_list_says_how_much_there_is_whose_it_is_and_is_searched_as_one_types() -> None:
    app = started(*MANY)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(app, "Enter accepts.")
        await pilot.press("enter")
        await wait_until(app, "queue of bo · counted")
        await pilot.press("G", "enter")
        await wait_until(app, "This queue is for bo; you are rhea.k")
        await pilot.press("/", *"harb")
        await wait_until(app, "/ harb")
        assert "Night desk" not in told(app)
        assert "Harbour traces" in told(app)
        await pilot.press(*" zz")
        await wait_until(app, "nothing has these words")
        await pilot.press("escape")
        await wait_until(app, "Night desk")
        await pilot.press("/", *"exper", "enter")
        await wait_until(app, "Harbour traces experiment")
        await wait_until(app, "Enter begins")
        await pilot.pause(A_HAND_S)
        await pilot.press("enter")
    assert app.return_value == Begin("rhea.k", Offer("e1", "Harbour traces", "experiment · counted"))


async def test_esc_leaves_the_words_searched_for_before_the_screen_and_help_opens_over_it() -> None:
    app = started(*MANY)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(app, "Enter accepts.")
        await pilot.press("enter")
        await wait_until(app, "j k move, Enter chooses")
        await pilot.press("?")
        await wait_until(app, "thumbs up")
        await pilot.press("q")
        await wait_until(app, "j k move, Enter chooses")
        await pilot.press("/", *"desk", "enter")
        await wait_until(app, "j k move, Enter chooses")
        assert "Harbour traces" not in told(app)
        await pilot.press("escape")
        await wait_until(app, "Harbour traces")
        await pilot.press("escape")
        await wait_until(app, "Esc again leaves")
        app.exit()
