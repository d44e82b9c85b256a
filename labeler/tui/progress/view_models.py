"""The rows of the page of what was done: figures, a bar for each value, and the items that can be opened. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.cells import cell_len

from labeler.dataclass import dataclass
from labeler.desk.delivery_status import OutboxCounts
from labeler.domain.question import Categorical
from labeler.reading.sanitise import one_line
from labeler.review.progress import Progress, QuestionProgress
from labeler.tui.appearance import Signs
from labeler.tui.progress.agreement_rows import agreement_rows
from labeler.tui.progress.words import items_words, pace_words, range_words, today_words, value_label
from labeler.tui.widgets.styled_text import Line, cut, wrapped

if TYPE_CHECKING:
    from labeler.desk.own_agreement import Agreement

_MOST_WIDE: Final = 100
"""Cells beyond which rows are not made longer: the eye loses them."""

_BAR: Final = (4, 40)
"""Cells of the longest bar, at least and at most."""

_LABEL: Final = (8, 32)
"""Cells that the values beside the bars take, at least and at most."""

_NUMBERS: Final = 15
"""Cells of the count and the share behind a bar."""


class ListedAs(Enum):
    """Why an item is listed."""

    FLAGGED = "flagged"
    DEFERRED = "deferred"
    DECLINED = "declined"
    DRAFT = "with a draft"


@dataclass(frozen=True, slots=True)
class OpenedRow:
    """An item that can be opened from its row."""

    kind: ListedAs
    trace_id: str


PageRow: TypeAlias = Line | OpenedRow


@dataclass(frozen=True, slots=True)
class PageView:
    """What the page tells. `headline` is what there is to say first, `delivered` how many answers arrived (None: not
    told). `agreement` is how the reviewer agrees with others, None while that is being computed. Of today only what was
    done is told, of a worklist also that and the items that can be opened.
    """

    headline: Line
    progress: Progress
    is_today: bool
    counts: OutboxCounts
    delivered: int | None
    agreement: Agreement | None
    outbox_key: str


def page_rows(view: PageView, width: int, signs: Signs) -> list[PageRow]:
    """Return the rows of the page in `width` cells. Rows of items are made when they come into view."""
    progress = view.progress
    width = min(width, _MOST_WIDE)
    rows: list[PageRow] = [view.headline] if view.headline else []
    items = today_words(progress) if view.is_today else items_words(progress)
    for words in (items, pace_words(progress)):
        rows += wrapped(words, width) if words else []
    rows.append(delivery_line(view, signs))
    if not view.is_today and (missing := _what_is_not_compared(view.agreement)):
        rows += wrapped(missing, width, "chrome.dim")
    labels = [value_label(value, each.question) for each in progress.questions for value, _ in each.counts]
    low, high = _LABEL
    label_width = max(low, min(high, width // 3, max(map(cell_len, labels), default=low)))
    compared = {} if view.is_today or view.agreement is None else view.agreement.questions
    for question in progress.questions:
        rows += [[], *_question_rows(question, width, label_width, signs)]
        if (own := compared.get(question.name)) is not None:
            rows += agreement_rows(own, width)
    told = {question.name for question in progress.questions}
    for name in [each for each in compared if each not in told]:  # objects: told by field, compared as a whole
        rows += [[], [(cut(one_line(name), width, signs.ellipsis), "chrome.strong")]]
        rows += agreement_rows(compared[name], width)
    if not view.is_today:
        for kind, trace_ids in _listed(progress):
            if trace_ids:
                rows += [[], [(f"{kind.value} {len(trace_ids):,}", "chrome.strong")]]
                rows += [OpenedRow(kind, trace_id) for trace_id in trace_ids]
    return rows


def _listed(progress: Progress) -> Sequence[tuple[ListedAs, Sequence[str]]]:
    return (
        (ListedAs.FLAGGED, progress.flagged),
        (ListedAs.DRAFT, progress.drafts),
        (ListedAs.DEFERRED, progress.deferred),
        (ListedAs.DECLINED, progress.declined),
    )


def _what_is_not_compared(agreement: Agreement | None) -> str:
    """Say what is missing of the comparison with others; empty where nothing is."""
    if agreement is None:
        return "comparing with what others said…"
    if agreement.has_failed:
        return "what others said could not be compared: labeler.log says why"
    if not agreement.unread:
        return ""
    traces = f"{agreement.unread:,} labelled trace{'' if agreement.unread == 1 else 's'}"
    return f"what others said of {traces} is not known here, and not compared"


def delivery_line(view: PageView, signs: Signs) -> Line:
    """Say what has reached the backend, and what has not."""
    counts = view.counts
    delivered = "" if view.delivered is None else f"{_answers(view.delivered)} delivered"
    waits = (
        (counts.waiting, f"{signs.queued} {counts.waiting:,} waiting", "warning"),
        (counts.parked, f"{signs.parked} {counts.parked:,} waiting for you", "warning"),
        (counts.refused, f"{signs.refused} {counts.refused:,} refused", "error"),
    )
    undelivered = [(words, role) for count, words, role in waits if count]
    if not undelivered:
        said = ", nothing waits" if delivered else "nothing waits to be sent"
        return [(f"{signs.labelled} ", "ok"), (f"{delivered}{said}", "chrome")]
    line: Line = [(delivered, "chrome")] if delivered else []
    for words, role in undelivered:
        line += [(" · ", "chrome.dim")] if line else []
        line.append((words, role))
    return [*line, (f" · {view.outbox_key} shows why", "chrome.dim")] if view.outbox_key else line


def _answers(count: int) -> str:
    return f"{count:,} answer{'' if count == 1 else 's'}"


def _question_rows(progress: QuestionProgress, width: int, label_width: int, signs: Signs) -> list[Line]:
    """Return a question's name and how often it was answered, then a bar for each value."""
    numbers = range_words(progress)
    answers = _answers(progress.answers) if progress.answers else "no answer"
    told = f"   {answers}" + (f" · {numbers}" if numbers else "")
    name = cut(one_line(progress.name), max(width - cell_len(told), 8), signs.ellipsis)
    rows: list[Line] = [[(name, "chrome.strong"), (told, "chrome.dim")]]
    most = max((count for _, count in progress.counts), default=0)
    shortest, longest = _BAR
    room = max(min(width - 2 - label_width - 1 - _NUMBERS, longest), shortest)
    is_choice = progress.question is not None and isinstance(progress.question.input, Categorical)
    for value, count in progress.counts:
        if is_choice and not count:
            continue
        label = cut(value_label(value, progress.question), label_width, signs.ellipsis)
        share = round(100 * count / progress.answers) if progress.answers else 0
        drawn = bar(count, most, room, signs)
        rows.append(
            [
                (f"  {label}{' ' * (label_width - cell_len(label))} ", "chrome"),
                (drawn, "ok"),
                (" " * (room - cell_len(drawn)), "chrome"),
                (f"{count:>7,}", "chrome"),
                (f"{share:>5} %", "chrome.dim"),
            ]
        )
    return rows


def bar(count: int, most: int, width: int, signs: Signs) -> str:
    """Return a bar of at most `width` cells, in halves of a cell; none at all only for nothing."""
    if not count or not most:
        return ""
    halves = max(round(2 * width * count / most), 1)
    return signs.bar[2] * (halves // 2) + signs.bar[0] * (halves % 2)
