"""Charts of a report as SVG to be put into a page: drawn by pygal, with the page's own colours, and no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import pygal
from pygal.style import Style

from labeler.agreement.figure import Interval
from labeler.agreement.report_model import QuestionFigures, ValueCount

SERIES_COLOURS: Final = 8
"""How many colours for series the page has: `--series-0` and on."""

_ROW: Final = 34
"""Height in pixels of a row of bars."""

_FRAME: Final = 90
"""Height in pixels of a chart without its rows: axis and margins."""

_WIDTH: Final = 760

_STYLE: Final = Style(
    background="transparent",
    plot_background="transparent",
    foreground="var(--ink)",
    foreground_strong="var(--ink)",
    foreground_subtle="var(--dim)",
    guide_stroke_color="var(--line)",
    major_guide_stroke_color="var(--line)",
    opacity="1",
    opacity_hover="1",
    colors=tuple(f"var(--series-{number})" for number in range(SERIES_COLOURS)),
    font_family="inherit",
    label_font_size=13,
    major_label_font_size=13,
    value_font_size=12,
)


def labels_by_day(days: Mapping[str, int]) -> str:
    """Return a bar for each day. `days` has the number of labels by ISO date."""
    chart = pygal.Bar(**_options(height=240), x_label_rotation=35 if len(days) > 7 else 0)
    chart.x_labels = list(days)
    chart.add("labels", list(days.values()))
    return _svg(chart, "days")


def alpha_by_question(questions: Sequence[QuestionFigures]) -> str:
    """Return a bar for alpha of each question, with its confidence interval; questions without alpha have none."""
    chart = pygal.HorizontalBar(
        **_options(height=_FRAME + _ROW * len(questions)),
        range=(min(0.0, *(_low(each) for each in questions)), 1.0),
    )
    chart.x_labels = [each.name for each in reversed(questions)]
    chart.add("α", [_with_interval(each) for each in reversed(questions)])
    return _svg(chart, "alpha")


def answers_by_reviewer(name: str, values: Sequence[ValueCount], answers: Mapping[str, Mapping[str, int]]) -> str:
    """Return a bar for each reviewer, made of how often each value was given. `name` is the chart's own in its page.

    The colours are those of the series in the order of `values`. There is no legend: pygal cuts it off below horizontal
    bars, and the page shows the values in these colours beside the chart.
    """
    chart = pygal.HorizontalStackedBar(**_options(height=_FRAME + _ROW * len(answers)))
    people = list(answers)[::-1]
    chart.x_labels = people
    for value in values:
        chart.add(value.word, [answers[who].get(value.key, 0) for who in people])
    return _svg(chart, name)


def _low(question: QuestionFigures) -> float:
    interval = question.agreement.interval
    lowest = question.agreement.alpha.value if interval is None else interval.low
    return 0.0 if lowest is None else lowest


def _with_interval(question: QuestionFigures) -> dict[str, Any] | None:
    alpha, interval = question.agreement.alpha.value, question.agreement.interval
    if alpha is None:
        return None
    return {"value": alpha, **({} if interval is None else {"ci": _ends(interval)})}


def _ends(interval: Interval) -> dict[str, float]:
    return {"low": interval.low, "high": interval.high}


def _options(height: int) -> dict[str, Any]:
    return {
        "style": _STYLE,
        "width": _WIDTH,
        "height": height,
        "js": (),
        "disable_xml_declaration": True,
        "print_values": False,
        "show_legend": False,
        "margin": 8,
        "spacing": 8,
        "truncate_label": 32,
    }


def _svg(chart: Any, name: str) -> str:
    """Return a chart as an element of a page. Its name stands for the random one that pygal would give it."""
    chart.uuid = name
    chart.add_xml_filter(_without_scripts)
    drawn = cast(str, chart.render(is_unicode=True))
    opening, rest = drawn.split(">", 1)
    # In a page the element needs no namespace.
    attributes = " ".join(each for each in opening.split(" ") if not each.startswith("xmlns"))
    return f'{attributes} role="img">{rest}'


def _without_scripts(root: Any) -> Any:
    for parent in list(root.iter()):
        for child in list(parent):
            if not isinstance(child.tag, str) or child.tag.endswith(("script", "title", "desc")):
                parent.remove(child)
    return root
