"""Takes a terminal's input apart: characters, escape sequences, pasted text. Pure; times are milliseconds.

A slow line cuts what belongs together. A sequence that has begun is waited for, byte by byte, and what never
becomes one is dropped: its bytes are no keys. Only a lone ESC cannot wait, since people press Esc and want to
see it act. It is taken for the key after `escape_delay_ms`; if the rest of a sequence follows within a second,
that rest is nothing any more. Terminals' answers and mouse reports are cut in the same way, and end in the same way.

Sequences are those of ECMA-48 and xterm's ctlseqs; beside them the Linux console's ``ESC [ [ A``, rxvt's
``ESC [ 3 $`` and the three bytes after ``ESC [ M`` of old mouse reports.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from labeler.dataclass import dataclass

_ESC: Final = "\x1b"
_REST_MS: Final = 1000
"""So long the next byte of a sequence is waited for, and `[` or `O` after a lone ESC is taken for its rest."""

_PASTE_BEGINS: Final = "\x1b[200~"
_PASTE_ENDS: Final = "\x1b[201~"
_PASTE_MARKS: Final = re.compile("\x1b\\[20[01]~|\x00")
_PASTE_SETTLES_MS: Final = 60
"""An end of pasted text may be part of the text; terminals send the real one at once, behind all of it."""

_PASTE_SETTLED_MS: Final = 500
"""So long after its end, keys are keys, however fast they come."""

_PASTE_STALLS_MS: Final = 10_000
"""So long the rest of pasted text is waited for. What comes after that in one burst is the rest, a single key a key."""

_LONGEST: Final = 4096
"""Characters of a sequence. What is longer is no terminal's answer."""

_CTRL_C: Final = "\x03"

_WHOLE: Final = re.compile(
    r"""\x1b(?:
      \[(?: M[^\x00-\x1f]{3} | \[[^\x00-\x1f] | [0-9]+\$ | (?![M\[])[0-?]*[\ -/]*[@-~] )  # CSI
    | O[0-9;]*[^0-9;\x00-\x1f\x7f]                     # SS3, with the modifiers of old terminals
    | \][0-9][^\x00-\x1f]*(?:\x07|\x1b\\)              # OSC, a colour for instance
    | P[0-9>!+$][^\x00-\x1f]*\x1b\\                    # DCS
    | _G[^\x00-\x1f]*\x1b\\                            # APC, of kitty's pictures
    | [^\[O\]P_\x1b]                                  # Alt and a key
    )\Z""",
    re.VERBOSE,
)
_BEGUN: Final = re.compile(
    r"""\x1b(?:
      \[(?: M[^\x00-\x1f]{0,2} | \[ | [0-?]*[\ -/]* )
    | O[0-9;]*
    | (?: \](?:[0-9][^\x00-\x1f]*)? | P(?:[0-9>!+$][^\x00-\x1f]*)? | _(?:G[^\x00-\x1f]*)? )
    | (?: \][0-9] | P[0-9>!+$] | _G )[^\x00-\x1f]*\x1b
    )?\Z""",
    re.VERBOSE,
)
_NO_STRING: Final = re.compile(r"\x1b[\]P_][^\x1b]\Z")
"""What would have begun an OSC, DCS or APC string, but for the character behind it."""


class InputKind(Enum):
    """What a piece of input is."""

    CHARACTER = auto()
    ESCAPE = auto()
    """The key Esc, by itself."""
    SEQUENCE = auto()
    """A whole sequence: a key, a mouse report, an answer of the terminal."""
    REST = auto()
    """A sequence whose ESC has acted as Esc already. A key or the mouse may not act any more."""
    PASTED = auto()
    """Pasted text, without what the terminal puts around it."""
    UNFINISHED = auto()
    """The character behind an ESC that looked like a sequence and never became one."""


@dataclass(frozen=True, slots=True)
class InputPiece:
    """A piece of input, and when it came in milliseconds. Pieces of one read have the same time."""

    kind: InputKind
    text: str
    at_ms: float


class Sequences:
    """Puts pieces together from what is read, however it was cut.

    `feed` takes what was read, `tick` tells that time has passed; `due_ms` says when that has to be told.
    """

    def __init__(self, escape_delay_ms: float) -> None:
        self._escape_delay_ms = escape_delay_ms
        self._begun = ""
        self._last_ms = 0.0
        self._is_rest = False
        self._escaped_ms: float | None = None
        self._pasted: str | None = None
        self._is_stalled = False
        self._paste_ends_at = -1
        self._paste_ended_ms = 0.0
        self._behind_paste_ms = 0.0

    @property
    def due_ms(self) -> float | None:
        """When `tick` has something to tell, if nothing comes before."""
        if self._pasted is not None:
            if self._paste_ends_at < 0:
                if not self._is_stalled:
                    return self._last_ms + _PASTE_STALLS_MS
                return self._last_ms + _PASTE_SETTLES_MS if self._pasted else None
            return min(self._last_ms + _PASTE_SETTLES_MS, self._paste_ended_ms + _PASTE_SETTLED_MS)
        if not self._begun:
            return None
        return self._last_ms + (self._escape_delay_ms if self._begun == _ESC else _REST_MS)

    def tick(self, now_ms: float) -> list[InputPiece]:
        """Return what the time alone decides: a lone ESC is the key, a sequence without an end is nothing."""
        due_ms = self.due_ms
        if due_ms is None or now_ms < due_ms:
            return []
        if self._pasted is not None:
            return self._stall() if self._paste_ends_at < 0 else self._settle_paste()
        begun, self._begun = self._begun, ""
        if begun == _ESC:
            self._escaped_ms = self._last_ms
            return [InputPiece(InputKind.ESCAPE, _ESC, self._last_ms)]
        return [InputPiece(InputKind.UNFINISHED, begun[1], self._last_ms)] if len(begun) == 2 else []

    def feed(self, text: str, now_ms: float) -> list[InputPiece]:
        """Return what was read at `now_ms`, in pieces, as far as they are whole."""
        pieces = self.tick(now_ms)
        for at, character in enumerate(text):
            if self._pasted is not None:
                pieces += self._paste(text[at:], now_ms)
                break
            pieces += self._take(character, now_ms)
        return pieces

    def _take(self, character: str, now_ms: float) -> list[InputPiece]:
        begun = self._begun
        if not begun:
            return self._begin(character, now_ms)
        self._last_ms = now_ms
        longer = begun + character
        self._begun = ""
        if longer == _ESC + _CTRL_C:
            return [InputPiece(InputKind.ESCAPE, _ESC, now_ms), InputPiece(InputKind.CHARACTER, character, now_ms)]
        if _WHOLE.match(longer):
            return self._whole(longer, now_ms)
        if len(longer) <= _LONGEST and _BEGUN.match(longer):
            self._begun = longer
            return []
        if character == _ESC:
            self._begun = _ESC
            return [InputPiece(InputKind.ESCAPE, _ESC, now_ms)] if begun == _ESC else []
        if _NO_STRING.match(longer):
            alone = (
                InputPiece(InputKind.CHARACTER, begun[1], now_ms) if self._is_rest else self._whole(begun, now_ms)[0]
            )
            return [alone, *self._take(character, now_ms)]
        if begun.endswith(_ESC):  # a string without an end, and the next sequence behind it
            self._begun = _ESC
            return self._take(character, now_ms)
        return self._begin(character, now_ms) if character < " " else []

    def _begin(self, character: str, now_ms: float) -> list[InputPiece]:
        escaped_ms, self._escaped_ms = self._escaped_ms, None
        self._last_ms = now_ms
        self._is_rest = character in "[O]" and escaped_ms is not None and now_ms - escaped_ms <= _REST_MS
        if self._is_rest:
            self._begun = _ESC + character
        elif character == _ESC:
            self._begun = _ESC
        else:
            return [InputPiece(InputKind.CHARACTER, character, now_ms)]
        return []

    def _whole(self, sequence: str, now_ms: float) -> list[InputPiece]:
        if sequence == _PASTE_BEGINS:
            self._pasted, self._paste_ends_at, self._last_ms = "", -1, now_ms
            return []
        if sequence == _PASTE_ENDS:
            return []
        return [InputPiece(InputKind.REST if self._is_rest else InputKind.SEQUENCE, sequence, now_ms)]

    def _paste(self, text: str, now_ms: float) -> list[InputPiece]:
        """Gather pasted text until its end, and what comes right behind that, which may be text as well."""
        assert self._pasted is not None
        self._last_ms = now_ms
        searched = max(len(self._pasted) - len(_PASTE_ENDS) + 1, self._paste_ends_at + 1, 0)
        if 0 <= self._paste_ends_at == len(self._pasted) - len(_PASTE_ENDS):
            self._behind_paste_ms = now_ms
        self._pasted += text
        last = self._pasted.rfind(_PASTE_ENDS, searched)
        if last >= 0:
            self._paste_ends_at = last
            self._paste_ended_ms = self._behind_paste_ms = now_ms
        return []

    def _stall(self) -> list[InputPiece]:
        """Nothing came of pasted text for a while, and no end of it: tell what there is, and let a single key out."""
        assert self._pasted is not None
        text, is_key = self._pasted, len(self._pasted) == 1 or _WHOLE.match(self._pasted) is not None
        if not self._is_stalled:
            self._pasted, self._is_stalled = "", True
            return [InputPiece(InputKind.PASTED, _PASTE_MARKS.sub("", text), self._last_ms)] if text else []
        self._is_stalled = False
        if not is_key:
            return []
        self._pasted = None
        return self.feed(text, self._last_ms)

    def _settle_paste(self) -> list[InputPiece]:
        """Return the last end was the end. Marks before it were part of the text; what is behind it is not."""
        assert self._pasted is not None
        pasted, behind = self._pasted[: self._paste_ends_at], self._pasted[self._paste_ends_at + len(_PASTE_ENDS) :]
        self._pasted, self._paste_ends_at, self._is_stalled = None, -1, False
        text = _PASTE_MARKS.sub("", pasted)
        return [InputPiece(InputKind.PASTED, text, self._paste_ended_ms), *self.feed(behind, self._behind_paste_ms)]
