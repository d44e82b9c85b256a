"""What the adjudication screen shows: each widget's value, from the desk, and the sentence in place of the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from labeler.desk.adjudication import AdjudicationDesk
from labeler.domain.question import Question
from labeler.reading.sanitise import one_line
from labeler.tui.adjudication.areas import AdjudicationAreas
from labeler.tui.adjudication.decision_panel import panel_height
from labeler.tui.adjudication.view_models import (
    decision_view,
    header_view,
    key_line,
    pane_view,
    question_view,
    status_line,
    votes_view,
)
from labeler.tui.appearance import ScreenLook
from labeler.tui.keymap import Keymap
from labeler.tui.review.question_panel import PanelView
from labeler.tui.widgets.key_line import message_lines, search_line, view_line
from labeler.tui.widgets.styled_text import Line


class AdjudicationDisplay(AdjudicationAreas):
    """Gives the widgets their values, and says sentences. Who inherits acts on the desk.

    `verdict_words` tells the verdicts of judges on the case in view in words, by assessment ID.
    """

    def __init__(
        self,
        desk: AdjudicationDesk,
        keymap: Keymap,
        look: ScreenLook,
        guard_ms: int,
        verdict_words: Callable[[AdjudicationDesk], Mapping[str, str]],
    ) -> None:
        super().__init__(look, keymap, guard_ms)
        self.desk = desk
        self._verdict_words = verdict_words
        self._notice: tuple[str, str] | None = None
        self._expected: tuple[object, ...] | None = None

    def on_resize(self) -> None:
        views = [self._question(question) for question in dict.fromkeys(case.question for case in self.desk.cases)]
        self.give_room(panel_height(views, *self.size))
        self.call_after_refresh(self.paint)

    def say(self, sentence: str, role: str = "chrome.strong") -> None:
        self._notice = (sentence, role) if sentence else None
        self._paint_bottom()

    def paint(self) -> None:
        """Give every widget its value anew; each paints what of it differs."""
        if not self.is_attached:
            return
        view = pane_view(self.desk)
        expected = self.desk.case.key, view.prepared is not None
        if expected != self._expected:
            self._expected = expected
            self.presses.moved()
            self.call_after_refresh(self._painted, expected)
        self.views.show(view)
        if view.prepared is not None:
            self.views.lay_out_ahead(view.prepared.document)
        conditions = ["names shown"] if self.desk.names_are_shown else []
        if searched := self.views.searched:
            current, count = self.views.in_front.match_place()
            conditions.append(f'search "{one_line(searched, 24)}" {current}/{count}')
        self._status.view = status_line(self.desk, conditions, self.size.width, self.look.signs)
        self._header.view = header_view(self.desk, self.views.place)
        self.show_votes(votes_view(self.desk, self._verdict_words(self.desk)))
        self._paint_bottom()

    def _paint_bottom(self) -> None:
        width, signs = self.size.width, self.look.signs
        above: Sequence[Line] = []
        if self._notice is not None:
            *above, line = message_lines(*self._notice, width, 3, signs)
        elif self.views.searched:
            line = search_line(self.keymap, width, signs)
        elif self.views.is_open:
            line = view_line(self.keymap, self.views.hints, lambda action: (), width, signs)
            line = (
                line if len(line) > 1 else key_line(self.desk, self.keymap, self.views.in_front.has_folds, width, signs)
            )
        else:
            line = key_line(self.desk, self.keymap, self.views.in_front.has_folds, width, signs)
        shown = decision_view(self.desk, self.keymap, signs)
        self._panel.view = replace(shown, question=replace(shown.question, message=tuple(above)))
        self._key_line.view = line

    def _painted(self, expected: tuple[object, ...]) -> None:
        if expected == self._expected:
            self.presses.painted()
            if expected[1]:
                self.desk.seen()

    def _question(self, question: Question) -> PanelView:
        return question_view(self.desk, question, self.keymap, self.look.signs)
