"""Copying: one key after w; to the terminal's clipboard, and to a private file when that is asked for."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from labeler.domain.web_address import web_address
from tests.reading.corpus import span, trace_of
from tests.tui.review.asked import RATING, THUMB, traces
from tests.tui.review.table import open_table
from tests.tui.views.looking import document_of, opened, trace_named

PLANNER = trace_named("trip_planner")


async def test_w_offers_what_can_be_copied_and_the_next_key_copies_it(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB, RATING)) as table:
        document = document_of(table, PLANNER)
        await table.press("w")
        assert table.said == "copy:  i ID  a web address  m message  t whole trace"
        await table.press("i")
        assert table.app.clipboard == PLANNER.summary.id
        assert "handed the trace's ID, 35 characters, to the terminal (OSC 52)" in table.said
        await table.press("w", "t")
        assert table.app.clipboard == document.plain_text
        await table.press("a", "w", "m")
        message = document.answer
        assert table.app.clipboard == "\n\n".join(b.plain_text for b in document.blocks if b.message == message)
        assert "# Saturday on Lunde" in table.app.clipboard


async def test_a_slow_clipboard_program_holds_up_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program, taken = tmp_path / "bin" / "xclip", tmp_path / "taken"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.02; done\ncat > {taken}\n")
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":9")
    monkeypatch.delenv("SSH_CONNECTION")
    monkeypatch.setattr("labeler.tui.clipboard._PATIENCE_S", 30)
    async with open_table(tmp_path, traces(3), (THUMB,)) as table:
        trace_id = table.desk.state.items[0].trace_id
        await table.press_at_once("w", "i", "y")
        assert table.values(0) == {"user_satisfaction": True}
        assert not taken.exists()
        (tmp_path / "go").touch()
        await table.wait_for(lambda: "to the clipboard (xclip)" in table.said, "what came of it")
        assert taken.read_text() == trace_id
        assert "writes it to a file" not in table.said, "the offer was for the key right behind"


async def test_the_message_of_an_open_span_is_the_one_in_view(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await opened(table, "t", "of 14")
        await opened(table, "enter", "span")
        await table.press("w", "m")
        assert "CHAT_MODEL" in table.app.clipboard
        assert "inside: write_plan" in table.app.clipboard


def check_is_private(path: Path, text: str) -> None:
    assert path.read_text(encoding="utf-8") == text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_where_a_file_went_is_said_on_a_narrow_screen_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    async with open_table(tmp_path, [PLANNER], (THUMB,), size=(60, 20)) as table:
        await table.press("w", "i", "f")
        await table.wait_for(lambda: "written to" in table.said, "the file")
        assert table.said == f"written to ~/copied/{PLANNER.summary.id[:16]}-id.txt"


async def test_f_writes_what_was_copied_to_a_file_that_only_i_can_read(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        for what, name in (("t", "trace"), ("t", "trace"), ("i", "id")):
            await table.press("w", what, "f")
            await table.wait_for(lambda: "written to" in table.said, "the file")
            path = tmp_path / "copied" / f"{PLANNER.summary.id[:16]}-{name}.txt"
            assert str(path).endswith(table.said.rpartition("…")[2].removeprefix("written to "))
            check_is_private(path, table.app.clipboard)
        assert not table.desk.state.is_flagged(PLANNER.summary.id)
        await table.press("f", "enter")
        assert table.desk.state.is_flagged(PLANNER.summary.id)


async def test_what_is_too_long_for_a_clipboard_can_still_be_written(tmp_path: Path) -> None:
    long = trace_of(span("q", "word " * 120_000))
    async with open_table(tmp_path, [long], (THUMB,)) as table:
        await table.press("w", "t")
        assert "too long for a terminal's clipboard" in table.said
        assert table.app.clipboard == ""
        await table.press("f")
        await table.wait_for(lambda: "written to" in table.said, "the file")
        check_is_private(tmp_path / "copied" / f"{long.summary.id[:16]}-trace.txt", document_of(table, long).plain_text)


async def test_any_key_after_the_menu_does_what_it_does(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER, *traces(1)], (THUMB, RATING)) as table:
        await table.press("w", "escape", "i")
        assert "no instruction" in table.screen
        await table.press("q", "w", "i", "j", "f", "escape")
        assert table.position == 1
        assert not (tmp_path / "copied").exists()
        await table.press("w", "f", "f")
        assert "flag, note:" in table.screen


async def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "copied").write_text("a file where the folder should be")
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await table.press("w", "i", "f")
        await table.wait_for(lambda: "Not written:" in table.screen, "the reason")
        assert "Nothing was changed" in " ".join(table.screen.split())


async def test_what_is_copied_is_harmless_and_so_is_the_name_of_the_file(tmp_path: Path) -> None:
    named = "../../e\x1b[2Jvil/" + "x" * 300
    spans = span("do \x1b]52;c;x\x07 it", "\x1b[201~rm -rf", attributes={"mlflow.traceRequestId": named})
    raw = trace_of(spans)
    raw = type(raw)(type(raw.summary)(named, "1", 0, 1, raw.summary.state, "t"), raw.payload)
    async with open_table(tmp_path, [raw], (THUMB,)) as table:
        for what in ("t", "i", "m"):
            await table.press("w", what)
            assert "\x1b" not in table.app.clipboard
        await table.press("f")
        await table.wait_for(lambda: list((tmp_path / "copied").glob("*")), "the file")
        (file,) = (tmp_path / "copied").glob("*")
        assert file.name.startswith(".._.._e_2Jvil_")
        assert len(file.name) < 120


async def test_an_embedded_store_has_no_web_address(tmp_path: Path) -> None:
    async with open_table(tmp_path, [PLANNER], (THUMB,)) as table:
        await table.press("w", "a")
        assert "This backend has no web pages" in table.said
        assert table.app.clipboard == ""


@pytest.mark.parametrize(
    ("workspace", "address"),
    [
        ("", "http://host:5000/ml/#/experiments/7/traces?selectedEvaluationId=tr-1"),
        ("team a", "http://host:5000/ml/#/experiments/7/traces?selectedEvaluationId=tr-1&workspace=team%20a"),
    ],
)
def test_the_web_address_is_that_of_mlflow_s_own_pages(workspace: str, address: str) -> None:
    assert web_address("http://host:5000/ml", workspace, "7", "tr-1") == address
    assert web_address("local:abc", workspace, "7", "tr-1") is None
    assert web_address("sqlite:/x/mlflow.db", workspace, "7", "tr-1") is None
