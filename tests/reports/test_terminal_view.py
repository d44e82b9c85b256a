"""A report on a terminal, whatever people, questions and answers are called."""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len

from labeler.agreement.counted_labels import count_labels
from labeler.agreement.report import agreement_report
from labeler.domain.assessment import Assessment
from labeler.domain.question import Categorical, PassFail, Question
from labeler.reports.report import Report, ReportSource
from labeler.reports.styled_line import WIDTH
from labeler.reports.terminal_view import terminal_lines
from labeler.review.judge_values import judged_value
from tests.agreement.assessments import CORRECT, MODES, QUALITY, busy_experiment, judgement, label

HOSTILE = ("\x1b[31mred\x1b[0m", "桟橋の当番" * 30, "two\nlines\tand a tab", "\u202etxt.exe", "x" * 500)


def hostile_labels() -> list[Assessment]:
    people = [f"{name}{number}" for number, name in enumerate(HOSTILE)]
    said = [
        label(f"{HOSTILE[item % 5]}-{item}", who, HOSTILE[(item * n) % 5], HOSTILE[item % 5], rationale=HOSTILE[n])
        for item in range(25)
        for n, who in enumerate(people)
    ]
    judged = [judgement(f"{HOSTILE[i % 5]}-{i}", HOSTILE[i % 4], HOSTILE[i % 2], HOSTILE[i % 5]) for i in range(25)]
    return said + judged


def lines_of(assessments: list[Assessment], *questions: Question) -> list[str]:
    figures = agreement_report(count_labels(assessments), questions, judged_value)
    report = Report(figures, ReportSource("桟橋" * 80), 1_790_000_000_000, "0.2.0")
    return ["".join(piece.text for piece in line) for line in terminal_lines(report)]


def test_no_name_widens_the_report_or_reaches_the_terminal_as_more_than_text() -> None:
    for lines in (
        lines_of(hostile_labels()),
        lines_of(hostile_labels(), *(Question(name, Categorical(HOSTILE)) for name in HOSTILE)),
        lines_of(busy_experiment(3), CORRECT, QUALITY, MODES),
    ):
        assert len(lines) > 20
        for line in lines:
            assert cell_len(line) <= WIDTH
            assert not any(unicodedata.category(character) in ("Cc", "Cf") for character in line)


def test_a_note_is_told_to_its_end_and_nothing_unknown_is_called_zero() -> None:
    """Of a question that was made anew as a choice, the answers of each type stand for themselves."""
    values = [*range(1, 6), *["good", "bad"] * 3]
    said = [label(f"t-{item}", who, value) for item, value in enumerate(values) for who in ("ana", "bo")]
    lines = lines_of(said)
    notes = [line.strip() for line in lines if line.startswith("     ")]
    assert notes == [
        f"too few items ({items}) · answers of this name are numbers and names, each a question of its own here"
        for items in (5, 6)
    ]
    assert [line.split()[-1] for line in lines if line.startswith((" ana ", " bo "))] == ["–", "–"]
    assert " κ –: no pair with another reviewer has a kappa, which takes 20 items in common" in lines


def test_a_judge_stands_beside_the_people_with_its_confusion_and_what_to_show_next() -> None:
    people = [label(f"t-{item:02}", who, item % 3 > 0) for item in range(30) for who in ("ana", "bo")]
    judge = [judgement(f"t-{item:02}", "yes" if item % 3 > 0 or item == 3 else "no") for item in range(30)]
    lines = lines_of([*people, *judge, judgement("t-99", "perhaps")], Question("correct", PassFail("Correct", "Wrong")))
    text = "\n".join(lines)
    assert "judge-v1 on “correct”   LLM_JUDGE   30 items with a consensus of people" in text
    assert "agrees 97 %   always saying Correct: 67 %" in text
    assert "people among themselves: α 1.00, the ceiling" in text
    assert [line.split() for line in lines if line.startswith("   people ")][1:] == [
        ["people", "Correct", "20", "0", "100", "%", "95", "%"],
        ["people", "Wrong", "1", "9", "90", "%", "100", "%"],
    ]
    assert lines[lines.index("   show in the next prompt:") + 1] == "     t-03   people Wrong (2 of 2), judge Correct"
    assert "1 value the question does not know" in text
    assert "alignable: 30 (10 needed) · with a rationale: 0" in text


def test_a_confusion_of_long_words_is_no_wider_than_the_report_and_of_short_ones_is_not_cut() -> None:
    options = tuple(f"an option with a very long name {number}" for number in range(5))
    said = [(f"t-{item:02}", options[item % 5]) for item in range(30)]
    people = [label(trace, who, value) for trace, value in said for who in ("ana", "bo")]
    judge = [judgement(trace, value) for trace, value in said]
    lines = lines_of([*people, *judge], Question("correct", Categorical(options)))
    assert any(line.startswith("   people an option") for line in lines)
    assert max(map(cell_len, lines)) <= WIDTH
    thumbs = [label(f"t-{item:02}", who, item % 2 == 0) for item in range(30) for who in ("ana", "bo")]
    verdicts = [judgement(f"t-{item:02}", item % 2 == 0) for item in range(30)]
    text = "\n".join(lines_of([*thumbs, *verdicts], Question("correct", PassFail("Correct", "Wrong"))))
    assert "judge Correct  judge Wrong" in text
