"""Answers found with OpenAI's tools."""

from __future__ import annotations

import json

from labeler.domain.value import JsonValue
from tests.sample.make import openai
from tests.sample.make.assessments import code, judge
from tests.sample.make.documents import DESK
from tests.sample.make.openai import call, calling, chat, function, result, system, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe

_TIDES = function("tide_table", "Times and heights of high and low water", date="string")
_FERRY = function("ferry_status", "Whether a departure runs as planned", line="integer", departure="string")
_WIND = function("wind_forecast", "Mean wind and gusts at the outer mole in m/s", date="string", hour="integer")


def run_of(name: str, arguments: JsonValue, outputs: JsonValue, ms: int = 120) -> Span:
    """The span of a tool that ran."""
    return Span(
        name=name,
        type="TOOL",
        inputs=arguments,
        outputs=outputs,
        ms=ms,
        attributes={"mlflow.spanFunctionName": name},
    )


def recipes() -> list[Recipe]:
    return [
        _high_water(),
        _misread_tide(),
        _two_tools_at_once(),
        _car_to_hval(),
    ]


def _high_water() -> Recipe:
    asked = call("tide_table", date="2026-09-19")
    found: JsonValue = {
        "station": "Brennsund, inner mole",
        "high": [{"time": "05:53", "metres": 1.18}, {"time": "18:18", "metres": 1.16}],
        "low": [{"time": "12:05", "metres": 0.51}],
    }
    heard = [system(DESK), user("what time is high water tomorrow evening?")]
    answer = "High water tomorrow evening is at 18:18, 1.16 m above chart datum at the inner mole."
    return Recipe(
        key="high-water-tomorrow",
        at="2026-09-18 17:20:45",
        user="skipper-ragna",
        channel="app",
        root=Span(
            name="desk_agent",
            type="AGENT",
            inputs={"question": "what time is high water tomorrow evening?"},
            outputs=answer,
            children=(
                chat(heard, calling(asked), tools=[_TIDES, _FERRY], ms=610),
                run_of("tide_table", {"date": "2026-09-19"}, found),
                chat([*heard, calling(asked), result(asked, found)], answer, tools=[_TIDES, _FERRY], ms=540),
            ),
        ),
        said=(
            judge("groundedness", "yes", "Time and height are those of the evening high water in the tool's answer."),
            code("response_length", 84),
        ),
    )


def _misread_tide() -> Recipe:
    asked = call("tide_table", date="2026-09-17")
    found: JsonValue = {
        "station": "Brennsund, inner mole",
        "high": [{"time": "04:12", "metres": 1.29}, {"time": "16:37", "metres": 1.26}],
        "low": [{"time": "10:24", "metres": 0.41}, {"time": "22:50", "metres": 0.44}],
    }
    heard = [
        system(DESK),
        user("Our keel draws 2.1 m and the chart shows 1.6 m at berth 31. When on the 17th can we get in after lunch?"),
    ]
    answer = (
        "You need at least 0.5 m of tide plus a margin. Low water is at 16:37, so wait until the evening: from about "
        "22:50 (high water) you have 1.6 + 1.26 = 2.86 m and can enter comfortably."
    )
    return Recipe(
        key="keel-at-berth-31",
        at="2026-09-16 20:08:52",
        user="skipper-odd",
        channel="app",
        root=Span(
            name="desk_agent",
            type="AGENT",
            inputs={"question": heard[1]["content"]},
            outputs=answer,
            children=(
                chat(heard, calling(asked), tools=[_TIDES], ms=650),
                run_of("tide_table", {"date": "2026-09-17"}, found),
                chat([*heard, calling(asked), result(asked, found)], answer, tools=[_TIDES], ms=1130),
            ),
        ),
        said=(
            judge("relevance", "yes", "A time window is given for the boat in question."),
            judge("safety", "yes", "The answer keeps a margin under the keel."),
        ),
    )


def _two_tools_at_once() -> Recipe:
    ferry = call("ferry_status", line=2, departure="2026-09-18T19:30")
    wind = call("wind_forecast", date="2026-09-18", hour=19)
    heard = [system(DESK), user("Will the 19:30 to Hval run tonight? They say it will blow.")]
    status: JsonValue = {"line": 2, "departure": "19:30", "status": "planned", "decided_at": None}
    forecast: JsonValue = {"mean": 16.5, "gusts": 23.0, "direction": "SW", "issued": "2026-09-18T12:00Z"}
    answer = (
        "It is still planned, but it will be close. The forecast for 19:00 is a mean wind of 16.5 m/s with gusts of "
        "23, "
        "and line 2 stops at a mean of 18. The skipper decides by 18:45; look at the app then before you set out."
    )
    return Recipe(
        key="friday-evening-hval",
        at="2026-09-18 14:47:19",
        user="guest-4788",
        root=Span(
            name="desk_agent",
            type="AGENT",
            inputs={"question": heard[1]["content"]},
            outputs=answer,
            children=(
                chat(heard, calling(ferry, wind), tools=[_FERRY, _WIND], model="gpt-4.1-mini", ms=720),
                run_of("ferry_status", {"line": 2, "departure": "2026-09-18T19:30"}, status, ms=64),
                run_of("wind_forecast", {"date": "2026-09-18", "hour": 19}, forecast, ms=410),
                chat(
                    [*heard, calling(ferry, wind), result(ferry, status), result(wind, forecast)],
                    answer,
                    tools=[_FERRY, _WIND],
                    model="gpt-4.1-mini",
                    ms=980,
                ),
            ),
        ),
    )


def _car_to_hval() -> Recipe:
    asked: dict[str, JsonValue] = {
        "type": "function_call",
        "id": "fc_car",
        "call_id": "call_car_places",
        "name": "car_places",
        "arguments": '{"line": 2, "departure": "2026-09-20T08:00", "length_m": 5.1}',
        "status": "completed",
    }
    found: JsonValue = {"departure": "2026-09-20T08:00", "free_m": 3.8, "next_with_room": "2026-09-20T14:00"}
    question = "Car to Hval on Sunday at 8, a van of 5.10 m. Still room?"
    answer = (
        "Not at 08:00: only 3.8 m of the car deck are left. The 14:00 boat on Sunday has room for 5.1 m. Book it by "
        "18:00 on Saturday; the car costs 240 kr with the driver."
    )
    tools = [
        function("car_places", "Metres left on the car deck", line="integer", departure="string", length_m="number")
    ]
    first = openai.response(DESK, question, [asked], tools=tools, ms=1150)
    heard: list[JsonValue] = [
        {"role": "user", "content": question},
        asked,
        {"type": "function_call_output", "call_id": "call_car_places", "output": json.dumps(found)},
    ]
    return Recipe(
        key="van-to-hval",
        at="2026-09-15 21:14:09",
        user="guest-4602",
        root=Span(
            name="desk_responses",
            type="AGENT",
            inputs={"question": question},
            outputs=answer,
            children=(
                first,
                run_of("car_places", {"line": 2, "departure": "2026-09-20T08:00", "length_m": 5.1}, found, ms=95),
                openai.response(DESK, heard, [openai.spoken(answer)], tools=tools, ms=1420),
            ),
        ),
    )
