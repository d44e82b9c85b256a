"""Answers from retrieved documents: some keep to them, some do not."""

from __future__ import annotations

from labeler.domain.value import JsonValue
from tests.sample.make.assessments import Said, code, colleague, judge
from tests.sample.make.documents import (
    ACCESS,
    ANCHORING,
    CANCELLED,
    FARES,
    FARES_OLD,
    FERRY_1,
    FERRY_2,
    FISHING,
    GROUNDED,
    GUEST,
    LOST,
    SPEED,
    WAITING,
    context,
    documents,
    retrieved,
)
from tests.sample.make.openai import chat, system, usage, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe


def answered(question: str, answer: str, *found: tuple[str, float], ms: int = 1100) -> Span:
    """A pipeline that retrieves documents and answers from them."""
    prompt = f"{GROUNDED}\n\n<context>\n{context(*(text for text, _ in found))}\n</context>"
    return Span(
        name="answer_from_documents",
        type="CHAIN",
        inputs={"question": question},
        outputs=answer,
        attributes={"mlflow.spanFunctionName": "answer_from_documents"},
        children=(
            retrieved(question, *found),
            chat([system(prompt), user(question)], answer, model="gpt-4.1-mini", ms=ms),
        ),
    )


def _chunks(*verdicts: bool) -> tuple[Said, ...]:
    reasons = {True: "The document bears on the question.", False: "The document is about something else."}
    return tuple(
        judge("chunk_relevance", "yes" if good else "no", reasons[good], span="search_documents", chunk=number)
        for number, good in enumerate(verdicts)
    )


def recipes() -> list[Recipe]:
    return [
        Recipe(
            key="lobster-pots",
            at="2026-09-18 16:03:37",
            user="boat-owner-066",
            root=answered(
                "From when may I set lobster pots, and how many?",
                "From 1 October to 30 November, at most ten pots a person, each marked with your name and telephone "
                "number. Berried females go back, and so do lobsters under 25 cm or over 32 cm. [rules/fishing.md]",
                (FISHING, 0.91),
                (ANCHORING, 0.44),
                (SPEED, 0.31),
            ),
            said=(
                judge("groundedness", "yes", "Season, number, marking and sizes are all in rules/fishing.md."),
                judge("relevance", "yes", "Both parts of the question are answered."),
                *_chunks(True, False, False),
            ),
        ),
        Recipe(
            key="refund-within-a-day",
            at="2026-09-17 09:26:41",
            user="guest-4689",
            root=answered(
                "my ferry was cancelled yesterday and i still don't have my money. paid in the app",
                "I am sorry about your cancelled trip. Refunds for tickets bought in the app are paid out within 24 "
                "hours; if yours has not arrived by now, write to refunds@brennsund-ferries.example with your ticket "
                "number and you will be compensated. [timetable/weather.md]",
                (CANCELLED, 0.88),
                (FARES, 0.52),
                ms=1340,
            ),
            said=(
                judge(
                    "groundedness",
                    "no",
                    "The document says within 5 working days, not 24 hours, and knows neither the address nor any "
                    "compensation.",
                ),
                judge("user_satisfaction", True, "Apologises and gives the user a next step."),
                code("contains_link", True),
            ),
        ),
        Recipe(
            key="drone-over-the-mole",
            at="2026-09-16 18:37:22",
            user="guest-4679",
            root=answered(
                "am i allowed to fly my drone over the outer mole?",
                "I have no rule about drones in my documents, so I cannot tell you. Please ask the harbour master "
                "through the desk, 555 0142, daily 07:00 to 19:00.",
                (FISHING, 0.38),
                (SPEED, 0.33),
                (GUEST, 0.21),
            ),
            said=(
                judge("groundedness", "yes", "It claims nothing that is not in the context."),
                judge("relevance", "no", "The question is not answered."),
                *_chunks(False, False, False),
            ),
        ),
        Recipe(
            key="ten-trip-card",
            at="2026-09-15 08:20:13",
            user="guest-4560",
            channel="app",
            root=answered(
                "How much is the ten trip card and can my brother use it too?",
                "The ten-trip card for line 1 costs 410 kr. It is not personal, so your brother may use it as well. "
                "[fares/archive/2024.md]",
                (FARES_OLD, 0.83),
                (FARES, 0.82),
                (FERRY_1, 0.47),
            ),
            said=(
                judge("groundedness", "yes", "The price is in the first document, the rest in the second."),
                colleague(
                    "tomas.berg", "expected_response", "480 kr since April 2026; yes, it is not personal.",
                    kind="expectation",
                ),
            ),
        ),
        Recipe(
            key="wheelchair-hval-return",
            at="2026-09-14 15:44:50",
            user="guest-4551",
            channel="phone",
            root=answered(
                "My mother is in a wheelchair. Can she come along to Hval and is there a toilet she can use on board?",
                "Yes, she can: the Ternen on line 2 is boarded by a ramp and there are four wheelchair places and an "
                "adapted toilet on board. [desk/access.md]",
                (ACCESS, 0.9),
                (FERRY_2, 0.61),
            ),
            said=(
                judge("relevance", "yes", "Access and toilet are both addressed."),
                judge("user_satisfaction", True, "A clear and encouraging yes."),
            ),
        ),
        _index_query(),
        _reranked(),
    ]  # fmt: skip


def _index_query() -> Recipe:
    question = "Can I leave my place on the berth waiting list to my daughter?"
    answer = (
        "No. Places on the waiting list cannot be passed on, not even within the family. Your daughter can put herself "
        "on the list for 250 kr a year; at present it is about six years long for boats up to 8 m."
    )
    nodes: list[JsonValue] = [
        {"node": {"text": text, "metadata": {"file_path": path}}, "score": score}
        for text, path, score in ((WAITING, "harbour/waiting-list.md", 0.87), (LOST, "desk/lost-property.md", 0.29))
    ]
    heard: JsonValue = [
        {"role": "system", "blocks": [{"block_type": "text", "text": GROUNDED}]},
        {"role": "user", "blocks": [{"block_type": "text", "text": f"{context(WAITING, LOST)}\n\nQuery: {question}"}]},
    ]
    said: JsonValue = {"role": "assistant", "blocks": [{"block_type": "text", "text": answer}]}
    return Recipe(
        key="waiting-list-daughter",
        at="2026-09-10 10:51:33",
        user="boat-owner-009",
        root=Span(
            name="RetrieverQueryEngine.query",
            type="CHAIN",
            inputs={"str_or_query_bundle": question},
            outputs={"response": answer, "source_nodes": nodes},
            children=(
                Span(
                    name="VectorIndexRetriever.retrieve",
                    type="RETRIEVER",
                    inputs={"str_or_query_bundle": {"query_str": question}},
                    outputs=documents((WAITING, 0.87), (LOST, 0.29)),
                    ms=130,
                ),
                Span(
                    name="OpenAI.chat",
                    type="CHAT_MODEL",
                    inputs={"messages": heard},
                    outputs={"message": said},
                    attributes={"mlflow.message.format": "llamaindex"},
                    usage=usage("gpt-4o-mini", heard, said),
                    ms=870,
                ),
            ),
        ),
    )


def _reranked() -> Recipe:
    question = (
        "Coming with a 12.5 m motor boat on the 26th, 2 nights, then on to Lunde by ferry on Sunday with a bike. "
        "What do I pay altogether, one adult?"
    )
    answer = (
        "- Berth, above 12 m: 2 × 340 kr = 680 kr\n"
        "- Ferry, adult return: 110 kr\n"
        "- Bicycle, 30 kr each way: 60 kr\n\n"
        "**850 kr** altogether, with water and showers; electricity would be another 40 kr a day. "
        "[harbour/guest-berths.md] [fares/2026.md]"
    )
    wide = ((GUEST, 0.79), (FERRY_1, 0.77), (FARES_OLD, 0.76), (FARES, 0.75), (WAITING, 0.58), (ANCHORING, 0.41))
    kept = ((GUEST, 0.96), (FARES, 0.93), (FERRY_1, 0.71))
    prompt = f"{GROUNDED}\n\n<context>\n{context(GUEST, FARES, FERRY_1)}\n</context>"
    return Recipe(
        key="berth-ferry-and-bicycle",
        at="2026-09-18 10:35:56",
        user="skipper-aune",
        root=Span(
            name="answer_from_documents",
            type="CHAIN",
            inputs={"question": question},
            outputs=answer,
            children=(
                Span(
                    name="rewrite_query",
                    type="CHAIN",
                    inputs=question,
                    outputs="guest berth price over 12 m; ferry fare adult return; bicycle fare",
                    children=(
                        chat(
                            [system("Turn the question into search terms, separated by semicolons."), user(question)],
                            "guest berth price over 12 m; ferry fare adult return; bicycle fare",
                            ms=390,
                        ),
                    ),
                ),
                retrieved("guest berth price over 12 m; ferry fare adult return; bicycle fare", *wide),
                Span(
                    name="rerank",
                    type="RERANKER",
                    inputs={"query": question, "documents": documents(*wide), "top_n": 3},
                    outputs=documents(*kept),
                    ms=210,
                ),
                chat([system(prompt), user(question)], answer, model="gpt-4.1-mini", ms=1480),
            ),
        ),
        said=(
            judge("groundedness", "yes", "680 + 110 + 60 = 850; every price is in the two documents named."),
            judge("relevance", "yes", "One total, with its parts."),
            *_chunks(True, True, False, True, False, False),
        ),
    )
