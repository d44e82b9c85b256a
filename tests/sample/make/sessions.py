"""Conversations of several turns: a trace a turn, each hearing what was said before."""

from __future__ import annotations

from collections.abc import Sequence

from tests.sample.make import anthropic
from tests.sample.make.assessments import Said, code, colleague, judge
from tests.sample.make.documents import CANCELLED, DESK, GUEST, WINTER
from tests.sample.make.openai import Message, assistant, chat, system, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe

Turn = tuple[str, str, str]
"""When, what the guest said, what the desk answered."""


def recipes() -> list[Recipe]:
    return [*_guest_berth(), *_cancelled_boat(), *_winter_storage()]


def _guest_berth() -> list[Recipe]:
    turns: list[Turn] = [
        (
            "2026-09-18 09:02:11",
            "Good morning! We are coming in this afternoon with Svala, 11.4 m, five of us. Is there room?",
            "Good morning! Berths are not reserved, so I cannot promise one, but quay A takes boats up to 12 m and is "
            "rarely full on a Friday in September. If it is, quay B has room for you too.",
        ),
        (
            "2026-09-18 09:03:26",
            "great. what's the damage for 2 nights with power?",
            "For 11.4 m a night is 260 kr and electricity 40 kr a day, so two nights with power come to 600 kr. Water "
            "and showers are included.",
        ),
        (
            "2026-09-18 09:04:40",
            "And if we stay until Monday?",
            "Until Monday is three nights: 780 kr for the berth and 120 kr for electricity, 900 kr in all.",
        ),
        (
            "2026-09-18 15:51:03",
            "We are in, A17. There's a second boat with us now, Brage, 13 m. Where does he go and what does he pay? "
            "Same nights, no power.",
            "Welcome! Brage can take the free berth next to you on quay A. With 13 m he pays the same as you, 260 kr a "
            "night, so 780 kr until Monday.",
        ),
        (
            "2026-09-18 15:52:30",
            "hm are you sure about quay A for him? the sign here says max 12",
            "You are right, and I was not: quay A ends at 12 m. Brage belongs on quay B, berths 25 to 40. Above 12 m a "
            "night costs 340 kr, so he pays 1,020 kr for the three nights, not 780 kr. My apologies.",
        ),
    ]
    said: dict[int, tuple[Said, ...]] = {
        1: (code("response_length", 130),),
        3: (
            judge("groundedness", "no", "Quay A takes boats up to 12 m, and above 12 m a night is 340 kr."),
            judge("user_satisfaction", True, "Friendly, and it answers both parts of the question."),
            colleague("rhea.k", "user_satisfaction", False, "Wrong quay and wrong price, said without any doubt."),
        ),
    }
    return _openai_session("svala", "crew-svala", "app", f"{DESK}\n\n{GUEST}", turns, said)


def _cancelled_boat() -> list[Recipe]:
    turns: list[Turn] = [
        (
            "2026-09-11 12:58:47",
            "is the 14:00 to Hval going??? its blowing like mad out here",
            "I cannot see the board from here. Line 2 stops at a mean wind of 18 m/s, and the skipper decides at the "
            "latest 45 minutes before departure, so by 13:15. Have a look at the board at the quay or at the app then.",
        ),
        (
            "2026-09-11 13:21:09",
            "ok cancelled. i paid 110 with my card. how do i get it back",
            "You need not do anything: tickets bought by card are refunded by themselves within 5 working days.",
        ),
        (
            "2026-09-11 13:22:55",
            "and my friend paid cash, she's standing here, same thing?",
            "Yes, exactly the same. Her 110 kr will be back within 5 working days without her doing anything.",
        ),
        (
            "2026-09-11 13:24:18",
            "back WHERE? she paid cash. you don't have her account",
            "I understand that this is frustrating. Refunds are handled according to the operator's terms and can take "
            "up to 5 working days. Is there anything else I can help you with today?",
        ),
    ]
    said: dict[int, tuple[Said, ...]] = {
        2: (
            judge("groundedness", "no", "Cash tickets are refunded at the desk; only card payments go back alone."),
            judge("relevance", "yes", "The question about the friend's ticket is answered."),
        ),
        3: (
            judge(
                "user_satisfaction", False, "The user points out a contradiction and gets a form sentence in return."
            ),
            judge("relevance", "no", "It does not say where a cash refund goes."),
            colleague(
                "rhea.k",
                "expected_response",
                "Cash is refunded at the desk: she can pick it up there now, until 19:00.",
                kind="expectation",
            ),
        ),
    }
    return _openai_session("hval-1400", "guest-4430", "web", f"{DESK}\n\n{CANCELLED}", turns, said)


def _winter_storage() -> list[Recipe]:
    turns: list[Turn] = [
        (
            "2026-08-30 19:12:05",
            "Hei, I'd like a place on land for Havsula this winter, she is 8.2 by 2.7 m. What do I have to do by when?",
            "Apply by 1 September, so by the day after tomorrow; the places are given out on 8 September. Havsula "
            "measures 22.14 m², which at 145 kr makes 3,210 kr for the season. The mast has to come off.",
        ),
        (
            "2026-08-30 19:15:40",
            "Can I do the antifouling myself while she stands there?",
            "Painting yes; scraping and washing off the old coat only on the wash pad, where the water is collected. "
            "So have her scraped there in autumn, before she is put in her place.",
        ),
        (
            "2026-08-30 19:18:22",
            "good. and when do I get her back in the water, I would like the first week of april",
            "Launching starts in week 16, which begins on 12 April 2027, so the first week of April is too early. Tell "
            "the desk in good time that you want to be among the first.",
        ),
    ]  # fmt: skip
    recipes = []
    heard: list[Message] = []
    for number, (at, question, answer) in enumerate(turns):
        heard.append(user(question))
        root = anthropic.message(f"{DESK}\n\n{WINTER}", list(heard), anthropic.text(answer), ms=1100 + 90 * number)
        heard.append(assistant(answer))
        recipes.append(
            Recipe(key=f"havsula-{number}", at=at, root=root, user="boat-owner-083", session="desk-havsula-0830")
        )
    return recipes


def _openai_session(
    name: str, who: str, channel: str, instructions: str, turns: Sequence[Turn], said: dict[int, tuple[Said, ...]]
) -> list[Recipe]:
    recipes = []
    heard: list[Message] = [system(instructions)]
    for number, (at, question, answer) in enumerate(turns):
        heard.append(user(question))
        model = chat(list(heard), answer, model="gpt-4.1-mini", ms=700 + 55 * number)
        root = Span(
            name="answer_turn",
            type="CHAIN",
            inputs={"messages": list(heard)},
            outputs=model.outputs,
            children=(model,),
            attributes={"mlflow.message.format": "openai", "mlflow.spanFunctionName": "answer_turn"},
        )
        heard.append(assistant(answer))
        recipes.append(
            Recipe(
                key=f"{name}-{number}",
                at=at,
                root=root,
                user=who,
                channel=channel,
                session=f"desk-{name}-{at[5:10].replace('-', '')}",
                said=said.get(number, ()),
            )
        )
    return recipes
