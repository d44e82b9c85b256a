"""Faults for a share of all requests, drawn by a seed."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from typing import Final

from tests.servers import fault_proxy as faults
from tests.servers.fault_proxy import Exchange, Fault

FAULTS: Final = 0.2
"""The share of requests that meet a fault."""

LATE: Final = "late by up to a second"
"""Request and answer go through, also when nobody waits for them any more."""

KINDS: dict[str, Fault] = {
    "response dropped after the commit": faults.drop_response,
    "connection reset after the commit": faults.reset_after_commit,
    "502 after the commit": faults.answer_after_commit(502, "<html>bad gateway</html>", Content_Type="text/html"),
    "504 after the commit": faults.answer_after_commit(504, "timeout"),
    "half a body": faults.half_a_body,
    "request dropped": faults.drop_request,
    "429": faults.answer(429, "", Retry_After="0"),
    "503": faults.answer(503, "busy"),
    "500": faults.answer(500, "oops"),
    LATE: faults.none,
}


class Weather:
    """What an exchange meets: one of `KINDS` for `share` of them (none at first), else nothing. Counts what was met."""

    def __init__(self, seed: int) -> None:
        self.share = 0.0
        self.met: Counter[str] = Counter()
        self.writes = 0
        """Writes of assessments and of queue statuses so far."""
        self.writing = 0
        """Such writes under way."""
        self.asked: list[tuple[str, str]] = []
        """What was to be made or set, in the order of the requests: a trace ID with an assessment ID or a state."""
        self._chance = random.Random(seed)

    async def __call__(self, exchange: Exchange) -> None:
        is_status = exchange.path.endswith("/items/set-status")
        is_write = is_status or (exchange.method in ("POST", "PATCH", "DELETE") and "/assessments" in exchange.path)
        if exchange.method == "POST" and is_write:
            self.asked.append(_asked(exchange))
        name = self._chance.choice(list(KINDS)) if self._chance.random() < self.share else ""
        if name:
            self.met[name] += 1
        self.writes += is_write
        self.writing += is_write
        try:
            if name == LATE:
                await asyncio.sleep(self._chance.uniform(0.05, 1.0))
            await (KINDS[name] if name else faults.none)(exchange)
        finally:
            self.writing -= is_write

    def clear_up(self) -> None:
        """No more faults."""
        self.share = 0.0


def _asked(exchange: Exchange) -> tuple[str, str]:
    body = json.loads(exchange.request.partition(b"\r\n\r\n")[2])
    if "assessment" in body:
        return exchange.path.rsplit("/", 2)[1], body["assessment"]["assessment_id"]
    return body["item_id"], body["status"]
