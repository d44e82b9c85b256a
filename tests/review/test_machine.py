"""Any sequence of actions, with every kind of question: what holds after each, and that undo takes all of it back."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from labeler.domain.change import Act, AnswerEffect, Change
from labeler.domain.question import DECLINED_NAME, Categorical, Question, Structured
from labeler.domain.value import JsonValue
from labeler.domain.worklist import ItemState
from labeler.review import action as act
from labeler.review.apply import apply, apply_change
from labeler.review.bulk import plan
from labeler.review.criteria import Criterion, CriterionKind, Filter
from labeler.review.decide import decide
from labeler.review.decision import AskBulk, Decision, FieldKind
from labeler.review.history import History
from labeler.review.labelled import is_labelled
from labeler.review.navigation import next_open
from labeler.review.parts import parts
from labeler.review.state import Advance, ReviewState
from labeler.review.worklist import TO_DO, Item
from tests.review.any_action import (
    ASKED,
    ITEMS,
    aiming_keys,
    answer_keys,
    asking_keys,
    closing_keys,
    comments,
    example,
    moving_keys,
    selecting_keys,
    values,
)
from tests.review.contents import Content, about_traces, content, without_empty
from tests.review.server_model import ServerModel
from tests.review.sitting import Sitting

ANSWERING = (act.Thumb, act.Digit, act.SetAnswer, act.Comment, act.Proceed, act.Clear)
"""What a reviewer does to a question, but submit."""


class AReview(RuleBasedStateMachine):
    @initialize(
        asked=st.lists(st.sampled_from(ASKED), min_size=1, max_size=5, unique=True),
        advance=st.sampled_from(Advance),
        in_place=st.booleans(),
        earlier=st.lists(st.booleans(), min_size=ITEMS, max_size=ITEMS),
    )
    def begin(self, asked: list[Question], advance: Advance, in_place: bool, earlier: list[bool]) -> None:
        self.sitting = Sitting(*asked, items=ITEMS, advance=advance, edits_in_place=in_place)
        self.server = ServerModel()
        for number, labelled in enumerate(earlier):
            if labelled:
                self._label_earlier(f"t{number}")
        self.start = deepcopy(self.sitting.state)
        self.plain = History()
        self.unread: list[Change] = []
        self.at_once = 1
        self.history = [content(self.start)]
        self.future: list[Content] = []

    def _label_earlier(self, trace_id: str) -> None:
        given: list[tuple[Question, JsonValue]] = [
            (question, example(question)) for question in self.state.questions if question.required
        ]
        if given:
            self.sitting.load(trace_id, given, ItemState.LABELLED)
        for answer in self.state.answers_of(trace_id).values():
            self.server.has_from_earlier(answer)

    @property
    def state(self) -> ReviewState:
        return self.sitting.state

    @rule(keys=st.lists(answer_keys, min_size=1, max_size=5))
    def keys_that_answer(self, keys: list[act.Action]) -> None:
        for key in keys:
            self.press(key)

    @rule(key=asking_keys)
    def a_key_that_asks(self, key: act.Action) -> None:
        self.press(key)

    @rule(key=closing_keys)
    def a_key_that_closes(self, key: act.Action) -> None:
        self.press(key)

    @rule(key=aiming_keys)
    def a_key_that_aims(self, key: act.Action) -> None:
        self.press(key)

    @rule(key=moving_keys)
    def a_key_that_moves(self, key: act.Action) -> None:
        self.press(key)

    @rule(keys=st.lists(selecting_keys, min_size=1, max_size=5))
    def keys_that_select(self, keys: list[act.Action]) -> None:
        for key in keys:
            self.press(key)

    @rule(data=st.data(), comment=st.none() | comments)
    def the_same_done_to_several(self, data: st.DataObject, comment: str | None) -> None:
        question = data.draw(st.sampled_from(self.state.questions))
        ways: list[act.OnEach] = [
            act.SetAnswer(question.name, example(question), comment),
            act.SetFlag("look"),
            act.ToggleFlag(),
            act.Defer(),
            act.Decline("out of scope"),
        ]
        each = data.draw(st.sampled_from(ways))
        numbers = data.draw(st.lists(st.integers(0, ITEMS - 1), min_size=1, unique=True))
        self.press(act.Bulk(each, tuple(f"t{number}" for number in numbers)))

    @rule(data=st.data(), number=st.integers(0, ITEMS - 1), text=comments)
    def something_about_an_item_that_was_left(self, data: st.DataObject, number: int, text: str) -> None:
        trace_id = f"t{number}"
        given = [each.name for each in self.state.questions if each.name in self.state.answers_of(trace_id)]
        if given and trace_id != self.sitting.here:
            self.press(act.OnItem(trace_id, act.Comment(data.draw(st.sampled_from(given)), text)))
        elif trace_id != self.sitting.here and not self.state.is_flagged(trace_id):
            self.press(act.OnItem(trace_id, act.SetFlag(text)))

    @rule(data=st.data(), comment=st.none() | comments)
    def a_whole_value(self, data: st.DataObject, comment: str | None) -> None:
        question = data.draw(st.sampled_from(self.state.questions))
        self.press(act.SetAnswer(question.name, data.draw(values), comment))

    @rule(data=st.data())
    def a_value_that_fits(self, data: st.DataObject) -> None:
        question = data.draw(st.sampled_from(self.state.questions))
        self.press(act.SetAnswer(question.name, example(question)))

    @precondition(lambda self: any(isinstance(each.input, Structured) for each in self.state.questions))
    @rule(data=st.data(), value=values)
    def a_value_for_a_field(self, data: st.DataObject, value: JsonValue) -> None:
        fields = [part for part in parts(self.state.questions) if part.field is not None]
        part = data.draw(st.sampled_from(fields))
        self.press(act.SetAnswer(part.question.name, value, field_name=part.field_name))

    @rule(data=st.data(), text=comments)
    def a_comment(self, data: st.DataObject, text: str) -> None:
        taking = [question for question in self.state.questions if question.takes_comment]
        if taking:
            self.press(act.Comment(data.draw(st.sampled_from(taking)).name, text))

    @rule(absent=st.just(()) | st.lists(st.integers(0, ITEMS - 1), max_size=3))
    def the_network_goes_or_comes(self, absent: Sequence[int]) -> None:
        self.state.worklist.set_absent({f"t{index}" for index in absent})

    @rule(shown=st.none() | st.sets(st.integers(0, ITEMS - 1), max_size=4))
    def a_filter_is_set_or_ended(self, shown: set[int] | None) -> None:
        criterion = Criterion(CriterionKind.TEXT, value="any")
        self.press(act.ShowOnly(None if shown is None else Filter(criterion, sorted(shown))))
        assert not shown or self.state.position in shown

    @rule()
    def undo(self) -> None:
        self.press(act.Undo())

    @precondition(lambda self: self.plain.undone)
    @rule()
    def redo(self) -> None:
        self.press(act.Redo())

    @rule(at_once=st.integers(1, 5))
    def leave_and_go_on_with_little_of_the_log_read(self, at_once: int) -> None:
        self.unread, self.at_once = list(self.sitting.changes), at_once
        self.state.choosing = False
        self.state.history = History(is_whole=False)
        self._read_on()

    def _read_on(self) -> None:
        page, self.unread = self.unread[-self.at_once :], self.unread[: -self.at_once]
        self.state.history.add_earlier(reversed(page))
        self.state.history.is_whole = not self.unread

    def _read_for(self, action: act.Action) -> None:
        history = self.state.history
        while isinstance(action, act.Undo) and not history.knows_what_undo_takes_back:
            self._read_on()
        while isinstance(action, act.Redo) and not history.knows_what_redo_takes_back:
            self._read_on()

    def press(self, action: act.Action) -> Decision | None:
        """Do it, with everything checked that must hold for the decision and for the step it makes."""
        state = self.state
        self._read_for(action)
        untouched = deepcopy(state)
        decision = decide(state, action, self.sitting.stamp())
        planned = plan(state, decision.each) if isinstance(decision, AskBulk) else None
        assert state == untouched, "deciding changes nothing"
        if planned is not None:
            return self.press(act.Bulk(planned.each, planned.first)) if planned.first else None
        if not isinstance(decision, Decision):
            assert decision.says
            return None
        self._is_in_range(decision)
        if decision.change is not None:
            for effect in decision.change.effects:
                if isinstance(effect, AnswerEffect):
                    assert effect.before == state.answers_of(effect.trace_id, effect.span_id).get(effect.question)
                    assert effect.before != effect.after
                else:
                    assert effect.before is state.items[state.index_of[effect.trace_id]].state
            self._takes_back_the_last_one(decision.change)
            self.sitting.changes.append(decision.change)
            self.server.receive(decision.change)
        changed = apply(state, decision)
        assert changed.moved == (untouched.position != state.position)
        self._paints_what_changed(untouched, changed.rows)
        if decision.change is not None:
            self._keeps_history(decision.change.act)
        self._keeps_to_the_aim(untouched, action, decision)
        return decision

    def _takes_back_the_last_one(self, change: Change) -> None:
        """Undo and redo find the change that they would find with all of the log at hand."""
        last = {Act.UNDO: self.plain.done[-1:], Act.REDO: self.plain.undone[-1:]}.get(change.act, [])
        assert change.reverses == (last[0].id if last else None)
        self.plain.add(change)

    def _keeps_to_the_aim(self, before: ReviewState, action: act.Action, decision: Decision) -> None:
        """While aimed, what is answered is about the span and about nothing else, and takes the reviewer nowhere."""
        if self.state.position != before.position:
            assert self.state.aim is None
        if not isinstance(action, ANSWERING) or before.selection:
            return
        assert self.state.aim == before.aim
        if decision.change is not None:
            answered = [each for each in decision.change.effects if isinstance(each, AnswerEffect)]
            assert {each.span_id for each in answered if each.question != DECLINED_NAME} <= {before.aim}
        if before.aim is not None:
            assert self.state.position == before.position
            assert [item.state for item in self.state.items] == [item.state for item in before.items]
            assert about_traces(self.state) == about_traces(before)
            assert not decision.submits

    def _is_in_range(self, decision: Decision) -> None:
        if decision.position is not None:
            assert 0 <= decision.position < ITEMS
        if decision.focus is not None:
            assert 0 <= decision.focus < len(self.state.questions)
        if decision.trail is not None:
            assert self.state.trail.visited[decision.trail] == decision.position
        if decision.ask is not None and decision.ask.field not in (FieldKind.FLAG, FieldKind.DECLINE):
            assert decision.ask.question in {question.name for question in self.state.questions}

    def _paints_what_changed(self, before: ReviewState, rows: tuple[int, ...]) -> None:
        for index, (old, new) in enumerate(zip(before.items, self.state.items, strict=True)):
            same = all(
                before.answers_of(old.trace_id, about) == self.state.answers_of(old.trace_id, about)
                for about in (None, "0a", "0b")
            )
            assert (old.state is new.state and same) or index in rows
        assert self.state.position in rows

    def _keeps_history(self, done: Act) -> None:
        if done is Act.UNDO:
            self.future.append(self.history.pop())
            assert content(self.state) == self.history[-1]
        elif done is Act.REDO:
            self.history.append(self.future.pop())
            assert content(self.state) == self.history[-1]
        else:
            if done is Act.CHOOSE:
                self.history.pop()
            if len(self.history) == len(self.plain.done):
                self.history.append(content(self.state))
            assert content(self.state) == self.history[-1], "only what is off again is no step"
            self.future.clear()

    @precondition(lambda self: len(self.plain.done) > 5)
    @rule()
    def undo_of_everything_returns_to_the_start_and_redo_to_the_end(self) -> None:
        end, steps = content(self.state), len(self.plain.done)
        for _ in range(steps):
            assert self.press(act.Undo()) is not None
        assert self.press(act.Undo()) is None
        assert content(self.state) == content(self.start)
        for _ in range(steps):
            assert self.press(act.Redo()) is not None
        assert content(self.state) == end

    @rule()
    def replaying_the_changes_gives_the_same_review(self) -> None:
        replayed = deepcopy(self.start)
        for change in self.sitting.changes:
            apply_change(replayed, change)
        assert without_empty(replayed) == without_empty(self.state)
        assert [item.state for item in replayed.items] == [item.state for item in self.state.items]
        assert replayed.history == self.plain
        assert replayed.labelled == self.state.labelled
        assert list(replayed.worklist.deferred) == list(self.state.worklist.deferred)

    @rule()
    def the_changes_alone_tell_the_state_of_every_item_they_touch(self) -> None:
        replayed = ReviewState(self.state.questions)
        replayed.add_items(Item(item.trace_id, "e", "") for item in self.state.items)
        for change in self.sitting.changes:
            apply_change(replayed, change)
        for item in self.state.items:
            if item.trace_id in replayed.touched:
                assert replayed.items[replayed.index_of[item.trace_id]].state is item.state

    @invariant()
    def what_is_known_of_the_history_is_the_end_of_all_of_it(self) -> None:
        history, plain = self.state.history, self.plain
        assert history.done == plain.done[len(plain.done) - len(history.done) :]
        assert history.undone == plain.undone[len(plain.undone) - len(history.undone) :]
        if history.is_whole:
            assert (history.done, history.undone) == (plain.done, plain.undone)

    @invariant()
    def labelled_counts_the_labelled_items(self) -> None:
        assert self.state.labelled == sum(item.state is ItemState.LABELLED for item in self.state.items)

    @invariant()
    def deferred_lists_the_deferred_items_once(self) -> None:
        deferred = [item.trace_id for item in self.state.items if item.state is ItemState.DEFERRED]
        assert sorted(self.state.worklist.deferred) == deferred

    @invariant()
    def what_is_remembered_of_the_worklist_is_what_a_walk_over_it_finds(self) -> None:
        state, here = self.state, self.state.position
        items, worklist = state.items, state.worklist
        filtered = range(ITEMS) if state.filter is None else state.filter.shown
        around = [index for index in [*range(here + 1, ITEMS), *range(here)] if index in filtered]
        here_now = [index for index in around if items[index].trace_id not in state.absent]
        to_do = [index for index in here_now if items[index].state is ItemState.OPEN]
        in_turn = [
            trace_id
            for trace_id in worklist.deferred
            if not worklist.is_aside(trace_id) or trace_id == items[here].trace_id
        ]
        if items[here].state is ItemState.DEFERRED:
            turn = in_turn.index(items[here].trace_id)
            in_turn = in_turn[turn + 1 :] + in_turn[:turn]
        to_do += [state.index_of[each] for each in in_turn if state.index_of[each] in here_now]
        assert next_open(state) == next(iter(to_do), None)
        unlabelled = [index for index in filtered if items[index].state is not ItemState.LABELLED]
        assert list(worklist.unlabelled_after(here)) == [index for index in unlabelled if index > here]
        for each in ItemState:
            assert worklist.count_of(each) == sum(item.state is each for item in items)
        left = [item.state in TO_DO and not worklist.is_aside(item.trace_id) for item in items]
        work = [index for index in filtered if left[index]]
        away = [index for index in work if items[index].trace_id in state.absent]
        assert worklist.has_absent_to_do == bool(away)
        assert (worklist.work_shown, worklist.work_left) == (len(work), sum(left))
        is_open = [index for index in work if index not in away and items[index].state is ItemState.OPEN]
        assert list(worklist.open_shown()) == is_open
        assert worklist.neighbour(here, 1) == next((index for index in filtered if index > here), None)
        assert worklist.neighbour(here, -1) == next((index for index in reversed(filtered) if index < here), None)
        for item in items:
            said = {span_id: answers for (about, span_id), answers in state.answers.items() if about == item.trace_id}
            assert state.answers_by_span(item.trace_id) == said

    @invariant()
    def every_live_answer_is_the_valid_assessment_on_a_server_and_no_other_is(self) -> None:
        live = [a.assessment_id for answers in self.state.answers.values() for a in answers.values()]
        assert len(live) == len(set(live))
        assert set(live) == self.server.valid

    @invariant()
    def a_labelled_item_has_its_required_answers_and_no_reason_for_declining(self) -> None:
        for item in self.state.items:
            answers = self.state.answers_of(item.trace_id)
            if item.state is ItemState.LABELLED:
                has_required = any(question.required for question in self.state.questions)
                assert is_labelled(answers, self.state.questions) or not has_required, "nothing is submitted when asked"
            assert ("labeler.declined" in answers) == (item.state is ItemState.DECLINED)

    @invariant()
    def the_reviewer_stands_somewhere_and_the_trail_knows(self) -> None:
        state = self.state
        assert 0 <= state.position < ITEMS
        assert 0 <= state.focus < len(state.questions)
        assert (state.focus, state.field_index) in [part.place for part in parts(state.questions)]
        if state.trail.visited:
            assert state.trail.visited[state.trail.at] == state.position

    @invariant()
    def only_a_choice_of_several_is_being_chosen(self) -> None:
        if self.state.choosing:
            assert self.state.part is not None
            assert isinstance(self.state.part.asked.input, Categorical)
            assert self.state.part.asked.input.multiple


TestAReview = AReview.TestCase
TestAReview.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
