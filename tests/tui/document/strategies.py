"""Hostile and ordinary text, and documents made of it, for hypothesis. Text is as the sanitiser leaves it."""

from __future__ import annotations

from hypothesis import strategies as st

from labeler.reading.document import Block, BlockKind, Document

_ALPHABET = [*'ab c  d.,|-*_`#>[]()!\\<&1{}":~/é日本、。ก', "e\u0301", "👩\u200d👧", "🚀", "⟨U+202E⟩", "␛"]

words = st.lists(st.sampled_from(_ALPHABET), max_size=60).map("".join)
"""One line without tabs."""

_MARKDOWN = [
    "# a *b*",
    "- item\n  more",
    "1. one\n2. two",
    "> quoted **text**",
    "| a | b |\n|---|---|\n| 1 | `x` |",
    "```python\ndef f(x):\n    return 'x'\n```",
    "```",
    "~~~\nx",
    "**bold `code` *em***",
    '[a](http://x "t)") ![i](s) <http://x>',
    "[ref]: http://x",
    "a\tb\tc",
    "    indented",
    "<div>\n&amp; \\*",
    "Setext\n===",
    "***",
    "a  \nb\\\nc",
]
lines = st.one_of(words, st.sampled_from(_MARKDOWN))
texts = st.lists(lines, max_size=12).map("\n".join)
"""Text of several lines, much of it Markdown, some of it broken."""

_KINDS = [kind for kind in BlockKind if kind is not BlockKind.HEADER]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Documents of a few messages with blocks of every kind, open and folded."""
    blocks: list[Block] = []
    count = draw(st.integers(0, 4))
    for message in range(count):
        role = draw(st.sampled_from(["system", "user", "assistant", "tool", ""]))
        blocks.append(Block(BlockKind.HEADER, role or "input", role, message))
        for _ in range(draw(st.integers(0, 3))):
            foldable = draw(st.booleans())
            blocks.append(
                Block(
                    draw(st.sampled_from(_KINDS)),
                    draw(texts),
                    role,
                    message,
                    summary=draw(words),
                    foldable=foldable,
                    folded=foldable and draw(st.booleans()),
                    language=draw(st.sampled_from(["", "python", "json", "no such language"])),
                )
            )
    messages = st.one_of(st.none(), st.integers(0, count - 1)) if count else st.none()
    return Document("tr-1", "", "", tuple(blocks), draw(messages), draw(messages))
