"""Traces that went wrong, and traces that are not finished."""

from __future__ import annotations

from labeler.domain.value import JsonValue
from tests.sample.make import langgraph
from tests.sample.make.assessments import judge
from tests.sample.make.documents import CANCELLED, DESK, FERRY_1, FERRY_2, GUEST, retrieved
from tests.sample.make.openai import call, calling, chat, function, system, user
from tests.sample.make.spans import Failure, Span
from tests.sample.make.tools import run_of
from tests.sample.make.traces import Recipe

_RATE_LIMIT = Failure(
    "openai.RateLimitError",
    "Error code: 429 - {'error': {'message': 'Rate limit reached for gpt-4o-mini on requests per min (RPM): "
    "Limit 500, Used 500, Requested 1. Please try again in 120ms.', 'type': 'requests', 'code': "
    "'rate_limit_exceeded'}}",
    "Traceback (most recent call last):\n"
    '  File "/srv/desk/answer.py", line 88, in answer\n'
    "    completion = client.chat.completions.create(model=settings.model, messages=messages)\n"
    '  File "/srv/desk/.venv/lib/python3.12/site-packages/openai/_utils/_utils.py", line 287, in wrapper\n'
    "    return func(*args, **kwargs)\n"
    '  File "/srv/desk/.venv/lib/python3.12/site-packages/openai/_base_client.py", line 1047, in request\n'
    "    raise self._make_status_error_from_response(err.response) from None\n"
    "openai.RateLimitError: Error code: 429 - rate_limit_exceeded\n",
)
_OFFLINE = Failure(
    "ConnectionError",
    "harbour-db:5432 did not answer",
    "Traceback (most recent call last):\n"
    '  File "/srv/desk/tools/lost_property.py", line 31, in search_lost_property\n'
    "    with pool.connection(timeout=5) as connection:\n"
    '  File "/srv/desk/.venv/lib/python3.12/site-packages/psycopg_pool/pool.py", line 202, in connection\n'
    "    conn = self.getconn(timeout=timeout)\n"
    "ConnectionError: harbour-db:5432 did not answer\n",
)
_BAD_NUMBER = Failure(
    "ValueError",
    "could not convert string to float: '9,4'",
    "Traceback (most recent call last):\n"
    '  File "/srv/desk/jobs/import_arrivals.py", line 57, in parse_arrival\n'
    '    length_m = float(fields["length"])\n'
    "               ^^^^^^^^^^^^^^^^^^^^^^^\n"
    "ValueError: could not convert string to float: '9,4'\n",
)
_NO_TIDES = Failure(
    "TideServiceError",
    "503 from the tide service: maintenance until 06:00",
    "Traceback (most recent call last):\n"
    '  File "/srv/desk/tools/tides.py", line 44, in tide_table\n'
    "    response.raise_for_status()\n"
    "TideServiceError: 503 from the tide service: maintenance until 06:00\n",
)


def recipes() -> list[Recipe]:
    return [_rate_limited(), _database_away(), _tide_tool_handled(), _comma_in_a_number(), _streaming(), _searching()]


def _rate_limited() -> Recipe:
    messages = [system(f"{DESK}\n\n{FERRY_2}"), user("Does the 11 o'clock to Hval still run in September?")]
    failed = Span(
        name="Completions",
        type="CHAT_MODEL",
        inputs={"model": "gpt-4o-mini", "messages": messages},
        failure=_RATE_LIMIT,
        attributes={"mlflow.message.format": "openai", "mlflow.llm.provider": "openai"},
        ms=190,
    )
    return Recipe(
        key="eleven-to-hval",
        at="2026-09-18 11:58:02",
        user="guest-4744",
        root=Span(
            name="answer_turn",
            type="CHAIN",
            inputs={"messages": messages},
            children=(failed, failed),
            failure=_RATE_LIMIT,
            ms=410,
        ),
    )


def _database_away() -> Recipe:
    question = "i lost a silver earring somewhere between the boat and the coop yesterday, anything handed in?"
    asked = langgraph.call("search_lost_property", description="silver earring", since="2026-09-09")
    failed = Span(name="search_lost_property", type="TOOL", inputs=asked["args"], failure=_OFFLINE, ms=5012)
    return Recipe(
        key="silver-earring",
        at="2026-09-10 09:14:21",
        user="guest-4391",
        root=langgraph.broken_agent(
            [langgraph.human(question), langgraph.ai("", asked)], failed, _OFFLINE, system=DESK
        ),
    )


def _tide_tool_handled() -> Recipe:
    question = "when is low tide tonight?? need to scrape my rudder"
    asked = call("tide_table", date="2026-09-13")
    tools = [function("tide_table", "Times and heights of high and low water", date="string")]
    answer = (
        "Low water tonight is at about 22:30, give or take. Have fun with the rudder, and remember that scraping off "
        "antifouling is only allowed on the wash pad!"
    )
    return Recipe(
        key="rudder-at-low-tide",
        at="2026-09-13 19:36:40",
        user="boat-owner-131",
        channel="app",
        root=Span(
            name="desk_agent",
            type="AGENT",
            inputs={"question": question},
            outputs=answer,
            children=(
                chat([system(DESK), user(question)], calling(asked), tools=tools, ms=580),
                Span(name="tide_table", type="TOOL", inputs={"date": "2026-09-13"}, failure=_NO_TIDES, ms=2044),
                chat(
                    [
                        system(DESK),
                        user(question),
                        calling(asked),
                        {"role": "tool", "tool_call_id": asked["id"], "content": f"error: {_NO_TIDES.message}"},
                    ],
                    answer,
                    tools=tools,
                    ms=760,
                ),
            ),
        ),
        said=(
            judge("groundedness", "no", "The tide service gave an error; the time in the answer comes from nowhere."),
            judge("relevance", "yes", "A time for tonight's low water is given."),
        ),
    )


def _comma_in_a_number() -> Recipe:
    row: JsonValue = {"row": {"boat": "Havbris", "length": "9,4", "beam": "3,1", "from": "Marstein", "eta": "18:30"}}
    return Recipe(
        key="arrival-with-a-comma",
        at="2026-09-09 17:02:44",
        user="harbour-staff-01",
        channel="batch",
        root=Span(
            name="import_arrival",
            type="TASK",
            inputs=row,
            children=(
                Span(name="parse_arrival", type="PARSER", inputs=row, failure=_BAD_NUMBER, ms=1),
            ),
            failure=_BAD_NUMBER,
            attributes={"mlflow.spanFunctionName": "import_arrival"},
        ),
    )  # fmt: skip


def _streaming() -> Recipe:
    """Asked, looked up, and cut off while the answer was being written."""
    question = "What do we pay for a 14 m boat, 4 nights, with power, and can we leave the car somewhere?"
    return Recipe(
        key="fourteen-metres-four-nights",
        at="2026-09-18 12:59:31",
        user="skipper-moen",
        finished=False,
        root=Span(
            name="desk_agent",
            type="AGENT",
            inputs={"question": question},
            children=(
                retrieved(question, (GUEST, 0.89), (FERRY_2, 0.35)),
                chat(
                    [system(DESK), user(question)],
                    calling(call("car_parks", near="guest harbour")),
                    tools=[function("car_parks", "Car parks with free places", near="string")],
                    ms=650,
                ),
                run_of("car_parks", {"near": "guest harbour"}, [{"name": "Tollbugata P1", "free": 12}], ms=70),
            ),
        ),
    )


def _searching() -> Recipe:
    """Nothing but a search had ended when the process stopped."""
    return Recipe(
        key="stopped-while-searching",
        at="2026-09-11 13:17:12",
        user="guest-4433",
        finished=False,
        root=Span(
            name="answer_from_documents",
            type="CHAIN",
            inputs={"question": "is line 1 still running in this wind"},
            children=(retrieved("is line 1 still running in this wind", (CANCELLED, 0.9), (FERRY_1, 0.57)),),
        ),
    )
