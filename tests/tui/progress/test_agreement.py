"""What the page of what was done says of colleagues and judges: the figures of a report, and nothing while blind."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labeler.agreement.bootstrap import Bootstrap
from labeler.agreement.own_figures import OwnFigures
from labeler.cache.store import Cache
from labeler.desk.own_agreement import OwnAgreement
from labeler.desk.remote import OFFLINE
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.rounded_words import coefficient_words, percent_words
from labeler.domain.trace import RawTrace
from labeler.review.action import Thumb
from labeler.review.state import Blindness, Rules
from labeler.tui.progress.screen import ProgressScreen
from tests.cli.program import Program
from tests.tui.review.asked import THUMB, traces
from tests.tui.review.table import REVIEWER, Table, open_table

COUNT = 24
JUDGES = Rules(judges={"helpful_v2": THUMB.name})


def values_of(number: int) -> dict[tuple[str, SourceType, str], Any]:
    """What everybody says about a trace: rhea.k on the screen, the others beforehand."""
    said: dict[tuple[str, SourceType, str], Any] = {
        (REVIEWER, SourceType.HUMAN, THUMB.name): number % 6 != 0,
        ("ana", SourceType.HUMAN, THUMB.name): number % 4 != 0,
        ("judges/v1", SourceType.LLM_JUDGE, THUMB.name): "yes" if number % 5 else "no",
    }
    if number % 2:
        said["bo", SourceType.HUMAN, THUMB.name] = number % 3 != 0
        said["scorer", SourceType.CODE, "helpful_v2"] = True
    return said


def said_by_others(raw: RawTrace, number: int) -> RawTrace:
    trace_id, feedback = raw.summary.id, AssessmentKind.FEEDBACK
    made = tuple(
        Assessment(f"a-{number}-{who}", trace_id, name, feedback, value, Source(kind, who), created_at_ms=1)
        for (who, kind, name), value in values_of(number).items()
        if who != REVIEWER
    )
    return replace(raw, summary=replace(raw.summary, assessments=made))


def labelled_traces() -> list[RawTrace]:
    return [said_by_others(raw, number) for number, raw in enumerate(traces(COUNT))]


async def answer_all(table: Table) -> None:
    """Say what there is to be said about every trace."""
    number_of = {raw.summary.id: number for number, raw in enumerate(traces(COUNT))}
    while not table.desk.state.worklist.is_finished:
        item = table.desk.state.item
        assert item is not None
        said = values_of(number_of[item.trace_id])[REVIEWER, SourceType.HUMAN, THUMB.name]
        await table.desk.act(Thumb(said))


async def page(table: Table, words: str) -> str:
    await table.press_at_once("R")
    await table.wait_for(lambda: words in table.screen, words)
    return " ".join(table.screen.split())


async def test_the_page_has_the_figures_of_a_report_on_the_same_labels(tmp_path: Path) -> None:
    async with open_table(tmp_path, labelled_traces(), (THUMB,), rules=JUDGES, grace_s=0.0) as table:
        await answer_all(table)
        await table.delivered()
        told = await page(table, "colleagues")
        found = (await table.desk.agreement.figures()).questions[THUMB.name]
        experiment = (await table.store.experiments())[0].name
    home = tmp_path / "home"
    home.mkdir()
    labeler = Program(home)
    labeler.config.write_text(f'[judges]\nhelpful_v2 = "{THUMB.name}"\n')
    ended = labeler.run("report", "-b", f"local:{tmp_path}/store.db", "-e", experiment, "--json")
    assert (ended.code, ended.err) == (0, "")
    [question] = ended.lines[0]["questions"]
    everybody = found.everybody
    assert everybody is not None
    assert everybody.interval is not None
    assert {
        "items": everybody.items,
        "labels": everybody.labels,
        "percent": everybody.percent.value,
        "alpha": everybody.alpha.value,
        "ci": [everybody.interval.low, everybody.interval.high],
    } == {key: question[key] for key in ("items", "labels", "percent", "alpha", "ci")}
    low, high = map(coefficient_words, question["ci"])
    assert (
        f"colleagues {percent_words(question['percent'])} agree on {COUNT} items "
        f"α {coefficient_words(question['alpha'])} [{low}, {high}]"
    ) in told
    pairs = {who: pair for pair in question["pairs"] for who in pair["reviewers"] if REVIEWER in pair["reviewers"]}
    assert {who: (pair.items, pair.kappa.value) for who, pair in found.colleagues.items()} == {
        who: (pairs[who]["items"], pairs[who]["kappa"]) for who in ("ana", "bo")
    }
    assert f"on {COUNT} items κ {coefficient_words(pairs['ana']['kappa'])}" in told
    assert "on 12 items κ: too few items in common (12)" in told
    check_judges(told)


def check_judges(told: str) -> None:
    """Recount what the page says of both judges."""
    everything = [values_of(number) for number in range(COUNT)]
    by_judge = {
        "judge judges/v1": [
            (each[REVIEWER, SourceType.HUMAN, THUMB.name], each["judges/v1", SourceType.LLM_JUDGE, THUMB.name] == "yes")
            for each in everything
        ],
        "code scorer (as “helpful_v2”)": [
            (each[REVIEWER, SourceType.HUMAN, THUMB.name], True)
            for each in everything
            if ("scorer", SourceType.CODE, "helpful_v2") in each
        ],
    }
    for judge, pairs in by_judge.items():
        agreed = sum(mine is verdict for mine, verdict in pairs)
        share = percent_words(agreed / len(pairs))
        assert f"{judge} {agreed} agreed, {len(pairs) - agreed} corrected {share}" in told
        for word, said in (("Helpful", True), ("Not helpful", False)):
            if of_value := [mine is said for mine, verdict in pairs if verdict is said]:
                assert f"{word}: {sum(of_value)} agreed, {len(of_value) - sum(of_value)} corrected" in told


@pytest.mark.parametrize("blind", [Blindness.UNTIL_SHOWN, Blindness.UNTIL_ANSWERED, Blindness.LOCKED])
async def test_a_blind_review_shows_no_judge_and_no_colleague(tmp_path: Path, blind: Blindness) -> None:
    async with open_table(tmp_path, labelled_traces(), (THUMB,), rules=replace(JUDGES, blind=blind)) as table:
        await answer_all(table)
        told = await page(table, f"{COUNT} of {COUNT} labelled")
        await table.settle()
        for word in ("judge", "colleague", "agree", "correct", "κ", "α", "ana", "scorer", "comparing"):
            assert word not in told
        assert (await table.desk.agreement.figures()).questions == {}


async def test_keys_act_while_figures_are_computed_and_leaving_ends_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, ended = threading.Event(), threading.Event()

    def endless(*_: object) -> list[OwnFigures]:
        intervals = _[-1]
        assert isinstance(intervals, Bootstrap)
        running.set()
        try:
            while True:
                intervals.between()
        finally:
            ended.set()

    monkeypatch.setattr("labeler.agreement.own_figures.own_figures", endless)
    async with open_table(tmp_path, labelled_traces()[:4], (THUMB,), rules=JUDGES) as table:
        await table.press("f", "enter", "y")
        told = await page(table, "comparing with what others said…")
        await table.wait_for(running.is_set, "the computing")
        assert "1 of 4 labelled" in told
        await table.press_at_once("j")
        await table.press_at_once("R")
        await table.wait_for(lambda: "Today, in every worklist" in table.screen, "today")
        await table.press_at_once("q")
        assert not isinstance(table.app.screen, ProgressScreen)
        await table.wait_for(ended.is_set, "the end of the computing")


async def test_what_is_not_cached_is_asked_of_the_backend_or_said_to_be_unknown(tmp_path: Path) -> None:
    async with open_table(tmp_path, labelled_traces()[:6], (THUMB,), rules=JUDGES) as table:
        await answer_all(table)
        desk, cache = table.desk, table.cache
        home = desk.destination_of(desk.state.items[0].trace_id)
        gone = [item.trace_id for item in desk.state.items[:2]]
        await table.everything_is_here()
        for trace_id in gone:
            await cache.run(Cache.forget, home, trace_id)
        assert not await cache.run(Cache.summaries, home, gone)
        online = await desk.agreement.figures()
        assert (online.unread, items_in(online.questions)) == (0, 6)
        offline = await OwnAgreement(desk.state, desk.known, cache, desk.destination_of, OFFLINE).figures()
        assert (offline.unread, items_in(offline.questions)) == (2, 4)


def items_in(questions: Mapping[str, OwnFigures]) -> int:
    everybody = questions[THUMB.name].everybody
    assert everybody is not None
    return everybody.items


async def test_where_a_judge_is_checked_it_alone_is_compared(tmp_path: Path) -> None:
    rules = Rules(checked="helpful_v2")
    async with open_table(tmp_path, labelled_traces()[:6], (THUMB,), rules=rules) as table:
        await answer_all(table)
        told = await page(table, "colleagues")
        assert "code scorer (as “helpful_v2”) 3 agreed, 0 corrected 100 %" in told
        assert "judges/v1" not in told


async def test_a_defect_of_the_comparison_is_told_and_the_rest_of_the_page_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[OwnFigures]:
        raise OverflowError("too large")

    monkeypatch.setattr("labeler.agreement.own_figures.own_figures", broken)
    async with open_table(tmp_path, labelled_traces()[:2], (THUMB,), rules=JUDGES) as table:
        await answer_all(table)
        told = await page(table, "what others said could not be compared: labeler.log says why")
        assert "2 of 2 labelled" in told
