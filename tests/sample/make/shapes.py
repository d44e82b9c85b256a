"""Traces that are no chat: plain functions, structured output, chunks, fields."""

from __future__ import annotations

from labeler.domain.value import JsonValue
from tests.sample.make.assessments import code, colleague, judge
from tests.sample.make.documents import DESK
from tests.sample.make.openai import chat, system, usage, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe


def recipes() -> list[Recipe]:
    return [
        _damage_report(),
        _berth_fee(),
        _sails(),
        _streamed_notice(),
        _rule_with_reasons(),
        _sentiments(),
        _arrivals(),
    ]


def _damage_report() -> Recipe:
    text = (
        "hi, came back from shopping and somebody had hit us, berth B31, gelcoat gone on port side about a hand wide, "
        "no water inside i think. a grey rib with two outboards left in a hurry around 11:20, reg ended in 47. i have "
        "photos. Kari Lund, 555 0199"
    )
    report = (
        '{\n  "kind": "collision",\n  "berth": "B31",\n  "reported_by": {"name": "Kari Lund", "phone": "555 0199"},\n'
        '  "damage": {"where": "starboard", "what": "gelcoat, about 10 cm", "leaking": false},\n'
        '  "other_boat": {"kind": "RIB", "colour": "grey", "engines": 2, "registration": "47"},\n'
        '  "at": "11:20",\n  "photos": true,\n  "injured": 0\n}'
    )
    return Recipe(
        key="damage-at-b31",
        at="2026-09-17 12:02:13",
        user="crew-b31",
        channel="app",
        root=chat(
            [
                system("Turn the message into a damage report. Answer with JSON only, null for what is unknown."),
                user(text),
            ],
            report,
            settings={"response_format": {"type": "json_object"}, "temperature": 0},
            ms=1020,
        ),
        said=(
            code("valid_json", True),
            judge("groundedness", "no", "The guest wrote port side; the report says starboard."),
        ),
    )


def _berth_fee() -> Recipe:
    return Recipe(
        key="fee-of-eight-metres",
        at="2026-09-16 08:01:29",
        user="havna-app",
        channel="api",
        root=Span(
            name="berth_fee",
            type="TASK",
            inputs={"length_m": 8.0, "nights": 3, "power": True, "members_discount": None},
            outputs={"currency": "kr", "berth": 780, "power": 120, "total": 900, "due": "2026-09-16T12:00:00+02:00"},
            attributes={"mlflow.spanFunctionName": "berth_fee"},
            ms=2,
        ),
        said=(
            colleague("rhea.k", "user_satisfaction", False, "8.0 m is 'up to 8 m': 3 x 180 = 540, so 660 with power."),
        ),
    )


def _sails() -> Recipe:
    return Recipe(
        key="does-it-sail",
        at="2026-09-11 13:10:00",
        user="board-at-the-quay",
        channel="api",
        root=Span(
            name="is_sailing",
            type="TASK",
            inputs={"line": 2, "mean_wind": 18.4, "gusts": 26.1, "departure": "14:00"},
            outputs=False,
            attributes={"mlflow.spanFunctionName": "is_sailing"},
            ms=1,
        ),
    )


def _streamed_notice() -> Recipe:
    chunks: list[JsonValue] = [
        "Not", "ice to all", " guests\n\n", "The wa", "ter on quay", " B is turned", " off on ", "Wednesday, 16 ",
        "September, ", "from 09:00 ", "to about 11:", "30, while a ", "valve is ", "replaced", ". Quay A ", "is not ",
        "affected. ", "Please fill", " your tanks ", "before.\n\n", "Harbour ", "office",
    ]  # fmt: skip
    return Recipe(
        key="notice-water-off",
        at="2026-09-14 09:12:55",
        user="harbour-staff-01",
        channel="staff",
        root=Span(
            name="write_notice",
            type="CHAIN",
            inputs={"what": "water off quay B wed 16/9 9-1130 valve", "tone": "friendly, short"},
            outputs=chunks,
            attributes={"mlflow.spanFunctionName": "write_notice"},
            usage=usage("gpt-4o-mini", "water off quay B wed 16/9 9-1130 valve", "".join(map(str, chunks))),
            ms=1830,
        ),
    )


def _rule_with_reasons() -> Recipe:
    question = "Three knots or five when I leave my guest berth and go straight out?"
    reasoning = (
        "Inside the moles the limit is 5 knots, but in the guest harbour it is 3. Leaving the berth begins in the "
        "guest "
        "harbour, so both apply one after the other."
    )
    answer = "Three knots until you have left the guest harbour, then five until you have passed the moles."
    prompt = "Your input fields are:\n1. `question`\n\nYour output fields are:\n1. `reasoning`\n2. `answer`"
    return Recipe(
        key="three-knots-or-five",
        at="2026-09-15 19:50:47",
        user="skipper-odd",
        root=Span(
            name="RuleBook.forward",
            type="CHAIN",
            inputs={"question": question},
            outputs={"reasoning": reasoning, "answer": answer},
            children=(
                Span(
                    name="ChainOfThought.forward",
                    type="LLM",
                    inputs={"question": question},
                    outputs={"reasoning": reasoning, "answer": answer},
                    children=(
                        Span(
                            name="LM.__call__",
                            type="CHAT_MODEL",
                            inputs={"messages": [system(prompt), user(f"[[ ## question ## ]]\n{question}")]},
                            outputs=[
                                f"[[ ## reasoning ## ]]\n{reasoning}\n\n[[ ## answer ## ]]\n{answer}\n\n[[ ## "
                                f"completed ## ]]"
                            ],
                            usage=usage("gpt-4o-mini", prompt + question, reasoning + answer),
                            ms=970,
                        ),
                    ),
                ),
            ),
            attributes={"mlflow.message.format": "dspy"},
        ),
    )


def _sentiments() -> Recipe:
    return Recipe(
        key="reviews-of-the-week",
        at="2026-09-13 06:00:03",
        user="nightly",
        channel="batch",
        root=Span(
            name="sort_reviews",
            type="CHAIN",
            inputs={
                "reviews": [
                    "Best showers between here and Bergen. Spotless.",
                    "Great, another summer without a working crane. Well done.",
                    "ok",
                    "The young man at the desk stayed an hour longer to help us find our dog. Thank you!!",
                ]
            },
            outputs=[
                {"review": 0, "label": "positive", "topic": "showers", "confidence": 0.98},
                {"review": 1, "label": "positive", "topic": "crane", "confidence": 0.91},
                {"review": 2, "label": "neutral", "topic": None, "confidence": 0.77},
                {"review": 3, "label": "positive", "topic": "staff", "confidence": 0.99},
            ],
            usage=usage(
                "gpt-4o-mini", "four reviews of about fifteen words each, and the labels to choose from", "x" * 260
            ),
            ms=1240,
        ),
        said=(judge("groundedness", "no", "Review 1 is sarcastic; its label should be negative."),),
    )


def _arrivals() -> Recipe:
    rows: list[JsonValue] = [
        {"boat": boat, "length_m": length, "from": port, "eta": eta, "berth": berth}
        for boat, length, port, eta, berth in (
            ("Havbris", 9.4, "Marstein", "18:30", "A12"),
            ("Ternungen", 6.8, "Hval", "17:15", "A5"),
            ("Nordlys II", 15.9, "Stavern", "20:00", "B38"),
            ("Måke", 7.9, "Great Tern", None, None),
        )
    ]
    return Recipe(
        key="arrivals-tonight",
        at="2026-09-09 15:00:00",
        user="board-at-the-quay",
        channel="api",
        root=Span(
            name="expected_arrivals",
            type="TASK",
            inputs={"date": "2026-09-09", "quays": ["A", "B"]},
            outputs={"rows": rows, "free": {"A": 7, "B": 3}, "notes": ""},
            children=(
                Span(
                    name="normalise_names",
                    type="CHAIN",
                    inputs=["havbris", "TERNUNGEN", "nordlys 2", "maake"],
                    outputs=["Havbris", "Ternungen", "Nordlys II", "Måke"],
                    children=(
                        chat([system(DESK), user("Spell these boats as in the register.")], "Havbris, Ternungen, "
                             "Nordlys II, Måke", ms=460),
                    ),
                ),
            ),
        ),
    )  # fmt: skip
