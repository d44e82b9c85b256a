"""Everything that was said about a trace: what the backend told, with what the reviewer has changed since."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace

from labeler.desk.document_cache import Library, PreparedTrace
from labeler.desk.restore import Cells
from labeler.domain import answer_metadata
from labeler.domain.assessment import Assessment, AssessmentKind, Source, SourceType, same_reviewer
from labeler.domain.change import Answer, AnswerEffect, Change, says_the_same
from labeler.domain.question import NOTE_NAMES, Question
from labeler.domain.sprint import in_scope, plan_of, scope_of_plan
from labeler.domain.trace import TraceSummary
from labeler.domain.worklist import ReviewSpec
from labeler.review.my_answer import Asked, JournalWord, Mine, Reading, merge
from labeler.review.own_assessments import by_others
from labeler.review.state import ReviewState


class KnownAssessments:
    """What was said about the traces of a review, by the backend's account and by the reviewer since.

    `cells` are the journal's answers at the start: an older listing from the backend must not bring back what the
    reviewer cleared. `retired` are the IDs of answers that the journal knows to be superseded or taken back,
    `shown` those of answers that came from elsewhere and were shown. `in_conflict` are the IDs of traces on which an
    answer given here waits, or has to, because another of the reviewer's own stands there that was never shown.
    """

    def __init__(self, state: ReviewState, spec: ReviewSpec, cells: Cells, library: Library) -> None:
        self.retired: set[str] = set()
        self.shown: set[str] = set()
        self.in_conflict: set[str] = set()
        self._others_on_spans: set[str] = set()
        self._state = state
        self.reviewer = spec.reviewer
        self._scope = spec.sprint
        plan = plan_of(spec.sprint, spec.plan) if spec.sprint else None
        # Whatever is in this worklist was given to this reviewer.
        self._sprints = () if plan is None else (scope_of_plan(plan, {spec.reviewer: state.index_of}),)
        self._cells: dict[str, dict[tuple[str | None, str], Answer | None]] = {}
        self.learn(cells)
        self._library = library

    def learn(self, cells: Cells) -> None:
        """Take in more of the journal's answers."""
        for (trace_id, span_id, name), answer in cells.items():
            self._cells.setdefault(trace_id, {})[span_id, name] = answer

    def journaled(self, trace_id: str) -> Mapping[tuple[str | None, str], Answer | None]:
        """Return the journal's answers about a trace and its spans, by span ID and question; None: cleared."""
        return self._cells.get(trace_id, {})

    def journaled_of_trace(self, trace_id: str) -> dict[str, Answer | None]:
        """Return the journal's answers about the trace itself, by question; None: cleared."""
        return {name: answer for (span_id, name), answer in self.journaled(trace_id).items() if span_id is None}

    def about(self, trace_id: str) -> list[Assessment]:
        """List everything ever said about a prepared trace, the reviewer's own answers as they are now.

        Where what others said is hidden, only what the reviewer said; in a sprint only what they said in it, since
        their earlier answer would decide the second one.
        """
        prepared, state = self._library.get(trace_id), self._state
        told = prepared.assessments if prepared else ()
        mine = state.answers_by_span(trace_id)
        said = everything_said(trace_id, told, mine, self.retired, state.questions, self.reviewer)
        if not state.hides_others_of(trace_id):
            return said
        own = by_reviewer(said, self.reviewer)
        if not self._scope:
            return own
        given = {answer.assessment_id for answers in mine.values() for answer in answers.values()}
        is_in_scope = in_scope(self._scope, self._sprints)
        return [each for each in own if each.id in given or is_in_scope(each)]

    def about_spans(self, trace_id: str) -> dict[str, list[Assessment]]:
        """Return what stands of all that was said about the spans of a prepared trace, by span ID, as in `about`."""
        prepared = self._library.get(trace_id)
        is_told = prepared is not None and any(each.span_id is not None for each in prepared.assessments)
        found: dict[str, list[Assessment]] = {}
        if is_told or self._has_mine_on_spans(trace_id):
            for each in self.about(trace_id):
                if each.span_id is not None and each.valid:
                    found.setdefault(each.span_id, []).append(each)
        return found

    def has_any_on_spans(self, trace_id: str) -> bool:
        """Return whether I answered about a span of a trace or, as far as it was read, others said anything of one.

        Not what is hidden. What is said about a top-level span is said about the trace.
        """
        is_told = trace_id in self._others_on_spans and not self._state.hides_others_of(trace_id)
        return is_told or self._has_mine_on_spans(trace_id)

    def note_read(self, prepared: PreparedTrace) -> bool:
        """Note of a trace just read whether others said anything about its spans; return whether that is new."""
        trace_id, before = prepared.raw.summary.id, len(self._others_on_spans)
        self._others_on_spans.discard(trace_id)
        if any(each.span_id is not None for each in prepared.others):
            self._others_on_spans.add(trace_id)
        return len(self._others_on_spans) != before

    def _has_mine_on_spans(self, trace_id: str) -> bool:
        answers = self._state.answers_by_span(trace_id)
        return any(given and span_id is not None for span_id, given in answers.items())

    def by_others(self, trace_id: str, span_id: str | None = None) -> Sequence[Assessment]:
        """List what judges, code and others said about a prepared trace or a span; nothing where that is hidden."""
        prepared = self._library.get(trace_id)
        if prepared is None or self._state.hides_others_of(trace_id):
            return ()
        if span_id is None:
            return prepared.others
        return [each for each in by_others(prepared.assessments, self.reviewer) if each.span_id == span_id]

    def labels_on(self, trace_id: str, told: Iterable[Assessment], judges: Container[str]) -> list[Assessment]:
        """List what counts in a comparison of labels on a trace: my answers as they stand, and what others told.

        Of people what is in this review's scope, of judges and code feedback of the names in `judges`. My answers that
        stand on the backend no more do not count.
        """
        state, is_in_scope = self._state, in_scope(self._scope, self._sprints)
        asked = {question.name for question in state.questions}
        mine = {
            span_id: {name: each for name, each in answers.items() if name in asked and not each.has_fallen}
            for span_id, answers in state.answers_by_span(trace_id).items()
        }
        labels = everything_said(trace_id, (), mine, (), state.questions, self.reviewer)
        people = (each for each in told if each.source.type is SourceType.HUMAN and each.name in asked)
        labels += [each for each in people if is_in_scope(each) and not same_reviewer(each.source.id, self.reviewer)]
        labels += [each for each in told if each.source.type is not SourceType.HUMAN and each.name in judges]
        return labels

    def mine(self, trace_id: str) -> dict[tuple[str | None, str], Mine]:
        """Return my answers about a prepared trace and its spans, by span ID and question, with what to say of each."""
        prepared = self._library.get(trace_id)
        return {} if prepared is None else self.merged(prepared.raw.summary)

    def not_shown_yet(self, trace_id: str) -> set[str]:
        """Return the IDs of assessments of mine that are shown with this trace, and of which that is not noted yet.

        Those that were given here are known without that.
        """
        mine = self.mine(trace_id).values()
        ids = {assessment.id for each in mine for assessment in each.beside}
        ids |= {each.answer.assessment_id for each in mine if each.answer is not None and each.supersedes is not None}
        given = {answer.assessment_id for answer in self.journaled(trace_id).values() if answer is not None}
        return ids - self.shown - given

    def merged(
        self, summary: TraceSummary, settled: Mapping[tuple[str | None, str], int | None] | None = None
    ) -> dict[tuple[str | None, str], Mine]:
        """Merge the journal's answers about a trace with what was told, by span ID and question.

        `settled` is when the last delivery of each answer was acknowledged (`OutboxQueries.settled_in`). Without it the
        journal's answers count, where it has any.
        """
        known, read_at_ms = self.journaled(summary.id), summary.read_at_ms
        asked = {question.name: question for question in self._state.questions}
        places = dict.fromkeys((*known, *((each.span_id, each.name) for each in summary.assessments)))
        current = [each for each in summary.assessments if each.id not in self.retired]
        is_in_scope, shown = in_scope(self._scope, self._sprints), self.shown | self.retired
        merged = {}
        for span_id, name in places:
            if name in asked or name in NOTE_NAMES:
                word = _word(known, (span_id, name), settled)
                is_later = word is not None and _is_later(summary, word.settled_at_ms)
                told = Reading(read_at_ms, summary.assessments if is_later else current)
                place = Asked(name, asked.get(name), self.reviewer, span_id, is_in_scope)
                merged[span_id, name] = merge(place, word, told, shown)
        return merged

    def unknown_answers(self, summary: TraceSummary) -> dict[str | None, dict[str, Answer]]:
        """Find the reviewer's answers in what was just read that the journal does not know, by span ID and question.

        What there is to say of them is kept in the state of the review.
        """
        known, merged = self.journaled(summary.id), self.merged(summary)
        self._note(summary.id, merged)
        unknown: dict[str | None, dict[str, Answer]] = {}
        for (span_id, name), mine in merged.items():
            if mine.answer is not None and (span_id, name) not in known:
                unknown.setdefault(span_id, {})[name] = mine.answer
        return unknown

    def told_since(
        self, summary: TraceSummary, settled: Mapping[tuple[str | None, str], int | None]
    ) -> dict[str | None, dict[str, Answer]]:
        """Find the answers of mine in what was just read that came after the journal's, or have fallen or risen since.

        They are returned by span ID and question. `settled` is as for `merged`: while an answer is on its way, the
        journal's counts. What there is to say of them is kept in the state of the review.
        """
        trace_id, merged = summary.id, self.merged(summary, settled)
        self._note(trace_id, merged)
        if any(mine.conflicts and _is_later(summary, settled.get(place)) for place, mine in merged.items()):
            self.in_conflict.add(trace_id)
        known, news = self.journaled(trace_id), dict[str | None, dict[str, Answer]]()
        for (span_id, name), mine in merged.items():
            answer, shown = mine.answer, self._state.answers_of(trace_id, span_id).get(name)
            if answer is None:
                continue
            journaled = known.get((span_id, name))
            is_other = journaled is None or journaled.assessment_id != answer.assessment_id
            is_other = is_other or (shown is not None and not says_the_same(shown, answer))
            is_same = shown is not None and shown.assessment_id == answer.assessment_id
            has_moved = is_same and shown is not None and shown.has_fallen != answer.has_fallen
            if has_moved or is_other:
                news.setdefault(span_id, {})[name] = answer
        return news

    def _note(self, trace_id: str, merged: Mapping[tuple[str | None, str], Mine]) -> None:
        """Keep in the state of the review what there is to say of answers of mine about a trace."""
        for (span_id, name), mine in merged.items():
            place = (trace_id, span_id), name
            if mine.beside or mine.retire or mine.conflicts or (mine.answer is not None and mine.answer.has_fallen):
                self._state.mine[place] = mine
            else:
                self._state.mine.pop(place, None)

    def is_told_of_more(self, summary: TraceSummary) -> bool:
        """Return whether a valid answer of mine was read that the journal does not have, or that says otherwise now."""
        given = self._given(summary.id)
        own = by_reviewer(summary.assessments, self.reviewer)
        return any(each.valid and not _is_as_given(each, given) for each in own)

    def mark_of(self, summary: TraceSummary) -> int:
        """Return a number that is another one once anything was said of a trace by other ways than from here."""
        given = self._given(summary.id)
        told = (each for each in summary.assessments if not _is_as_given(each, given) and each.id not in self.retired)
        return hash(tuple((each.id, each.valid, repr(each.value), each.rationale) for each in told))

    def _given(self, trace_id: str) -> Mapping[str, Answer]:
        """Return the journal's answers about a trace and its spans, by the IDs of their assessments."""
        return {answer.assessment_id: answer for answer in self.journaled(trace_id).values() if answer is not None}

    def changed(self, change: Change) -> None:
        """Take in what the reviewer has just done."""
        for effect in change.effects:
            if isinstance(effect, AnswerEffect):
                self.learn({(effect.trace_id, effect.span_id, effect.question): effect.after})
                if effect.before is not None:
                    self.retired.add(effect.before.assessment_id)
                if effect.after is not None:
                    self.retired.discard(effect.after.assessment_id)
                self.retired |= {each.id for each in effect.retired}
                self.retired -= {each.id for each in effect.restored}


def _is_later(summary: TraceSummary, settled_at_ms: int | None) -> bool:
    """Return whether a trace was read after an answer about it had been acknowledged (None: it was not yet)."""
    return settled_at_ms is not None and summary.read_at_ms > settled_at_ms


def _is_as_given(assessment: Assessment, given: Mapping[str, Answer]) -> bool:
    """Return whether an assessment is one of these answers, and nobody has edited it where it stands."""
    answer = given.get(assessment.id) or given.get(assessment.metadata.get(answer_metadata.ID, ""))
    return answer is not None and says_the_same(answer, answer_metadata.answer_of(assessment, assessment.value))


def _word(
    known: Mapping[tuple[str | None, str], Answer | None],
    place: tuple[str | None, str],
    settled: Mapping[tuple[str | None, str], int | None] | None,
) -> JournalWord | None:
    """Return what the journal holds of a question; None where it holds nothing. What was cleared unsent is settled."""
    if place not in known:
        return None
    answer = known[place]
    if settled is None:
        return JournalWord(answer)
    return JournalWord(answer, settled.get(place, 0 if answer is None else None))


def everything_said(
    trace_id: str,
    told: Iterable[Assessment],
    mine: Mapping[str | None, Mapping[str, Answer]],
    retired: Collection[str],
    questions: Iterable[Question],
    reviewer: str,
) -> list[Assessment]:
    """Merge what was told with the reviewer's own answers as they are now.

    Those are `mine`, by span ID (None: about the trace) and question name. `retired` are the IDs of answers that the
    journal knows to be superseded or taken back, whatever was told.
    """
    kinds = {question.name: question.kind for question in questions}
    said = {each.id: replace(each, valid=each.valid and each.id not in retired) for each in told}
    given = ((span_id, name, answer) for span_id, answers in mine.items() for name, answer in answers.items())
    for span_id, name, answer in given:
        kind = kinds.get(name, AssessmentKind.FEEDBACK)
        known = said.get(answer.assessment_id)
        said[answer.assessment_id] = Assessment(
            id=answer.assessment_id,
            trace_id=trace_id,
            name=name,
            kind=kind,
            value=answer.value,
            source=Source(SourceType.HUMAN, reviewer),
            rationale=answer.comment,
            span_id=span_id,
            metadata=known.metadata if known else {},
            created_at_ms=answer.answered_at_ms,
            overrides=answer.overrides,
        )
    return list(said.values())


def by_reviewer(assessments: Iterable[Assessment], reviewer: str) -> list[Assessment]:
    """Pick what this reviewer said, superseded or not."""
    return [
        each for each in assessments if each.source.type is SourceType.HUMAN and same_reviewer(each.source.id, reviewer)
    ]
