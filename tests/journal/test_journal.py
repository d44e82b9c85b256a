"""What the journal keeps of a review, from one start to the next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType
from labeler.domain.change import Act, Answer, AnswerEffect, Blind, Change, StateEffect
from labeler.domain.destination import Destination
from labeler.domain.question import DECLINED_NAME, FLAG_NAME
from labeler.domain.trace import TraceState
from labeler.domain.worklist import ItemState, WorklistRow
from labeler.journal.attempt_outcomes import Delivered
from labeler.journal.journal import Journal
from labeler.journal.models import DeliveryOp, DeliveryState
from labeler.journal.serialization import effects_from_json, effects_to_json, spec_from_json, spec_key, to_json
from tests.journal.sitting import HOME, Sitting, mint, rows, spec

texts = st.text(st.characters(), max_size=12)  # half characters and NUL included
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
answers = st.builds(
    Answer,
    texts,
    json_values,
    st.none() | texts,
    st.integers(0),
    st.integers(0),
    st.sampled_from(Blind),
    st.none() | texts,
)
effects = st.builds(
    AnswerEffect,
    texts,
    texts,
    st.sampled_from(AssessmentKind),
    st.none() | answers,
    st.none() | answers,
    st.none() | texts,
) | st.builds(StateEffect, texts, st.sampled_from(ItemState), st.sampled_from(ItemState))


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal.open(tmp_path / "journal.db")
    yield journal
    journal.close()


@given(st.lists(effects, max_size=3).map(tuple))
def test_whatever_a_change_holds_comes_back_as_it_was(some: tuple[AnswerEffect | StateEffect, ...]) -> None:
    assert effects_from_json(effects_to_json(some)) == some


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(text=texts)
def test_a_draft_comes_back_letter_by_letter(journal: Journal, text: str) -> None:
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1"))
    journal.reviews.save_draft(review.id, "tr-1", "comment:helpful", text)
    assert journal.reviews.drafts(review.id).get(("tr-1", "comment:helpful"), "") == text


def test_the_same_spec_begun_again_is_the_same_review_continued(journal: Journal) -> None:
    first = journal.reviews.begin(spec(queue_id="rq-1", label="Autumn"), 1)
    other = journal.reviews.begin(spec(filter="status = 'OK'"), 2)
    assert journal.reviews.last() == other
    again = journal.reviews.begin(replace(spec(queue_id="rq-1"), reviewer=" Rhea.K", label="Winter"), 3)
    assert (again.id, again.begun_at_ms, again.spec.label) == (first.id, 1, "Winter")
    assert journal.reviews.last() == again
    for different in (replace(spec(queue_id="rq-1"), workspace="w"), replace(spec(queue_id="rq-1"), sample=5)):
        assert journal.reviews.begin(different, 4).id not in (first.id, other.id)


def test_the_words_of_a_selection_are_its_review_on_any_day_and_one_with_an_instant_keeps_it(journal: Journal) -> None:
    by_words = journal.reviews.begin(replace(spec(), since="3d"), 1)
    by_instant = journal.reviews.begin(replace(spec(), since_ms=5), 2)
    assert journal.reviews.begin(replace(spec(), since="3d", sprint="autumn"), 3).id == by_words.id
    assert journal.reviews.begin(replace(spec(), since_ms=5), 4) == by_instant
    assert len({by_words.id, by_instant.id, journal.reviews.begin(replace(spec(), since="4d"), 5).id}) == 3


def test_the_review_of_an_earlier_version_is_found_by_the_key_and_read_by_the_spec_that_it_wrote() -> None:
    earlier = {
        "backend_uri": "http://harbour.example",
        "workspace": "",
        "experiment_ids": ["7"],
        "reviewer": "rhea.k",
        "queue_id": None,
        "filter": "status = 'OK'",
        "order_by": [],
        "since_ms": 5,
        "limit": None,
        "sample": None,
        "seed": None,
        "trace_ids": [],
    }
    today = replace(spec(filter="status = 'OK'", label="Autumn"), reviewer="Rhea.K ", since_ms=5)
    assert spec_key(today) == to_json(earlier)
    written = {**earlier, "reviewer": "Rhea.K ", "label": "Autumn", "notes_local": False, "address": ""}
    assert spec_from_json(to_json(written)) == today


def test_a_worklist_only_ever_grows_at_its_end(journal: Journal) -> None:
    review = journal.reviews.begin(spec(), 1)
    assert journal.reviews.add_items(review.id, rows("b", "a")) == 2
    assert journal.reviews.add_items(review.id, rows("c", "a", "d", "c")) == 2
    assert [item.trace_id for item in journal.reviews.items(review.id)] == ["b", "a", "c", "d"]
    half = WorklistRow("e", "7", "half a \ud83d character", 5, TraceState.ERROR)
    journal.reviews.add_items(review.id, [half])
    assert journal.reviews.items(review.id)[-1] == replace(half, title="half a ? character")


def test_position_identity_and_trust_are_remembered(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal.db")
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.save_position(review.id, "tr-9")
    journal.remembered.keep_reviewer("http://harbour.example", "rhea.k", "asked")
    journal.remembered.trust("http://harbour.example")
    journal.close()
    journal = Journal.open(tmp_path / "journal.db")
    last = journal.reviews.last()
    assert last is not None
    assert last.position == "tr-9"
    assert journal.remembered.reviewer("http://harbour.example") == ("rhea.k", "asked")
    assert journal.remembered.reviewer("http://other.example") is None
    assert journal.remembered.trusted() == {"http://harbour.example"}
    journal.close()


def test_notes_stay_in_the_journal_where_the_review_says_so(journal: Journal) -> None:
    for notes_local, expected in ((False, [FLAG_NAME, DECLINED_NAME]), (True, [])):
        review = journal.reviews.begin(spec(filter=f"f {notes_local}", notes_local=notes_local), 1)
        journal.reviews.add_items(review.id, rows("tr-1"))
        for name in (FLAG_NAME, DECLINED_NAME):
            effect = AnswerEffect("tr-1", name, AssessmentKind.FEEDBACK, None, Answer(mint(), True, "note", 1, 1))
            journal.changes.record(review.id, Change(f"c-{name}-{notes_local}", Act.FLAG, "tr-1", 1, (effect,)))
        assert [each.name for each in journal.queries.deliveries([HOME])] == expected
        journal.outbox.discard([each.id for each in journal.queries.deliveries([HOME])], 5)


def test_every_row_keeps_the_destination_it_was_made_for(journal: Journal) -> None:
    sitting = Sitting()
    places = [HOME, replace(HOME, workspace="team"), replace(HOME, backend_uri="http://other.example")]
    for place in places:
        review = journal.reviews.begin(replace(spec(), backend_uri=place.backend_uri, workspace=place.workspace), 1)
        journal.reviews.add_items(review.id, [replace(row, experiment_id="9") for row in rows("tr-9")] + rows("tr-1"))
        sitting.cells.clear()
        for trace in ("tr-1", "tr-9"):
            journal.changes.record(review.id, sitting.answer(trace, "helpful", True, None, 1))
    wanted = [replace(place, experiment_id=each) for place in places for each in ("7", "9")]
    assert sorted(journal.queries.destinations()) == sorted(wanted)
    for place in wanted:
        assert [each.destination for each in journal.queries.deliveries([place])] == [place]
        assert len(journal.changes.answers([place], "rhea.k")) == 1
        assert journal.queries.elsewhere([place]) == dict.fromkeys(set(wanted) - {place}, 1)
    journal.outbox.release_all(1)
    assert [claim.delivery.destination for claim in journal.outbox.claim([wanted[3]], 10, 0, 9)] == [wanted[3]]
    assert journal.outbox.claim([Destination("http://unknown.example", "", "1")], 10, 0, 9) == []


def test_pushing_a_label_twice_queues_it_once_and_never_replaces_an_answer(journal: Journal) -> None:
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1"))
    sitting = Sitting()
    journal.changes.record(review.id, sitting.answer("tr-1", "helpful", False, None, 1))
    source = Source(SourceType.HUMAN, "rhea.k")
    labels = [
        Assessment(mint(), trace, "helpful", AssessmentKind.FEEDBACK, True, source, created_at_ms=9)
        for trace in ("tr-1", "tr-2")
    ]
    assert journal.imported.enqueue(HOME, labels, 5) == 2
    assert journal.imported.enqueue(HOME, labels, 6) == 0
    known = {
        trace: answer.value for (trace, _, _), answer in journal.changes.answers([HOME], "rhea.k").items() if answer
    }
    assert known == {"tr-1": False, "tr-2": True}
    claims = journal.outbox.claim([HOME], 10, 5_000, 9)
    assert claims == []
    assert {c.wire_id for c in journal.outbox.claim([HOME], 5_005, 5_000, 9)} == {label.id for label in labels}


def test_an_unsent_change_replaces_and_a_sent_one_is_overridden(journal: Journal) -> None:
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1"))
    sitting = Sitting()
    for value in (1, 2, 3):
        journal.changes.record(review.id, sitting.answer("tr-1", "quality", value, None, value))
    (only,) = journal.queries.deliveries([HOME])
    assert only.assessment is not None
    assert (only.assessment.value, only.assessment.overrides) == (3, None)
    journal.outbox.release_all(5)
    (claim,) = journal.outbox.claim([HOME], 5, 0, 9)
    journal.changes.record(review.id, sitting.answer("tr-1", "quality", 4, None, 6))
    first, second = journal.queries.deliveries([HOME])
    assert second.assessment is not None
    assert second.assessment.overrides == first.assessment_id == claim.wire_id
    journal.outbox.release_all(7)
    assert journal.outbox.claim([HOME], 8, 0, 9, busy=["tr-1"]) == []
    journal.outbox.settle([(claim.delivery.id, Delivered())], 8)
    assert [each.delivery.id for each in journal.outbox.claim([HOME], 8, 0, 9)] == [second.id]


def test_an_answer_given_in_another_review_meanwhile_is_superseded_and_not_stood_beside(journal: Journal) -> None:
    reviews = [journal.reviews.begin(spec(filter=f"f {number}"), number) for number in range(2)]
    sittings = [Sitting(), Sitting()]
    for review in reviews:
        journal.reviews.add_items(review.id, rows("tr-1"))
    for review, sitting in zip(reviews, sittings, strict=True):
        journal.changes.record(review.id, sitting.answer("tr-1", "helpful", review.begun_at_ms, None, 1))
    (only,) = journal.queries.deliveries([HOME])
    assert only.assessment is not None
    assert only.assessment.value == 1
    journal.outbox.release_all(2)
    journal.outbox.claim([HOME], 3, 0, 9)
    journal.changes.record(reviews[0].id, sittings[0].answer("tr-1", "helpful", 5, None, 4))
    first, second = journal.queries.deliveries([HOME])
    assert second.assessment is not None
    assert second.assessment.overrides == first.assessment_id


def test_the_screen_learns_how_far_each_answer_got(journal: Journal) -> None:
    review = journal.reviews.begin(spec(), 1)
    journal.reviews.add_items(review.id, rows("tr-1", "tr-2"))
    sitting = Sitting()
    for trace in ("tr-1", "tr-2"):
        journal.changes.record(review.id, sitting.answer(trace, "helpful", True, None, 1))
    one, two = (sitting.cells[trace, "helpful"].assessment_id for trace in ("tr-1", "tr-2"))
    journal.outbox.release("tr-1", 1)
    (claim,) = journal.outbox.claim([HOME], 5, 0, 9)
    journal.outbox.settle([(claim.delivery.id, Delivered())], 6)
    fates = journal.queries.delivery_of([one, two, "somebody's"])
    assert {each: fate.state for each, fate in fates.items()} == {
        one: DeliveryState.DELIVERED,
        two: DeliveryState.WAITING,
    }
    sitting.edits_in_place = True
    journal.changes.record(review.id, sitting.answer("tr-1", "helpful", False, None, 7))
    assert [each.op for each in journal.queries.deliveries([HOME])] == [DeliveryOp.CREATE, DeliveryOp.UPDATE]
    assert journal.queries.delivery_of([one])[one].state is DeliveryState.WAITING
    assert [answer.assessment.value for answer in journal.queries.standing([HOME])] == [False, True]
