"""Write the bundled sample anew."""

from __future__ import annotations

import gzip
import json

from labeler.sample import TRACES
from tests.sample.make.catalogue import recipes
from tests.sample.make.traces import body


def text() -> str:
    """The sample as JSON Lines, a trace a line, oldest first."""
    return "".join(json.dumps(body(recipe), ensure_ascii=False, separators=(",", ":")) + "\n" for recipe in recipes())


if __name__ == "__main__":
    TRACES.write_bytes(gzip.compress(text().encode("utf-8"), mtime=0))
    print(f"Wrote {len(recipes())} traces to {TRACES}, {TRACES.stat().st_size} bytes")
