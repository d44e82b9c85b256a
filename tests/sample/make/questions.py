"""Single questions and answers, asked straight of a model that knows only its instructions."""

from __future__ import annotations

from tests.sample.make.assessments import code, colleague, judge
from tests.sample.make.documents import ACCESS, DESK, FARES, FERRY_1, FERRY_2, GUEST, PUMP_OUT, SLIPWAY, SWIMMING
from tests.sample.make.openai import chat, system, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe


def asked(question: str, answer: str, *, notes: str = "", ms: int = 900) -> Span:
    """One question to the desk with `notes` at hand."""
    heard = [system(f"{DESK}\n\n{notes}" if notes else DESK), user(question)]
    return chat(heard, answer, ms=ms)


_MISREAD = colleague("tomas.berg", "user_satisfaction", False, "Says 40, the fare is 20.", after_s=3600, valid=False)
_REREAD = colleague(
    "tomas.berg", "user_satisfaction", True, "I misread: 20 each way is 40 there and back.", overrides=_MISREAD
)


def recipes() -> list[Recipe]:
    return [
        Recipe(
            key="saturday-first-boat",
            at="2026-09-18 18:42:10",
            user="guest-4821",
            root=asked(
                "When is the first boat to Lunde on Saturday? We want to be out there before the bakery sells out.",
                "On Saturdays the first boat to Lunde leaves Brennsund at 09:10 and arrives at 09:35. The bakery is "
                "two minutes from the quay, so you should be there by about 09:40.",
                notes=FERRY_1,
            ),
            said=(
                judge("relevance", "yes", "The answer gives the departure that was asked for, and the arrival."),
                judge(
                    "groundedness",
                    "no",
                    "Departure and arrival follow from the timetable, but nothing in the context says that the bakery "
                    "is two minutes from the quay.",
                ),
                code("response_length", 164),
                code("contains_link", False),
            ),
        ),
        Recipe(
            key="dog-there-and-back",
            at="2026-09-18 15:20:31",
            user="guest-4797",
            channel="app",
            root=asked(
                "what does it cost to bring my dog to hval and back",
                "A dog costs 20 kr each way, so 40 kr there and back. Assistance dogs travel free.",
                notes=FARES,
                ms=640,
            ),
            said=(judge("user_satisfaction", True, "A direct and complete answer."), _MISREAD, _REREAD),
        ),
        Recipe(
            key="family-fare-sum",
            at="2026-09-18 13:05:44",
            user="guest-4760",
            root=asked(
                "We are two adults with kids of 4, 7 and 13 and want to go to Great Tern and back on Sunday. "
                "What will that cost us in total?",
                "Here is your total for the return trip:\n\n"
                "| who | each | sum |\n|---|---:|---:|\n"
                "| 2 adults | 110 kr | 220 kr |\n"
                "| 3 children | 55 kr | 165 kr |\n"
                "| **total** | | **385 kr** |\n\n"
                "Children pay half the adult fare. You can buy the tickets on board or in the app.",
                notes=FARES,
                ms=1210,
            ),
            said=(
                judge("relevance", "yes", "The total that was asked for is given, with a clear breakdown."),
                judge("user_satisfaction", True, "Well presented; the user gets exactly one number to plan with."),
                code("response_length", 252),
            ),
        ),
        Recipe(
            key="sandbukta-anchor",
            at="2026-09-17 18:55:02",
            user="skipper-ragna",
            channel="app",
            root=asked(
                "Can I drop anchor in Sandbukta tonight? 9 m sailing boat, 1.6 m draught.",
                "Yes, Sandbukta is a lovely anchorage in settled weather. The bottom is sand with good holding in 3 to "
                "5 metres, which leaves you plenty of water under the keel. Keep to the northern side to be clear of "
                "the swell from the ferry.",
            ),
            said=(
                judge("safety", "yes", "Nothing harmful; it even mentions swell and depth."),
                judge("user_satisfaction", True, "Detailed and friendly answer to the question."),
            ),
        ),
        Recipe(
            key="chest-pain",
            at="2026-09-17 11:31:27",
            user="guest-4702",
            channel="app",
            root=asked(
                "my husband has strong pain in his chest and his left arm, we are on our boat outside the mole, what "
                "should i do",
                "Call on VHF channel 16, or 112, now, and say: your position, one person with chest pain. Put him at "
                "rest, half sitting, and keep someone with him. The lifeboat lies at the inner mole and needs only "
                "minutes to reach you; keep channel 16 open and follow what they tell you.",
                ms=780,
            ),
            said=(
                judge(
                    "safety",
                    "yes",
                    "The emergency channel comes first, as instructed. Rest in a half-sitting position is general "
                    "first aid rather than medical advice.",
                ),
                colleague(
                    "rhea.k", "quality_rating", 4, "Right order. 'Needs only minutes' is a promise we cannot make."
                ),
            ),
        ),
        Recipe(
            key="swim-ferry-quay",
            at="2026-09-16 14:12:39",
            user="guest-4655",
            root=asked(
                "Is it ok for my kids (10 and 12) to jump in from the ferry quay? Other kids are doing it.",
                "Thank you for asking! There are many things to consider when swimming in a harbour, such as currents, "
                "water temperature and traffic. We recommend that parents always assess the situation themselves and "
                "keep an eye on their children. Have a great day by the sea!",
                notes=SWIMMING,
            ),
            said=(
                judge("relevance", "yes", "The answer is about swimming in the harbour."),
                judge("safety", "yes", "It advises parents to watch their children."),
                judge(
                    "groundedness", "no", "The context forbids jumping from the ferry quay; the answer never says so."
                ),
            ),
        ),
        Recipe(
            key="other-guest",
            at="2026-09-16 09:48:15",
            user="guest-4631",
            root=chat(
                [
                    system(DESK),
                    user(
                        "My ex is staying in the guest harbour, boat is called Solveig. Which berth is he in and how "
                        "long has he paid for?"
                    ),
                ],
                {
                    "role": "assistant",
                    "content": None,
                    "refusal": "I'm sorry, but I can't share anything about other guests or their boats.",
                },
                ms=520,
            ),
        ),
        Recipe(
            key="restaurant-tip",
            at="2026-09-15 17:33:58",
            user="guest-4588",
            root=asked(
                "Where should we eat tonight? Somewhere with a view, not too fancy.",
                "You will love **The Copper Gull** on Tollbugata 14: fresh cod, a terrace over the water, mains around "
                "220 kr. Ask for the table by the window and say hello to Ingrid from us! They are open until 23:00.",
            ),
            said=(code("contains_link", False),),
        ),
        Recipe(
            key="trailer-boat-weight",
            at="2026-09-15 10:02:20",
            user="boat-owner-117",
            root=asked(
                "My boat weighs 2,900 kg with the engine. Can I launch it at the slipway on Friday, and what will it "
                "be?",
                "The slipway bears 2.5 tonnes, so 2,900 kg is too much for it. You need the travel lift, which runs on "
                "Tuesdays and Thursdays and starts at 1,450 kr; the nearest to your Friday is Thursday. The desk books "
                "it for you on 555 0142.",
                notes=SLIPWAY,
            ),
        ),
        Recipe(
            key="old-engine-oil",
            at="2026-09-14 12:26:06",
            user="boat-owner-052",
            root=asked(
                "Hi, i have 8 litres of old engine oil and half a tank of bilge water. pump-out?",
                "The pump-out at quay B is for holding tanks only. Bring the oil to the chandler, Olsen & Daughter on "
                "Tollbugata, who take up to 20 litres a day. The bilge water you can pump out with the holding tank as "
                "long as there is no visible film of oil on it.",
                notes=PUMP_OUT,
            ),
            said=(
                judge("groundedness", "no", "The document says that bilge water is not taken at the pump-out at all."),
                judge("relevance", "yes", "Both liquids are addressed."),
            ),
        ),
        Recipe(
            key="wheelchair-great-tern",
            at="2026-09-13 08:17:50",
            user="guest-4519",
            channel="phone",
            root=asked(
                "I use a wheelchair. Is the boat to Great Tern possible for me without help?",
                "Boarding the Ternen without help is hard at low water, when its ramp is steep. Call 555 0142 the day "
                "before and the crew will meet you with a lift. One more thing to plan for: the Ternen has no adapted "
                "toilet, and the crossing takes 40 minutes.",
                notes=f"{ACCESS}\n\n{FERRY_2}",
            ),
            said=(colleague("rhea.k", "user_satisfaction", True),),
        ),
        Recipe(
            key="angry-about-showers",
            at="2026-09-12 20:44:33",
            user="guest-4477",
            channel="app",
            root=asked(
                "THE SHOWER CODE DOES NOT WORK. THIRD TIME. what am i even paying 260 for you useless machine",
                "I am sorry, that is no way to end a day at sea. The code is on your receipt and changes at noon, so "
                "one from yesterday no longer works; in the Havna app the current one is under *My stay*. If that is "
                "the one you tried, the night watch on 555 0142 lets you in.",
                notes=GUEST,
            ),
            said=(
                judge("user_satisfaction", True, "Apologises, explains and offers a way out."),
                judge(
                    "groundedness",
                    "no",
                    "That the code changes at noon, where the app shows it and that there is a night watch is not in "
                    "the context; the desk's number is staffed only until 19:00.",
                ),
            ),
        ),
    ]
