"""What was done, in words: for the page of it, and for the lines that a review prints when it is left. Pure."""

from __future__ import annotations

from dataclasses import replace

from labeler.domain.duration import rough_duration_words
from labeler.domain.question import Categorical, PassFail, Question
from labeler.domain.value_words import number_words, value_words
from labeler.reading.sanitise import one_line
from labeler.review.progress import NONE_CHOSEN, Countable, Progress, QuestionProgress


def items_words(progress: Progress) -> str:
    """Say how many items there are of each kind: ``43 of 50 labelled · 5 open · 2 deferred · 3 flagged``.

    In a shared queue also what is no work any more: ``25 done by others · 1 taken out``.
    """
    return " · ".join((f"{progress.labelled:,} of {progress.total:,} labelled", *_other_items(progress)))


def today_words(progress: Progress) -> str:
    """Say how many items were worked on today: ``43 labelled · 2 deferred · 3 flagged``."""
    return " · ".join((f"{progress.labelled:,} labelled", *_other_items(replace(progress, open=0))))


def _other_items(progress: Progress) -> list[str]:
    counted = (
        (progress.open, "open"),
        *((count, why.value) for why, count in progress.no_work),
        (len(progress.deferred), "deferred"),
        (len(progress.declined), "declined"),
        (len(progress.flagged), "flagged"),
        (len(progress.drafts), "with a draft"),
    )
    return [f"{count:,} {word}" for count, word in counted if count]


def pace_words(progress: Progress) -> str:
    """Say how long items took: ``38 s an item (median) · 82 an hour``; empty where no time is known."""
    if progress.median_ms is None or progress.hourly is None:
        return ""
    hourly = progress.hourly
    pace = f"{hourly:,.0f}" if hourly >= 10 else f"{hourly:.1f}"
    timed = "" if progress.timed == progress.labelled else f" of {progress.timed:,} timed"
    return f"{rough_duration_words(progress.median_ms)} an item (median{timed}) · {pace} an hour"


def value_label(value: Countable, question: Question | None) -> str:
    """Return a counted value as the question calls it, as display text on one line."""
    is_choice = question is not None and isinstance(question.input, Categorical)
    if is_choice and value == NONE_CHOSEN:
        return "none of them"
    if question is not None and isinstance(question.input, PassFail) and not isinstance(value, bool):
        return one_line(str(value))
    return one_line(value_words(value, question))


def range_words(progress: QuestionProgress) -> str:
    """Say within which numbers the answers lie: ``10 to 95, median 62``; empty where they are no numbers."""
    if progress.low is None or progress.middle is None or progress.high is None:
        return ""
    low, middle, high = map(number_words, (progress.low, progress.middle, progress.high))
    return f"{low} to {high}, median {middle}"


def answers_words(progress: Progress) -> str:
    """Say what was answered to each question: ``helpful: Yes (31), No (12) · quality: 4 (20), 5 (11)``."""
    return " · ".join(_of_question(each) for each in progress.questions if each.answers)


def _of_question(progress: QuestionProgress) -> str:
    counts = ", ".join(
        f"{value_label(value, progress.question)} ({count:,})" for value, count in progress.counts if count
    )
    said = counts or range_words(progress) or f"{progress.answers:,} written"
    return f"{one_line(progress.name, 40)}: {said}"
