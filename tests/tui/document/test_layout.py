from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from labeler.reading.document import Block, BlockKind, Document
from labeler.tui.appearance import ASCII, UNICODE
from labeler.tui.document.layout import Layout, Place
from tests.tui.document.documents import conversation, one_text
from tests.tui.document.laid_out import measured, shown
from tests.tui.document.strategies import documents


@given(documents(), st.integers(12, 130))
def test_open_documents_show_every_character_and_no_row_is_too_wide(document: Document, width: int) -> None:
    layout = measured(document, width, frozenset())
    for number, block in enumerate(document.blocks):
        sections = [section for section in layout.sections if section.block == number and section.lines]
        text = "\n".join(
            line.text[line.shown(line.start) :] for section in sections if section.end for line in section.lines
        )
        characters = "".join(text.split())
        assert "".join(block.text.split()) == characters or block.kind is BlockKind.HEADER
    assert all(cell_len(row.rstrip()) <= width for row in shown(layout))


@given(documents(), st.integers(20, 100), st.data())
def test_rows_are_the_same_in_whatever_order_they_are_wrapped(
    document: Document, width: int, data: st.DataObject
) -> None:
    whole = measured(document, width)
    piecemeal = Layout(document, width, UNICODE)
    for _ in range(3):
        first = data.draw(st.integers(0, piecemeal.height))
        piecemeal.measure(first, first + 10)
    piecemeal.measure_next(10**9)
    assert shown(piecemeal) == shown(whole)
    assert piecemeal.height == whole.height


@given(documents(), st.integers(20, 100))
def test_every_row_has_a_place_and_every_character_is_found_on_its_row(document: Document, width: int) -> None:
    layout = measured(document, width, frozenset())
    assert [layout.row(layout.place(row)) for row in range(layout.height)] == list(range(layout.height))
    rows = shown(layout)
    for number, block in enumerate(document.blocks):
        for offset, character in enumerate(block.text):
            if not character.isspace():
                assert character in rows[layout.row(layout.find(number, offset))]


@given(documents(), st.data())
def test_folding_and_opening_again_restores_every_row(document: Document, data: st.DataObject) -> None:
    layout = measured(document, 60)
    before = shown(layout)
    foldable = [number for number, block in enumerate(document.blocks) if block.foldable]
    first = layout.folded
    layout.fold(frozenset(data.draw(st.sets(st.sampled_from(foldable)))) if foldable else frozenset())
    layout.measure_next(10**9)
    layout.fold(first)
    layout.measure_next(10**9)
    assert shown(layout) == before


def test_only_what_is_asked_for_is_wrapped_at_first() -> None:
    layout = Layout(conversation(300_000), 100, UNICODE)
    layout.measure(0, 40)
    wrapped = [section for section in layout.sections if section.rows is not None]
    assert len(wrapped) < 40 < len(layout.sections)


def test_a_line_of_sixty_thousand_characters_is_wrapped_and_nothing_of_it_is_lost() -> None:
    for word in ("berth ", "berth", "潮汐表"):
        text = (word * 60_000)[:60_000]
        layout = measured(Document("tr-1", "", "", (Block(BlockKind.PROSE, text),), None, None), 80)
        rows = shown(layout)
        assert "".join(rows) == text
        assert all(cell_len(row.rstrip()) <= 80 for row in rows)


def test_long_texts_keep_their_fences_across_the_pieces_they_are_wrapped_in() -> None:
    code = "\n".join(f"line {n} with a **star** and a fair number of words after it" for n in range(1000))
    document = Document("tr-1", "", "", (Block(BlockKind.PROSE, f"```text\n{code}\n```\n**bold**"),), None, None)
    layout = measured(document, 120)
    last = layout.sections[-1]
    assert last.spans(0) == [(0, len(last.lines[0].text), ("code",))]
    assert last.spans(len(last.lines) - 1)[1][2] == ("strong",)


def test_prose_keeps_a_readable_measure_in_a_wide_view_and_code_may_use_all_of_it() -> None:
    sentence = "the tide turns " * 20
    blocks = (Block(BlockKind.PROSE, sentence), Block(BlockKind.CODE, sentence))
    rows = shown(measured(Document("tr-1", "", "", blocks, None, None), 180))
    widths = [len(row.rstrip()) for row in rows]
    assert max(widths[: widths.index(0)]) <= 100 < max(widths)


def test_list_items_hang_under_their_text() -> None:
    document = Document("tr-1", "", "", (Block(BlockKind.PROSE, "10. " + "berth " * 8),), None, None)
    assert shown(measured(document, 24)) == ["10. berth berth berth ", "    berth berth berth ", "    berth berth "]


def test_a_folded_block_is_one_row_that_says_how_much_is_folded() -> None:
    call = 'position_lookup\n{\n  "buoy": "N4"\n}'
    blocks = (
        Block(BlockKind.HEADER, "system", "system", 0),
        Block(BlockKind.PROSE, "You are the desk.\nBe brief.\nBe kind.\nDo not guess.", "system", 0, "", True, True),
        Block(BlockKind.HEADER, "assistant", "assistant", 1),
        Block(BlockKind.CALL, call, "assistant", 1, 'position_lookup(buoy="N4")', True, True),
        Block(BlockKind.PROSE, "x" * 500, "assistant", 1, "", True, True),
    )
    document = Document("tr-1", "", "", blocks, None, None)
    assert shown(measured(document, 80)) == [
        "system   You are the desk. ▸ 3 more lines",
        "",
        "assistant",
        'calls   position_lookup(buoy="N4")  4 lines',
        "x" * 62 + "… ▸ 500 characters",
    ]
    layout = Layout(document, 80, ASCII)
    layout.measure(0, 10)
    assert shown(layout)[0] == "system   You are the desk. + 3 more lines"


def test_the_name_of_a_field_heads_the_block_that_is_its_value() -> None:
    blocks = (
        Block(BlockKind.FIELD, "3", summary="retries"),
        Block(BlockKind.FIELD, "ok", summary="status"),
        Block(BlockKind.FIELD, "", summary="answer"),
        Block(BlockKind.PROSE, "one\ntwo", foldable=True),
    )
    rows = shown(measured(Document("tr-1", "", "", blocks, None, None), 80))
    assert rows == ["retries   3", "status    ok", "", "answer", "one", "two"]


def test_values_of_fields_stand_in_a_column_but_for_very_long_names() -> None:
    blocks = (
        Block(BlockKind.FIELD, "3", summary="一つ"),
        Block(BlockKind.FIELD, "ok", summary="a.name.of.forty.letters.and.a.few.more.yes"),
        Block(BlockKind.FIELD, "no", summary="status"),
        Block(BlockKind.FIELD, "x", summary="next message", message=1),
    )
    rows = shown(measured(Document("tr-1", "", "", blocks, None, None), 80))
    long = "a.name.of.forty.letters.and.a.few.more.yes   ok"
    assert rows == ["一つ     3", long, "status   no", "", "next message   x"]


def test_a_document_without_blocks_is_an_empty_row() -> None:
    layout = measured(Document("tr-1", "", "", (), None, None), 80)
    assert shown(layout) == [""]
    assert layout.place(5) == Place(0, 5)


def test_a_megabyte_takes_a_row_for_each_of_its_lines() -> None:
    layout = measured(one_text(1_000_000), 136)
    assert layout.height > 10_000
    assert layout.row(layout.find(3, 999_999)) == layout.height - 1
