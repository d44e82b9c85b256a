"""Traces with the worst that text can be, and what of it would reach a terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

CORPUS = Path(__file__).parent.parent / "corpus"

PAYLOADS = (
    "\x1b[2J\x1b[1;1HPWNED\x1b[5;31;7mPWNED",
    "\x1b]0;PWNED\x07",
    "\x1b]52;c;UFdORUQ=\x1b\\",
    "\x1b]8;;http://evil.example\x1b\\PWNED\x1b]8;;\x1b\\",
    "\x1bP$qm\x1b\\",
    "\x1b[?1049l\x1b[?25l\x1bc",
    "\x9b31mPWNED\x9d0;PWNED\x9c",
    "\x07\x08\x0b\x0c\x0e\x0f\x7f\x05",
    "\u202ePWNED\u2066\u2028\u200b\ufeff",
    "[@click=app.quit]PWNED[/] [bold red on green]PWNED",
    "\U000e0041\U000e0042",
)

OURS = re.compile(
    rb"\x1b\[[0-9;]*[mH]"  # looks and positions
    rb"|\x1b\]22;(?:default|text|pointer)\x07"  # the shape of the mouse pointer
    rb"|\r(?:importing[^\x1b]*)?\x1b\[K"  # how far a file is read, before the screen
)
SWITCHES = re.compile(rb"\x1b\[[?<>][0-9;]*(?:\$p|[a-z])")
"""What a terminal is told and asked when a screen begins and ends: modes, and who it is."""


def hostile_traces() -> list[bytes]:
    """Recorded traces with the worst that text can be, and one of each of `PAYLOADS` wherever text stands."""
    recorded = [file.read_bytes() for file in sorted(CORPUS.glob("text_*.json")) if ".info" not in file.name]
    made = []
    for number, payload in enumerate(PAYLOADS):
        text = (CORPUS / "text_ansi.json").read_text()
        text = text.replace(json.loads(text)["trace"]["trace_info"]["trace_id"], f"tr-{number:032x}")
        made.append(json.dumps(_everywhere(json.loads(text), payload)).encode())
    return [*recorded, *made]


def _everywhere(value: object, payload: str) -> object:
    """The trace with the payload behind every text that people read; names of keys and IDs stay."""
    if isinstance(value, dict):
        return {
            key: each if key.endswith(("id", "time", "state")) else _everywhere(each, payload)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_everywhere(each, payload) for each in value]
    if isinstance(value, str) and " " in value:
        return value.replace(" ", f" {payload} ", 1)
    return value


def strangers(written: bytes) -> list[bytes]:
    """Escape sequences, control and direction characters in `written` that are not the program's own."""
    rest = SWITCHES.sub(b"", OURS.sub(b"", written))
    controls = rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f].{0,12}|\xc2[\x80-\x9f]"
    return re.findall(controls + rb"|\xe2\x80[\x8b\xa8-\xae]|\xe2\x81[\xa0-\xaf]|\xef\xbb\xbf|\xf3\xa0\x81.", rest)
