"""How the outbox's rows look, and what is told of the one under the cursor. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.cells import set_cell_size

from labeler.dataclass import dataclass
from labeler.desk.outbox import DeliveryStanding, OutboxPlace, OutboxRow
from labeler.domain.answer_metadata import ID, comment_of
from labeler.domain.assessment import Assessment
from labeler.domain.destination import Destination
from labeler.domain.duration import rough_duration_words
from labeler.domain.moment import date_and_time, time_or_date
from labeler.domain.question import Question
from labeler.domain.value_words import value_words
from labeler.reading.sanitise import one_line, sanitise
from labeler.tui.appearance import Signs
from labeler.tui.widgets.styled_text import Line, cut, fit, width_of, wrapped

_WORDS: Final = {
    DeliveryStanding.REFUSED: "refused",
    DeliveryStanding.PARKED: "parked",
    DeliveryStanding.RETRYING: "retrying",
    DeliveryStanding.QUEUED: "waiting",
}
_ROLES: Final = {
    DeliveryStanding.REFUSED: "error",
    DeliveryStanding.PARKED: "warning",
    DeliveryStanding.RETRYING: "warning",
    DeliveryStanding.QUEUED: "chrome.dim",
}
_STATE: Final = 11
"""Cells of the state: sign, space, the longest word, a gap."""

_SINCE: Final = 8
_GAP: Final = 2
_TITLE: Final = (16, 40)
_ASKED: Final = (20, 44)
_REASON_FROM: Final = 24
"""Cells below which a reason says nothing: it is told in full below the list."""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A delivery as it is told now, nothing of it sanitised yet.

    `pause_s`: seconds for which it is left alone after a failed attempt. `is_reachable`: its backend is at hand.
    """

    row: OutboxRow
    title: str
    pause_s: float
    is_reachable: bool
    now_ms: int


def counts_line(counts: Sequence[int], signs: Signs) -> Line:
    """``✗ 2 refused   ↻ 214 waiting``: how many there are of each standing."""
    line: Line = []
    for standing in DeliveryStanding:
        if counts[standing]:
            line += [("   ", "chrome"), (f"{sign_of(standing, signs)} ", _ROLES[standing])]
            line.append((f"{counts[standing]:,} {_WORDS[standing]}", "chrome"))
    return line[1:]


def sign_of(standing: DeliveryStanding, signs: Signs) -> str:
    """Return the sign of how a delivery stands."""
    return {DeliveryStanding.REFUSED: signs.refused, DeliveryStanding.PARKED: signs.parked}.get(standing, signs.queued)


def place_line(place: OutboxPlace, our_address: str, width: int, signs: Signs) -> Line:
    """Return the heading of a destination: where it is, and how much is not there yet.

    `our_address` is where this review's backend was found; empty for a destination that is not of this review.
    """
    counts = ", ".join(f"{place.counts[each]:,} {_WORDS[each]}" for each in DeliveryStanding if place.counts[each])
    other = "" if our_address else "   goes when you work there again"
    told: Line = [(f"   {counts}", "chrome"), (other, "chrome.dim")]
    room = max(width - 1 - width_of(told), width // 3)
    return fit(
        [(" ", "chrome"), (place_words(place.destination, our_address, room, signs), "chrome.strong"), *told], width
    )


def place_words(destination: Destination, our_address: str, width: int, signs: Signs) -> str:
    """Server, workspace and experiment, in at most `width` cells; of a long address the end is left out."""
    workspace = f" · workspace {one_line(destination.workspace, 40)}" if destination.workspace else ""
    rest = f"{workspace} · experiment {one_line(destination.experiment_id, 40)}"
    found_at = one_line(our_address or destination.backend_uri, 200)
    address = cut(found_at, max(width - width_of([(rest, "")]), 8), signs.ellipsis)
    return cut(address + rest, width, signs.ellipsis)


def entry_line(entry: OutboxEntry, questions: Mapping[str, Question], width: int, signs: Signs) -> Line:
    """Return a row without the cursor: state, title, question and value, since when, and why as far as there is
    room.
    """
    standing, row = entry.row.standing, entry.row
    room = width - _STATE - _SINCE
    title = _within(room * 2 // 7, _TITLE)
    asked = _within(room * 2 // 7, _ASKED)
    reason = room - title - asked - 2 * _GAP
    if reason < _REASON_FROM:
        title, asked, reason = room - (room * 4 // 7) - 2 * _GAP, room * 4 // 7, 0
    line: Line = [
        (set_cell_size(f"{sign_of(standing, signs)} {_WORDS[standing]}", _STATE), _ROLES[standing]),
        (_column(one_line(entry.title or row.delivery.trace_id, 200), title, signs), "chrome"),
        (_column(asked_words(row, questions), asked, signs), "chrome"),
        (set_cell_size(time_or_date(since_ms(row), entry.now_ms), _SINCE), "chrome.dim"),
    ]
    if reason:
        line.append((cut(reason_words(entry), reason, signs.ellipsis), "chrome.dim"))
    return line


def asked_words(row: OutboxRow, questions: Mapping[str, Question]) -> str:
    """Return what is to be delivered, in a few words: ``user_satisfaction Helpful``."""
    delivery = row.delivery
    if delivery.item_state is not None:
        return f"queue item {one_line(delivery.item_state, 20).lower()}"
    name = one_line(delivery.name, 60)
    if delivery.assessment is None:
        return f"{name} taken back"
    return f"{name} {one_line(value_words(delivery.assessment.value, questions.get(delivery.name)), 80)}"


def since_ms(row: OutboxRow) -> int:
    """Since when it has stood as it does: refused then, or waiting since it was given. Milliseconds since the epoch."""
    return row.delivery.settled_at_ms or row.delivery.created_at_ms


def reason_words(entry: OutboxEntry) -> str:
    """Why it is not delivered, and when it will be tried, on one line."""
    row, delivery = entry.row, entry.row.delivery
    if row.others:
        return "another answer of yours is on the server, which was never shown here; both are kept"
    reason = one_line(delivery.reason or "", 400)
    if row.standing in (DeliveryStanding.REFUSED, DeliveryStanding.PARKED):
        return reason or "no reason was given"
    if row.is_held:
        return "goes after an earlier one of this trace that is not delivered yet"
    if delivery.released_at_ms is None:
        return "goes once its item is submitted or left"
    if delivery.not_before_ms is not None and delivery.not_before_ms > entry.now_ms:
        return f"looked at again in {rough_duration_words(delivery.not_before_ms - entry.now_ms)}: {reason}"
    if not entry.is_reachable:
        return f"goes as soon as its backend is back{reason and f': {reason}'}"
    if entry.pause_s > 0:
        when = f"tried again in {rough_duration_words(round(entry.pause_s * 1000))}"
        return f"{when}: {reason}" if reason else when
    return f"tried again next: {reason}" if reason else "goes next"


def detail_lines(
    entry: OutboxEntry, questions: Mapping[str, Question], width: int, height: int, signs: Signs
) -> list[Line]:
    """Return all there is to say of a delivery in `height` lines: what it is, how it stands since when, and why."""
    row, delivery = entry.row, entry.row.delivery
    title = one_line(entry.title or delivery.trace_id, 200)
    since = date_and_time(since_ms(row))
    attempts = f", after {delivery.attempts} attempt{'s' if delivery.attempts > 1 else ''}" if delivery.attempts else ""
    words = "refused by the server" if row.standing is DeliveryStanding.REFUSED else _WORDS[row.standing]
    span_id = delivery.assessment.span_id if delivery.assessment is not None else None
    about = f" about span {one_line(span_id, 40)}" if span_id else ""
    what: Line = [(f" {asked_words(row, questions)}{about}", "chrome.strong"), ("   ", "chrome"), (title, "chrome")]
    how: Line = [
        (f" {sign_of(row.standing, signs)} {words}", _ROLES[row.standing]),
        (f" since {since}{attempts}", "chrome"),
        (f"   {sanitise(delivery.trace_id)}   by {one_line(delivery.reviewer, 40)}", "chrome.dim"),
    ]
    if row.others:
        both = [_one_of_two(entry, row.others[0], questions), _one_of_two(entry, None, questions)]
        return [fit(line, width, signs.ellipsis) for line in [what, how, *both][:height]]
    why = wrapped(reason_words(entry), max(width - 2, 1))
    lines = [what, how, *([(" ", "chrome"), *line] for line in why)]
    if len(lines) > height > 0:
        lines[height - 1] = [*lines[height - 1], (f" {signs.ellipsis}", "chrome.dim")]
    return [fit(line, width, signs.ellipsis) for line in lines[:height]]


def _one_of_two(entry: OutboxEntry, other: Assessment | None, questions: Mapping[str, Question]) -> Line:
    """Return one of two answers in conflict: its value, when and where it was given, and its comment."""
    given = other or entry.row.delivery.assessment
    if given is None:
        return []
    place = "here" if other is None else "by labeler elsewhere" if ID in given.metadata else "not by labeler"
    value = one_line(value_words(given.value, questions.get(given.name)), 60)
    comment = one_line(comment_of(given) or "", 200)
    more = len(entry.row.others) - 1 if other is not None else 0
    return [
        (f" {'yours here' if other is None else 'the other'}: {value}", "chrome.strong"),
        (f"   {date_and_time(given.created_at_ms)}   {place}{f', +{more}' if more else ''}", "chrome"),
        (f"   “{comment}”" if comment else "", "chrome.dim"),
    ]


def _column(text: str, width: int, signs: Signs) -> str:
    return set_cell_size(cut(text, width, signs.ellipsis), width + _GAP)


def _within(wanted: int, bounds: tuple[int, int]) -> int:
    return max(bounds[0], min(wanted, bounds[1]))
