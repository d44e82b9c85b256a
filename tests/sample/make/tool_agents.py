"""Answers found with tools by agents built on Anthropic and on LangGraph."""

from __future__ import annotations

from labeler.domain.value import JsonValue
from tests.sample.make import anthropic, langgraph, openai
from tests.sample.make.assessments import failed_judge, judge
from tests.sample.make.documents import DESK
from tests.sample.make.openai import user
from tests.sample.make.spans import Span
from tests.sample.make.tools import run_of
from tests.sample.make.traces import Recipe


def recipes() -> list[Recipe]:
    return [_free_berth(), _tool_that_failed(), _lost_jacket(), _slipway_claimed()]


def _free_berth() -> Recipe:
    tools = [anthropic.tool("find_berth", "Free guest berths for a boat", length_m="number", beam_m="number")]
    asked = anthropic.tool_use("find_berth", length_m=9.4, beam_m=3.1)
    found: JsonValue = {"free": [{"berth": "A9", "width_m": 3.4}, {"berth": "A22", "width_m": 3.2}], "as_of": "15:40"}
    heard: list[openai.Message] = [user("any berth free for a 9,4 x 3,1 m boat? arriving in 20 min")]
    answer = (
        "Two are free as of 15:40: A9 (3.4 m wide) and A22 (3.2 m, tight for you). Take A9 if you can. Nothing can be "
        "reserved, so have fenders out on both sides."
    )
    return Recipe(
        key="berth-in-twenty-minutes",
        at="2026-09-17 15:40:36",
        user="skipper-lind",
        channel="app",
        root=Span(
            name="berth_assistant",
            type="AGENT",
            inputs={"text": heard[0]["content"]},
            outputs=answer,
            children=(
                anthropic.message(DESK, heard, anthropic.text("Let me look."), asked, tools=tools, ms=930),
                run_of("find_berth", {"length_m": 9.4, "beam_m": 3.1}, found, ms=88),
                anthropic.message(
                    DESK,
                    [
                        *heard,
                        anthropic.said_by_model(anthropic.text("Let me look."), asked),
                        anthropic.said_by_user(anthropic.tool_result(asked, found)),
                    ],
                    anthropic.text(answer),
                    tools=tools,
                    ms=1240,
                ),
            ),
        ),
    )


def _tool_that_failed() -> Recipe:
    tools = [anthropic.tool("water_temperature", "Temperature at the seawater bath", date="string")]
    asked = anthropic.tool_use("water_temperature", date="2026-09-13")
    heard: list[openai.Message] = [user("How warm is the water at the bath today? 😊")]
    answer = (
        "I cannot reach the sensor at the bath right now, so I have no figure for you. The board at the entrance shows "
        "the temperature too, and the desk on 555 0142 can read it out."
    )
    failure = "SensorTimeout: no reading from bath-02 within 4.0 s"
    return Recipe(
        key="bath-sensor-silent",
        at="2026-09-13 11:22:48",
        user="guest-4530",
        root=anthropic.message(
            DESK,
            [*heard, anthropic.said_by_model(asked), anthropic.said_by_user(anthropic.tool_failure(asked, failure))],
            anthropic.text(answer),
            tools=tools,
            ms=1320,
        ),
        said=(failed_judge("groundedness", "JUDGE_TIMEOUT", "The judge model did not answer within 60 s"),),
    )


def _lost_jacket() -> Recipe:
    asked = langgraph.call(
        "search_lost_property", description="child's yellow rain jacket, size 122", since="2026-09-14"
    )
    found: JsonValue = [
        {"id": "L-2231", "what": "rain jacket, yellow, child", "found": "2026-09-15 Lundefuglen", "where": "desk, "
            "shelf 4"},
        {"id": "L-2219", "what": "umbrella, yellow", "found": "2026-09-14 quay A", "where": "desk, shelf 1"},
    ]  # fmt: skip
    question = "We left a yellow kids' rain jacket (122) on the ferry from Lunde on Tuesday. Has it turned up?"
    answer = (
        "It looks as if it has: a yellow child's rain jacket was found on the Lundefuglen on Tuesday and lies at the "
        "desk under L-2231. Claiming it is free; a name in the collar or a photo of it is enough as proof."
    )
    return Recipe(
        key="yellow-rain-jacket",
        at="2026-09-16 16:29:14",
        user="guest-4671",
        root=langgraph.agent(
            [langgraph.human(question), langgraph.ai("", asked), langgraph.tool(asked, found), langgraph.ai(answer)],
            system=DESK,
        ),
    )


def _slipway_claimed() -> Recipe:
    check = langgraph.call("slipway_calendar", date="2026-09-19")
    book = langgraph.call("book_slipway", date="2026-09-19", hour=10, boat="Lyn", weight_kg=1400)
    calendar: JsonValue = {"date": "2026-09-19", "free_hours": [10, 13, 16]}
    booking: JsonValue = {"status": "pending", "reason": "less than 24 hours ahead, the harbour master has to agree"}
    question = "Please book the slipway for Lyn, 1,400 kg, tomorrow around ten. I'll bring the trailer."
    answer = (
        "Done! The slipway is booked for Lyn tomorrow, 19 September, at 10:00. It costs 90 kr, and the trailer may "
        "stand beside it for 60 kr a day. See you there!"
    )
    return Recipe(
        key="slipway-for-lyn",
        at="2026-09-18 12:11:30",
        user="boat-owner-140",
        channel="app",
        root=langgraph.agent(
            [
                langgraph.human(question),
                langgraph.ai("", check),
                langgraph.tool(check, calendar),
                langgraph.ai("Ten o'clock is free. I will book it.", book),
                langgraph.tool(book, booking),
                langgraph.ai(answer),
            ],
            system=DESK,
        ),
        said=(
            judge("user_satisfaction", True, "The user asked for a booking and gets a cheerful confirmation."),
            judge("relevance", "yes", "Date, hour, boat and cost are all there."),
        ),
    )
