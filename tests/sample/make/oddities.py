"""Answers that are empty, null, broken, or look as if they wanted to be markup."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

from labeler.domain.value import JsonValue
from tests.sample.make import anthropic
from tests.sample.make.assessments import code, judge
from tests.sample.make.documents import ACCESS, ANCHORING, DESK, FERRY_1, GUEST, SPEED
from tests.sample.make.openai import chat, system, user
from tests.sample.make.spans import Span
from tests.sample.make.traces import Recipe


def recipes() -> list[Recipe]:
    return [_empty(), _null(), _broken_markdown(), _markup(), _escapes(), _thinking(), _photo()]


def _empty() -> Recipe:
    question = (
        "Please list every berth of quay A with its width, depth at low water, power, water tap and the distance to "
        "the "
        "showers, sorted by distance, and explain for each whether our boat (3.3 m beam, 1.8 m draught) fits."
    )
    return Recipe(
        key="every-berth-of-quay-a",
        at="2026-09-18 13:41:50",
        user="skipper-aune",
        root=chat(
            [system(f"{DESK}\n\n{GUEST}"), user(question)],
            "",
            model="gpt-5-mini",
            finish="length",
            settings={"max_completion_tokens": 512},
            ms=7420,
        ),
        said=(code("response_length", 0),),
    )


def _null() -> Recipe:
    return Recipe(
        key="who-has-the-key",
        at="2026-09-12 07:20:11",
        user="harbour-staff-03",
        channel="staff",
        root=Span(
            name="find_in_handover",
            type="CHAIN",
            inputs={"question": "who took the key to the lifeboat shed last night?", "shifts": 3},
            outputs=None,
            children=(
                Span(
                    name="search_handover",
                    type="RETRIEVER",
                    inputs={"query": "key lifeboat shed", "k": 4},
                    outputs=[],
                    ms=48,
                ),
            ),
        ),
    )


def _broken_markdown() -> Recipe:
    answer = (
        "## Getting to Lunde with a wheelchair\n\n"
        "**Line 1 is step-free, so **no lift is needed.\n\n"
        "| day | first boat | last boat\n|---|---|\n"
        "| Mon–Fri | 06:40 | 21:40 |\n| Sat–Sun | 09:10 | 18:10 | (public holidays too)\n\n"
        "1. Be at the quay 10 minutes before\n3. Tell the crew how many `wheelchair places you need\n\n"
        "```\nboard -> lounge, right side\n  - 4 places\n  - adapted toilet\n\n"
        "[Timetable](desk-docs://timetable/line-1.md and *[access](desk-docs://desk/access.md)*\n\n"
        "> Anything else?\n> <b>Call 555 0142</b"
    )
    return Recipe(
        key="lunde-in-broken-markdown",
        at="2026-09-15 13:25:34",
        user="guest-4577",
        root=chat(
            [system(f"{DESK}\n\n{FERRY_1}\n\n{ACCESS}"), user("how do i get to lunde with a wheelchair")], answer
        ),
        said=(
            judge("groundedness", "yes", "Times and access are as in the documents."),
            judge("user_satisfaction", True, "All that is needed is there."),
            code("contains_link", True),
        ),
    )


def _markup() -> Recipe:
    answer = (
        "[bold red]No anchoring[/bold red] within 150 m of the ferry lane, and none in Sandbukta from 1 May to 30 "
        "September. [green]The six yellow buoys in Sandbukta are free for one night.[/green]\n\n"
        "[link=desk-docs://harbour/anchoring.md]Read the whole rule[/link] [/] [blink]"
    )
    return Recipe(
        key="anchoring-with-markup",
        at="2026-09-14 20:31:16",
        user="skipper-lind",
        channel="kiosk",
        root=chat(
            [
                system(
                    f"{DESK}\n\nYou are shown on the kiosk at the quay. Mark important words in colour.\n\n{ANCHORING}"
                ),
                user("Where is anchoring forbidden?"),
            ],
            answer,
            ms=830,
        ),
    )


def _escapes() -> Recipe:
    log = (
        "\x1b[2J\x1b[1;31mDEPTH ALARM\x1b[0m 1.9 m  \x07\r\n"
        "\x1b[33mWARN\x1b[0m  gps: 4 satellites, hdop 6.1\r\n"
        "\x1b[32mOK\x1b[0m    ais: 12 targets\x1b]0;plotter\x07"
    )
    answer = (
        "The first line is the echo sounder: 1.9 m of water, less than the limit you set, and the bell with it. The "
        "second says that the position rests on four satellites only (HDOP 6.1), so trust it to 30 m at best. AIS is "
        "fine. The signs such as `\x1b[1;31m` are colours meant for a terminal; the plotter puts them into its log."
    )
    return Recipe(
        key="plotter-log",
        at="2026-09-10 22:12:09",
        user="skipper-ragna",
        channel="app",
        root=chat([system(DESK), user(f"what does my plotter want from me\n\n```\n{log}\n```")], answer, ms=1290),
    )


def _thinking() -> Recipe:
    question = "My log said 4.8 knots in the guest harbour and I got a fine of 1,200. Five is allowed, isn't it?"
    answer = (
        "Five knots is the limit inside the moles, but in the guest harbour it is 3 knots, so 4.8 was too fast there. "
        "The harbour master *may* fine 1,200 kr. Whether yours stands is for the harbour master to say, not for me; "
        "you "
        "reach the office through the desk, 555 0142."
    )
    return Recipe(
        key="fined-at-4-8-knots",
        at="2026-09-17 16:18:03",
        user="skipper-odd",
        root=anthropic.message(
            f"{DESK}\n\n{SPEED}",
            [user(question)],
            anthropic.thinking(
                "The user believes that 5 knots apply. The document: 5 inside the moles, 3 in the guest harbour. So "
                "the "
                "fine can be right. I must not give legal advice on whether to contest it, but I can name the rule and "
                "where to turn. Keep it kind and short."
            ),
            anthropic.text(answer),
            model="claude-sonnet-4-5",
            ms=2950,
        ),
    )


def _photo() -> Recipe:
    parts: JsonValue = [
        {
            "type": "text",
            "text": "We are tied to this thing in Sandbukta. Is that ok for tonight, and what does it cost?",
        },
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{_yellow_square()}", "detail": "low"}},
    ]
    answer = (
        "That looks like one of the six yellow visitor buoys in Sandbukta. They are free for one night, so you are "
        "fine "
        "until tomorrow. Anchoring in the bay itself is closed until 30 September."
    )
    return Recipe(
        key="photo-of-a-buoy",
        at="2026-09-11 20:59:45",
        user="skipper-moen",
        channel="app",
        root=chat([system(f"{DESK}\n\n{ANCHORING}"), {"role": "user", "content": parts}], answer, model="gpt-4.1-mini"),
    )


def _yellow_square() -> str:
    """A PNG of 24 by 24 pixels: yellow above, blue below, stored without compression so that it is always the same."""
    yellow, blue = bytes((245, 196, 24)) * 24, bytes((28, 84, 140)) * 24
    rows = b"".join(b"\x00" + (yellow if row < 15 else blue) for row in range(24))
    stored = b"\x78\x01\x01" + struct.pack("<HH", len(rows), len(rows) ^ 0xFFFF) + rows
    data = stored + struct.pack(">I", zlib.adler32(rows))
    header = struct.pack(">IIBBBBB", 24, 24, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return b64encode(png).decode("ascii")
