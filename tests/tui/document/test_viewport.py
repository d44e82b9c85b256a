from hypothesis import given
from hypothesis import strategies as st

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.appearance import UNICODE
from labeler.tui.document.layout import Layout
from labeler.tui.document.viewport import Viewport
from tests.tui.document.documents import conversation
from tests.tui.document.laid_out import shown
from tests.tui.document.strategies import documents


def viewport(document: Document, height: int = 20, width: int = 80) -> Viewport:
    return Viewport(Layout(document, width, UNICODE), height)


def in_view(view: Viewport) -> list[str]:
    """The rows of the document in view; what the pinned request stands in front of is not."""
    return shown(view.layout, view.first, view.top + view.height)


def in_window(view: Viewport) -> list[str]:
    """The same, with the rows of the document that the pinned request stands in front of."""
    return shown(view.layout, view.top, view.top + view.height)


def turns(*lengths: int) -> Document:
    """Messages of so many lines each, user and assistant in turn; the last is the response."""
    blocks: list[Block] = []
    for message, length in enumerate(lengths):
        role = "assistant" if message % 2 else "user"
        blocks.append(Block(BlockKind.HEADER, f"{role} {message}", role, message))
        text = "\n".join(f"line {message}.{line}" for line in range(length))
        blocks.append(Block(BlockKind.PROSE, text, role, message))
    last = len(lengths) - 1
    return Document("tr-1", "", "", tuple(blocks), last - 1, last)


def folding() -> Document:
    blocks = (
        Block(BlockKind.HEADER, "user", "user", 0),
        Block(BlockKind.PROSE, "Where is buoy N4?", "user", 0),
        Block(BlockKind.HEADER, "tool", "tool", 1),
        Block(BlockKind.RESULT, "\n".join(f"row {n}" for n in range(30)), "tool", 1, "", True, True),
        Block(BlockKind.HEADER, "assistant", "assistant", 2),
        Block(BlockKind.PROSE, "\n".join(f"Answer {n}" for n in range(30)), "assistant", 2, "", True, False),
    )
    return Document("tr-1", "", "", blocks, 0, 2)


class TestOpening:
    def test_a_document_that_fits_opens_at_its_beginning(self) -> None:
        assert viewport(turns(3, 3, 3, 3), height=40).top == 0

    def test_a_long_one_opens_with_its_response_and_the_whole_of_a_short_request_above(self) -> None:
        view = viewport(turns(40, 40, 3, 40))
        assert in_view(view)[0] == "user 2"
        assert "assistant 3" in in_view(view)

    def test_of_a_long_request_the_end_stands_above_the_response(self) -> None:
        view = viewport(turns(5, 5, 60, 60))
        rows = in_view(view)
        assert rows.index("assistant 3") == 20 // 3 - len(view.pinned)
        assert rows[0].startswith("line 2.")
        assert [row.text[:8] for row in view.pinned] == ["line 2.0", "line 2.8"]

    def test_without_a_response_it_opens_at_the_request(self) -> None:
        document = turns(40, 40, 40)
        view = viewport(Document("tr-1", "", "", document.blocks, 2, None))
        assert in_view(view)[0] == "user 2"


class TestScrolling:
    def test_it_stops_at_both_ends(self) -> None:
        view = viewport(Document("tr-1", "", "", turns(30, 30).blocks, None, 1))
        view.scroll_by(-1000)
        assert view.rows == (1, 20, 63)
        view.scroll_by(1000)
        assert view.rows == (44, 63, 63)
        view.scroll_by(-1)
        assert view.rows == (43, 62, 63)

    @given(documents(), st.integers(3, 30), st.lists(st.integers(-40, 40), max_size=6))
    def test_scrolling_before_everything_is_wrapped_passes_every_row_once(
        self, document: Document, height: int, steps: list[int]
    ) -> None:
        view, whole = viewport(document, height), viewport(document, height)
        whole.layout.measure_next(10**9)
        rows = shown(whole.layout)
        for step in steps:
            before = in_window(view)
            view.scroll_by(step)
            after = in_window(view)
            view.layout.measure_next(0)
            if 0 < step < len(before) and view.top < view.layout.height - height:
                assert after[: len(before) - step] == before[step:]
        view.scroll_to_end()
        assert in_window(view) == rows[-height:]

    def test_wrapping_what_is_out_of_view_moves_nothing(self) -> None:
        view = viewport(conversation(200_000))
        before = in_view(view)
        while not view.layout.is_measured:
            view.measure_next(5000)
            assert in_view(view) == before


class TestPinnedRequest:
    @given(documents(), st.integers(6, 30), st.lists(st.integers(-40, 40), max_size=6))
    def test_the_request_is_in_view_or_pinned_wherever_the_window_is(
        self, document: Document, height: int, steps: list[int]
    ) -> None:
        view = viewport(document, height)
        request = view.layout.pinned
        for step in steps:
            view.scroll_by(step)
            view.layout.measure_next(0)
            if request is None:
                assert not view.pinned
                continue
            row = view.layout.row(view.layout.find(request.block, 0))
            assert bool(view.pinned) is not (view.first <= row < view.top + height)
            assert len(view.pinned) <= 2

    @given(documents(), st.integers(6, 30))
    def test_no_row_is_out_of_reach_behind_it(self, document: Document, height: int) -> None:
        view = viewport(document, height)
        view.layout.measure_next(10**9)
        view.scroll_to(0)
        seen = set[int]()
        for _ in range(view.layout.height + 2):
            seen.update(range(view.first, view.top + height))
            view.scroll_by(1)
        assert seen >= set(range(view.layout.height))

    def test_it_says_who_asks_and_ends_in_an_ellipsis_where_there_is_more(self) -> None:
        view = viewport(turns(60, 60), height=20, width=40)
        assert [(row.name, row.text) for row in view.pinned] == [
            ("user 0   ", "line 0.0 line 0.1 line 0.2 line"),
            ("         ", "0.3 line 0.4 line 0.5 line 0.6…"),
        ]

    def test_a_message_is_brought_below_it(self) -> None:
        view = viewport(turns(60, 60))
        view.scroll_to(0)
        assert view.step_message(1)
        assert in_view(view)[0] == "assistant 1"
        assert view.pinned


class TestMessages:
    def test_next_and_previous_go_from_message_to_message_and_stop(self) -> None:
        view = viewport(turns(30, 30, 30, 30))
        view.scroll_to(0)
        tops = []
        while view.step_message(1):
            tops.append(in_view(view)[0])
        assert tops == ["assistant 1", "user 2", "assistant 3"]
        view.step_message(-1)
        view.scroll_by(5)
        assert view.step_message(-1)
        assert in_view(view)[0] == "user 2"

    def test_messages_near_the_end_are_reached_though_they_cannot_stand_at_the_top(self) -> None:
        view = viewport(turns(30, 2, 2, 2))
        view.scroll_to(0)
        assert [view.step_message(1) and view.current_message for _ in range(4)] == [1, 2, 3, False]

    def test_the_response_and_its_request_are_gone_to_in_turn(self) -> None:
        view = viewport(turns(30, 30, 30, 30, 30))
        document = view.layout.document
        assert (document.request, document.answer) == (3, 4)
        assert view.go_answer()
        assert in_view(view)[0] == "user 4"
        assert view.go_answer()
        assert in_view(view)[0] == "assistant 3"
        assert view.go_answer()
        assert in_view(view)[0] == "user 4"

    def test_without_a_response_there_is_nowhere_to_go(self) -> None:
        document = turns(3, 3)
        assert not viewport(Document("tr-1", "", "", document.blocks, None, None)).go_answer()


class TestFolds:
    def test_the_first_block_in_view_opens_and_closes_and_its_heading_stays_where_it_is(self) -> None:
        view = viewport(folding())
        view.scroll_to(0)
        row = in_view(view).index("tool   row 0 ▸ 29 more lines")
        assert view.toggle_fold()
        assert in_view(view)[row : row + 2] == ["tool", "row 0"]
        assert view.toggle_fold()
        assert in_view(view)[row] == "tool   row 0 ▸ 29 more lines"

    def test_the_message_jumped_to_last_is_the_one_that_folds(self) -> None:
        view = viewport(folding(), height=12)
        view.go_answer()
        assert view.toggle_fold()
        assert "assistant   Answer 0 ▸ 29 more lines" in in_view(view)

    def test_folding_from_within_a_long_block_brings_its_heading_to_the_top(self) -> None:
        view = viewport(folding(), height=8)
        view.go_answer()
        view.scroll_by(15)
        assert view.toggle_fold()
        assert in_view(view)[-1] == "assistant   Answer 0 ▸ 29 more lines"

    def test_all_open_at_once_and_then_all_close(self) -> None:
        view = viewport(folding())
        view.toggle_all_folds()
        assert view.layout.folded == set()
        view.toggle_all_folds()
        assert view.layout.folded == {3, 5}

    def test_where_nothing_folds_it_says_so(self) -> None:
        assert not viewport(turns(2, 2)).toggle_fold()
        assert not viewport(turns(2, 2)).toggle_all_folds()


class TestSearch:
    def test_matches_are_counted_and_walked_round_the_ends(self) -> None:
        view = viewport(folding())
        view.scroll_to(0)
        assert view.find("answer 1") == 11
        assert [view.step_match(1)[0] for _ in range(11)] == [*range(2, 12), 1]
        assert view.step_match(-1) == (11, 11)

    def test_upper_case_is_minded_only_when_it_is_typed(self) -> None:
        view = viewport(folding())
        assert (view.find("n4"), view.find("N4"), view.find("n4?")) == (1, 1, 1)
        assert view.find("Row") == 0

    def test_a_folded_block_opens_while_it_holds_the_match(self) -> None:
        view = viewport(folding())
        view.scroll_to(0)
        view.find("row 2")
        assert 3 not in view.layout.folded
        assert "row 2" in in_view(view)
        view.find("N4")
        assert 3 in view.layout.folded
        view.find("row 29")
        view.end_search()
        assert 3 in view.layout.folded
        assert view.position.toggled == ()

    def test_names_of_fields_and_documents_are_found_where_they_are_shown(self) -> None:
        blocks = (
            Block(BlockKind.FIELD, "3", summary="retries"),
            Block(BlockKind.DOCUMENT, "text\nmore", summary="1 · 0.8 · handbook.md", foldable=True, folded=True),
        )
        view = viewport(Document("tr-1", "", "", blocks, None, None))
        assert view.find("handbook") == 1
        assert view.layout.folded == {1}
        assert view.find("retri") == 1
        search, line = view.search, view.layout.sections[0].lines[0]
        assert search is not None
        assert search.spans(0, line) == [(0, 5, ("search.current",))]

    def test_nothing_found_leaves_everything_where_it_is(self) -> None:
        view = viewport(folding())
        before = view.rows
        assert view.find("kraken") == 0
        assert view.step_match(1) == (0, 0)
        assert view.rows == before


class TestPositions:
    @given(documents(), st.integers(4, 20), st.integers(0, 60), st.integers(20, 100))
    def test_a_position_brings_back_the_same_rows(self, document: Document, height: int, row: int, width: int) -> None:
        view = viewport(document, height, width)
        view.layout.measure_next(10**9)
        view.scroll_to(row)
        view.toggle_fold()
        again = Viewport(Layout(document, width, UNICODE), height, view.position)
        assert again.position.toggled == view.position.toggled
        assert in_view(again) == in_view(view)

    def test_after_a_change_of_width_the_same_text_is_at_the_top(self) -> None:
        document = conversation(20_000)
        view = viewport(document, 20, 120)
        view.scroll_to(100)
        narrow = Viewport(Layout(document, 50, UNICODE), 20, view.position)
        assert narrow.position.block == view.position.block
        assert in_view(view)[0].split()[0] in in_view(narrow)[0]
