"""One reviewer beside colleagues and judges: the figures of a report, on what that reviewer labelled."""

from __future__ import annotations

import random

import pytest
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.counted_labels import count_labels
from labeler.agreement.own_figures import BesideJudge, OwnFigures, own_figures
from labeler.domain.assessment import Assessment, AssessmentKind, SourceType
from labeler.domain.question import Numeric, Question, Structured, Text
from labeler.review.judge_values import judged_value
from tests.agreement.assessments import CORRECT, MODES, QUALITY, busy_experiment, judgement, label, report_of

QUESTIONS = (CORRECT, QUALITY, MODES)


def own(assessments: list[Assessment], me: str = "ana", *questions: Question) -> dict[str, OwnFigures]:
    asked = questions or QUESTIONS
    found = own_figures(count_labels(assessments), me, asked, judged_value, {}, Bootstrap())
    return {figures.question: figures for figures in found}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_the_figures_are_those_of_a_report_about_the_items_that_the_reviewer_labelled(
    seed: int, question: Question
) -> None:
    said = [each for each in busy_experiment(seed) if each.name == question.name and each.source.id != "lead"]
    mine = {each.trace_id for each in said if each.source.id.lower() == "ana"}
    [reported] = report_of([each for each in said if each.trace_id in mine], question).questions
    figures = own(busy_experiment(seed), " Ana ")[question.name]
    assert figures.everybody == reported.agreement
    assert figures.options == (reported.options or {})
    of_me = {pair.reviewers: pair for pair in reported.pairs if "ana" in pair.reviewers}
    assert len(of_me) == 4
    assert {pair.reviewers: pair for pair in figures.colleagues.values()} == of_me
    assert set(figures.colleagues) == {"bo", "cem", "dee", "eli"}


def test_each_judge_is_compared_with_the_reviewer_alone_by_what_it_said() -> None:
    draw = random.Random(3)
    mine = [draw.random() < 0.6 for _ in range(60)]
    verdicts = [value if draw.random() < 0.8 else not value for value in mine]
    labels = [label(f"t-{number}", "ana", value) for number, value in enumerate(mine)]
    labels += [label(f"t-{number}", who, not value) for who in ("bo", "cem") for number, value in enumerate(mine)]
    labels += [judgement(f"t-{number}", "yes" if value else "no") for number, value in enumerate(verdicts)]
    labels += [judgement(f"t-{number}", value, "v2") for number, value in list(enumerate(mine))[:12]]
    labels += [judgement("t-70", True), judgement("t-1", "who knows", "v3"), label("t-80", "bo", True)]
    [first, second] = own(labels)["correct"].judges
    pairs = list(zip(mine, verdicts, strict=True))
    assert (first.source.id, first.agreed, first.corrected) == (
        "judge-v1",
        sum(one is other for one, other in pairs),
        sum(one is not other for one, other in pairs),
    )
    assert first.kappa.value == pytest.approx(cohen_kappa_score(mine, verdicts), abs=1e-12)
    assert first.kappa.value is not None
    assert first.interval is not None
    assert first.interval.low < first.kappa.value < first.interval.high
    assert {rate.value: (rate.both, rate.judge - rate.both) for rate in first.rates} == {
        said: (pairs.count((said, said)), pairs.count((not said, said))) for said in (True, False)
    }
    assert (second.source.id, second.agreed, second.corrected, second.percent.value) == ("v2", 12, 0, 1.0)
    assert (second.interval, second.note) == (None, "too few items (12)")


def test_what_cannot_be_compared_has_no_figure_and_says_why() -> None:
    assert own([label("t-1", "ana", True), label("t-2", "bo", True), judgement("t-2", True)]) == {}
    assert own([label("t-1", "bo", True), judgement("t-1", True)]) == {}
    same = [label(f"t-{number}", who, True) for number in range(3) for who in ("ana", "bo")]
    figures = own([*same, judgement("t-0", True)])["correct"]
    assert figures.everybody is not None
    assert (figures.everybody.alpha.value, figures.everybody.note) == (None, "everybody said Correct")
    assert figures.colleagues["bo"].kappa.reason == "too few items in common (3)"
    [judge] = figures.judges
    assert (judge.kappa.value, judge.kappa.reason, judge.agreed) == (None, "all labels are the same", 1)
    expected = Question("answer", Text(), AssessmentKind.EXPECTATION)
    said = [label("t-1", who, "Paris", "answer", kind=AssessmentKind.EXPECTATION) for who in ("ana", "bo")]
    assert own(said, "ana", expected) == {}


def test_objects_and_texts_are_counted_beside_a_judge_and_not_compared() -> None:
    note, quality = Question("note", Text()), Question("quality", Structured((Question("score", Numeric(1, 5)),)))
    labels = [label("t-1", "ana", "so", "note"), label("t-2", "ana", "no", "note")]
    labels += [judgement("t-1", "so", name="note"), judgement("t-2", "yes", name="note")]
    labels += [label("t-1", "ana", {"score": 4}, "quality"), label("t-1", "bo", {"score": 4}, "quality")]
    labels += [label("t-1", "scorer", {"score": 4.0, "by": "x"}, "quality", source=SourceType.CODE)]
    found = own(labels, "ana", note, quality)
    assert counts(found["note"].judges) == [(1, 1, "text is counted, not compared")]
    assert counts(found["quality"].judges) == [(1, 0, "objects are counted, not compared")]
    everybody = found["quality"].everybody
    assert everybody is not None
    assert (everybody.items, everybody.percent.value, everybody.note) == (1, None, "objects are counted, not compared")


def counts(judges: tuple[BesideJudge, ...]) -> list[tuple[int, int, str | None]]:
    return [(each.agreed, each.corrected, each.kappa.reason) for each in judges]
