"""From a desk of decisions to what the widgets show. Reads only; paints nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from labeler.desk.adjudication import AdjudicationDesk
from labeler.desk.delivery_status import DeliveryState
from labeler.desk.standing_decisions import NO_RIGHT_ANSWER, decided_words
from labeler.domain.assessment import SourceType
from labeler.domain.change import Act, Answer, AnswerEffect
from labeler.domain.connection import ConnectionStatus
from labeler.domain.question import Question
from labeler.domain.sprint import hash_of
from labeler.domain.value_words import value_words
from labeler.reading.sanitise import one_line, sanitise
from labeler.tui.adjudication.decision_panel import DecisionView, LastDecision
from labeler.tui.adjudication.votes import ValueVotes, VotesView
from labeler.tui.appearance import Signs
from labeler.tui.keymap import Keymap
from labeler.tui.review.last_item import LastItemView
from labeler.tui.review.question_panel import PanelKeys, PanelView, option_keys
from labeler.tui.review.trace_header import HeaderView
from labeler.tui.review.trace_views import PaneView
from labeler.tui.widgets.styled_text import Line, Run, cut, fit, width_of

_ALWAYS: Final = 10
"""The worth of what is never left out."""

_GAP: Final = "   "
_LONGEST_COMMENT: Final = 400
_FATES: Final[Mapping[DeliveryState, Run]] = {
    DeliveryState.DELIVERED: ("delivered", "ok"),
    DeliveryState.REFUSED: ("refused", "error"),
    DeliveryState.PARKED: ("needs you", "warning"),
    DeliveryState.CLOSED: ("another counts", "warning"),
}


def status_line(desk: AdjudicationDesk, conditions: Sequence[str], width: int, signs: Signs) -> Line:
    """Return where the lead is, how much is decided, whether it arrives, and who they are, in `width` cells."""
    counts, is_online = desk.counts, desk.connection is ConnectionStatus.ONLINE
    stuck = counts.parked + counts.refused
    sign, role = (signs.online, "ok") if is_online else (signs.missing, "warning")
    parts: list[tuple[int, Run]] = [
        (1, ("adjudicate", "chrome.dim")),
        (2, (cut(one_line(desk.title, 60), max(width // 3, 12), signs.ellipsis), "chrome")),
        (5, (cut(one_line(desk.case.question.name, 40), 24, signs.ellipsis), "chrome.strong")),
        (9, (f"{desk.position + 1}/{len(desk.cases)}", "chrome.strong")),
        (4, (f"decided {desk.decided}", "chrome")),
        (3, (f"later {desk.put_off}" if desk.put_off else "", "chrome.dim")),
        (6, (f"{signs.queued} {counts.waiting} queued" if counts.waiting else "", "warning")),
        (7, (f"{signs.refused} {stuck} need you" if stuck else "", "error")),
        (5 if is_online else _ALWAYS, (f"{sign} {desk.connection}", role)),
        *((_ALWAYS, (word, "warning")) for word in conditions),
        (_ALWAYS, (cut(one_line(desk.reviewer, 60), 24, signs.ellipsis), "chrome")),
    ]
    shown = [part for part in parts if part[1][0]]
    while len(shown) > 1 and _total(shown) > width and (least := min(worth for worth, _ in shown)) < _ALWAYS:
        shown = [part for part in shown if part[0] != least]
    line: Line = [(" ", "chrome")]
    for number, (_, run) in enumerate(shown):
        line += [(_GAP, "chrome"), run] if number else [run]
    return fit(line, width, signs.ellipsis)


def _total(parts: Sequence[tuple[int, Run]]) -> int:
    return 2 + width_of([run for _, run in parts]) + len(_GAP) * (len(parts) - 1)


def header_view(desk: AdjudicationDesk, place: str) -> HeaderView | None:
    """Return what the header tells of the trace in view; None while it is not here."""
    prepared = desk.library.get(desk.case.trace_id)
    return None if prepared is None else HeaderView(prepared.raw.summary, prepared.models, "", place)


def pane_view(desk: AdjudicationDesk) -> PaneView:
    """Return the trace in view; where it is not here it begins to be prepared."""
    prepared = desk.document()
    return PaneView(
        trace_id=desk.case.trace_id,
        prepared=prepared,
        instead="" if prepared else desk.why_absent(),
        is_blind=not desk.names_are_shown,
        has_questions=False,
        aim=None,
        is_choosing=False,
        about_spans={},
    )


def votes_view(desk: AdjudicationDesk, read_verdicts: Mapping[str, str]) -> VotesView:
    """Return what people said, under their names or, while these are hidden, numbers.

    `read_verdicts` has the verdicts of the case in words, by assessment ID.
    """
    case, called = desk.case, names_of(desk)
    values = [
        ValueVotes(
            one_line(value_words(value, case.question), 60),
            len(votes),
            ", ".join(sorted(called[vote.reviewer] for vote in votes)),
        )
        for value, votes in case.counts
    ]
    if not desk.names_are_shown:
        values = [ValueVotes(each.words, each.count, f"reviewer {each.by}") for each in values]
    comments = [
        (one_line(vote.comment, _LONGEST_COMMENT), called[vote.reviewer])
        for vote in sorted(case.votes, key=lambda vote: called[vote.reviewer])
        if vote.comment
    ]
    beside = [
        (
            one_line(other.question.name, 24),
            " · ".join(
                one_line(value_words(vote.value, other.question), 24)
                for vote in sorted(other.votes, key=lambda vote: called[vote.reviewer])
            ),
        )
        for other in desk.beside(case.trace_id)
        if other.question != case.question
    ]
    verdicts = [
        f"{_judge_words(each.source.type)} {one_line(each.source.id, 30)}  {read_verdicts[each.id]}"
        for each in case.verdicts
        if desk.shows_verdicts and each.id in read_verdicts
    ]
    decided = desk.decision
    standing = ""
    if decided is not None:
        comment = f" “{one_line(decided.comment, 120)}”" if decided.comment else ""
        by = "you" if decided.is_mine else one_line(decided.by, 40)
        standing = f"decided {decided_words(decided, case)} by {by}{comment}"
    return VotesView(one_line(case.question.name, 40), values, comments, beside, verdicts, standing, case.is_gold)


def names_of(desk: AdjudicationDesk) -> dict[str, str]:
    """Return what the reviewers of the trace in view are called, by their IDs.

    While names are hidden these are numbers, drawn for each trace anew: who is reviewer 2 cannot be learned.
    """
    trace_id = desk.case.trace_id
    people = {vote.reviewer for case in desk.beside(trace_id) for vote in case.votes}
    if desk.names_are_shown:
        return {who: one_line(who, 40) for who in people}
    drawn = sorted(people, key=lambda who: hash_of(desk.title, trace_id, who))
    return {who: str(number) for number, who in enumerate(drawn, 1)}


def _judge_words(source: SourceType) -> str:
    return "judge" if source is SourceType.LLM_JUDGE else "code"


def decision_view(desk: AdjudicationDesk, keymap: Keymap, signs: Signs) -> DecisionView:
    """Return what was decided last, and the question in view."""
    return DecisionView(_last(desk, keymap), question_view(desk, desk.case.question, keymap, signs))


def question_view(desk: AdjudicationDesk, question: Question, keymap: Keymap, signs: Signs) -> PanelView:
    """Return a question as the review's panel shows it, with the decision of the case in view as its answer."""
    decided, answers, fates = desk.decision, dict[str, Answer](), dict[str, DeliveryState | None]()
    if decided is not None and decided.value is not None and question == desk.case.question:
        answers[question.name] = Answer(decided.assessment_id, decided.value, decided.comment or None, 0, 0)
        fates[decided.assessment_id] = desk.fates.get(decided.assessment_id, DeliveryState.DELIVERED)
    texts = [question.name, question.instruction, *_option_texts(question), decided.comment if decided else ""]
    return PanelView(
        questions=(replace(question, required=False),),
        answers=answers,
        focus=0,
        judges={},
        keys=PanelKeys(
            positive=keymap.first_key("answer.positive"),
            negative=keymap.first_key("answer.negative"),
            text="",
            accept="",
            guideline=keymap.first_key("view.guideline"),
            options=option_keys(keymap),
            submit="",
        ),
        signs=signs,
        display={text: sanitise(text) for text in texts},
        fates=fates,
        last=LastItemView(None),
    )


def _option_texts(question: Question) -> list[str]:
    asked = question.input
    return [
        *(getattr(asked, name) for name in ("positive", "negative") if hasattr(asked, name)),
        *getattr(asked, "options", ()),
    ]


def _last(desk: AdjudicationDesk, keymap: Keymap) -> LastDecision:
    change = desk.last
    if change is None:
        return LastDecision()
    effect = next(each for each in change.effects if isinstance(each, AnswerEffect))
    case = next(each for each in desk.cases if each.key == (effect.trace_id, effect.question))
    answer = effect.before if change.act is Act.UNDO else effect.after
    said = "" if answer is None else _said(answer, case.question)
    if change.act is Act.UNDO:
        said = f"took back {said}"
    state = None if answer is None else desk.fates.get(answer.assessment_id)
    fate = (
        ("saved", "chrome.dim") if state is None or change.act is Act.UNDO else _FATES.get(state, ("saved", "chrome"))
    )
    prepared = desk.library.get(case.trace_id)
    title = one_line(prepared.document.title, 120) if prepared is not None else ""
    hints = [(key, word) for each, word in (("edit.undo", "undo"),) if (key := keymap.first_key(each))]
    return LastDecision(said, title, fate, hints)


def _said(answer: Answer, question: Question) -> str:
    words = NO_RIGHT_ANSWER if answer.value is None else one_line(value_words(answer.value, question), 60)
    comment = f" “{one_line(answer.comment, 60)}”" if answer.comment else ""
    return f"{words}{comment}"


def key_line(desk: AdjudicationDesk, keymap: Keymap, folds: bool, width: int, signs: Signs) -> Line:
    """Return the keys worth pressing, as many as fit; the majority stands there with its count."""
    majority = desk.case.majority
    taken = ""
    if majority is not None:
        words = one_line(value_words(majority.value, desk.case.question), 30)
        taken = f"majority {words} ({majority.votes} of {majority.of})"
    hints: list[tuple[int, str, str]] = [
        (9, "answer.accept", taken),
        (8, "answer.no_right_answer", NO_RIGHT_ANSWER),
        (7, "answer.comment", "comment"),
        (5, "item.defer", "later"),
        (4, "review.blind", "hide names" if desk.names_are_shown else "names"),
        (6, "edit.undo", "undo"),
        (2, "item.next_open", "next open"),
        (1, "view.fold", "fold" if folds else ""),
        (3, "view.guideline", "guide"),
        (_ALWAYS, "app.help", "help"),
        (0, "app.quit", "quit"),
    ]
    shown = [(worth, key, word) for worth, each, word in hints if word and (key := keymap.first_key(each))]
    while len(shown) > 1 and _hints_width(shown) > width:
        shown.remove(min(shown))
    line: Line = [(" ", "chrome")]
    for _, key, word in shown:
        line += [(key, "key"), (f" {word}  ", "chrome.dim")]
    return fit(line, width, signs.ellipsis)


def _hints_width(shown: Sequence[tuple[int, str, str]]) -> int:
    return 1 + sum(width_of([(f"{key} {word}  ", "")]) for _, key, word in shown)


def end_lines(desk: AdjudicationDesk, keymap: Keymap, width: int) -> list[Line]:
    """Return what was decided in all, what is left, and what to do next."""
    decided = [(case, found) for case in desk.cases if (found := desk.standing.of(case.key)) is not None]
    total, later = len(desk.cases), desk.put_off
    lines: list[Line] = [[("Nothing else is open.", "chrome.strong")], []]
    head = f"{len(decided):,} of {total:,} decided, {desk.decided_here:,} of them in this sitting"
    lines.append([(head, "chrome"), (f"   {later:,} put off" if later else "", "warning")])
    for name in dict.fromkeys(case.question.name for case in desk.cases):
        of_question = [(case, found) for case, found in decided if case.question.name == name]
        with_majority = sum(
            case.majority is not None and found.value == case.majority.value for case, found in of_question
        )
        none = sum(found.value is None for _, found in of_question)
        said = f"{len(of_question):,} decided, {with_majority:,} as the majority says, {none:,} {NO_RIGHT_ANSWER}"
        lines.append([(f"  {one_line(name, 40)}   ", "chrome.strong"), (said, "chrome")])
    waits = desk.counts.waiting
    lines += [[], [(f"{waits:,} still to be delivered" if waits else "All of it is delivered", "chrome.dim")], []]
    goes_on = f"{{item.next_open}} goes on with the {later:,} put off · " if later else ""
    lines.append([(keymap.spelled(f"{goes_on}{{edit.undo}} takes back · {{app.quit}} leaves"), "chrome")])
    slug = desk.sitting.record.spec.sprint
    lines.append([(f"Next: labeler report --sprint {slug} · labeler sprint handover {slug}", "chrome.dim")])
    return [fit(line, width) for line in lines]
