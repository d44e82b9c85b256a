"""Traces of a helpdesk that answers from documents, to see how a reviewer finds the request in them."""

from __future__ import annotations

import json

from labeler.domain.trace import RawTrace
from labeler.reading.files.read import read_traces
from tests.sample.make.documents import ANCHORING, CANCELLED, FARES, FERRY_1, FERRY_2, GUEST, SPEED
from tests.sample.make.retrieval import answered
from tests.sample.make.traces import Recipe, body

ASKED = "When does the ferry leave, what is it for two with bikes, and may we stay in the guest harbour after? "
SAID = "It leaves at 09:10; you pay 110 kr each, bicycles 30 kr. Quay A has berths, a night costs 260 kr. "
_PAGES = (FERRY_1, FERRY_2, FARES, CANCELLED, GUEST, ANCHORING, SPEED)


def helpdesk() -> list[RawTrace]:
    """Forty traces: questions of one line up to a page, four documents each, answers of one line up to a page."""
    bodies = []
    for number in range(40):
        question = f"Case {number}. " + ASKED * (1 + number % 5 * 2)
        answer = SAID * (1 + number % 7 * 3)
        found = [(_PAGES[(number + each) % len(_PAGES)], 0.9 - each / 10) for each in range(4)]
        recipe = Recipe(
            key=f"case-{number}", at="2026-09-18 16:03:37", user="guest", root=answered(question, answer, *found)
        )
        bodies.append(json.dumps(body(recipe)))
    return list(read_traces("helpdesk.jsonl", "\n".join(bodies).encode()).traces)
