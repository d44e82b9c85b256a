"""The picture of a report as a page: ``python -m tests.reports.picture docs/screenshots/report.png``."""

from __future__ import annotations

import base64
import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from labeler import __version__
from labeler.agreement.counted_labels import count_labels
from labeler.agreement.report import agreement_report
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.question import Numeric, PassFail, Question
from labeler.domain.value import JsonValue
from labeler.reports.html_view import report_as_html
from labeler.reports.report import Report, ReportSource
from labeler.review.judge_values import judged_value
from tests.browser import a_browser

_PEOPLE: Final = {"ana@x.io": 0.93, "bo@x.io": 0.9, "cem@x.io": 0.88, "dee@x.io": 0.92, "gus@x.io": 0.6}
"""How often each of them is right."""

_WHY: Final = ("invented a price", "misses the north bar", "answers another question", "cites a harbour that is closed")
_MONDAY_MS: Final = 1_796_000_000_000
_DAY_MS: Final = 86_400_000
_SIZE: Final = (1100, 1900)


class Desk:
    """Five people and a judge who label the same traces; one of the people is quick and often wrong."""

    def __init__(self, traces: int) -> None:
        self._draw = random.Random(5)
        self.labels: list[Assessment] = []
        for _ in range(traces):
            self._label(f"tr-{self._draw.getrandbits(32):08x}", self._draw.random() < 0.72, self._draw.randint(1, 5))

    def _label(self, trace_id: str, is_correct: bool, quality: int) -> None:
        draw = self._draw
        for who in draw.sample(sorted(_PEOPLE), 3):
            is_careful = _PEOPLE[who] > 0.8
            said = is_correct if draw.random() < _PEOPLE[who] else not is_correct
            why = draw.choice(_WHY) if not said and draw.random() < 0.4 else None
            at_ms = _MONDAY_MS + int(draw.random() * 6 * _DAY_MS)
            took_ms = int(draw.lognormvariate(2.9 if is_careful else 1.4, 0.5) * 1000)
            self._add(trace_id, "correct", said, Source(SourceType.HUMAN, who), at_ms, why, took_ms)
            stars = quality + draw.choice((-1, 0, 0, 0, 1)) if is_careful else draw.randint(1, 5)
            self._add(trace_id, "quality", min(max(stars, 1), 5), Source(SourceType.HUMAN, who), at_ms)
        verdict = is_correct if draw.random() < (0.97 if is_correct else 0.72) else not is_correct
        self._add(trace_id, "correct", verdict, Source(SourceType.LLM_JUDGE, "judges/correct-v1"), _MONDAY_MS)

    def _add(
        self,
        trace_id: str,
        name: str,
        value: JsonValue,
        source: Source,
        at_ms: int,
        why: str | None = None,
        took_ms: int = 0,
    ) -> None:
        self.labels.append(
            Assessment(
                id=f"a-{len(self.labels):032x}",
                trace_id=trace_id,
                name=name,
                kind=AssessmentKind.FEEDBACK,
                value=value,
                source=source,
                rationale=why,
                metadata={"labeler.blind": "true"} | ({"labeler.duration_ms": str(took_ms)} if took_ms else {}),
                created_at_ms=at_ms,
                updated_at_ms=at_ms,
            )
        )


def page() -> str:
    """Return the report of a week at the desk as a page."""
    questions = [Question("correct", PassFail("Correct", "Wrong")), Question("quality", Numeric(1, 5, 1))]
    figures = agreement_report(count_labels(Desk(300).labels), questions, judged_value)
    source = ReportSource("Autumn desk at http://mlflow.harbour.example:5000")
    return report_as_html(Report(figures, source, _MONDAY_MS + 7 * _DAY_MS, __version__))


def main() -> None:
    with tempfile.TemporaryDirectory() as directory, a_browser() as browser:
        file = Path(directory) / "report.html"
        file.write_text(page(), encoding="utf-8")
        width, height = _SIZE
        browser.open(file, width=width, height=height, scheme="light")
        Path(sys.argv[1]).write_bytes(base64.b64decode(browser.picture()))


if __name__ == "__main__":
    main()
