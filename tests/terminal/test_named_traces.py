"""Traces named one by one: each that cannot be had is named, and whether there is none or it could not be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from labeler.backends.local.store import LocalStore
from tests.cli.program import Program
from tests.reading.corpus import span, trace_of
from tests.terminal.conftest import Machine
from tests.terminal.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]


def words(terminal: Terminal, *wanted: str) -> None:
    """Wait for sentences, however the terminal broke their lines."""
    terminal.wait_until(lambda text: all(each in text.replace("\n", "") for each in wanted), f"{wanted} on the screen")


@pytest.fixture
def store(machine: Machine) -> Path:
    """The sample in an embedded store."""
    with machine.terminal("demo") as terminal:
        terminal.wait_for("item 1/", "● online", "assistant")
        terminal.press("y", "4", "enter")
        terminal.wait_for("mine 1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    (store,) = (machine.home / "data").glob("**/demo*.db")
    return store


@pytest.fixture
def there(machine: Machine, store: Path) -> str:
    """A trace that is in the store."""
    return str(machine.labels()[0]["trace_id"])


def test_what_is_not_found_is_named_before_the_screen_opens_and_on_leaving(
    machine: Machine, store: Path, there: str
) -> None:
    gone = [f"tr-gone{number}" for number in range(8)]
    sentence = "There is no trace tr-gone0, tr-gone1, tr-gone2, tr-gone3, tr-gone4 and 3 more at local:"
    with machine.terminal("review", "-b", f"local:{store}", gone[0], there, there, *gone[1:]) as terminal:
        words(terminal, "item 1/1", "assistant")
        before = terminal.written.decode(errors="replace").replace("\r\n", "\n")
        assert sentence in before
        assert f"Named more than once, taken once: {there}." in before
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        words(terminal, sentence)
    with machine.terminal("review", "-b", f"local:{store}", *gone, there) as terminal:
        words(terminal, "item 1/1")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        words(terminal, sentence)


def test_offline_what_was_never_downloaded_is_said_not_to_be_here_rather_than_not_to_be_at_all(
    machine: Machine, store: Path, there: str
) -> None:
    sentence = "Not here, and cannot be asked for: tr-gone. This is an offline review, and the cache has nothing of it."
    with machine.terminal("review", "--offline", "-b", f"local:{store}", there, "tr-gone") as terminal:
        words(terminal, "item 1/1", "offline", "assistant")
        assert sentence in terminal.written.decode(errors="replace")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        words(terminal, sentence)
    with machine.terminal("review", "--offline", "-b", f"local:{store}", "tr-gone") as terminal:
        assert terminal.wait_for_exit() == 75
        words(terminal, sentence)


def test_a_server_out_of_reach_is_no_word_about_a_trace(machine: Machine, there: str) -> None:
    away = "http://127.0.0.1:9"
    with machine.terminal("review", "-b", away, "tr-1", "tr-2") as terminal:
        assert terminal.wait_for_exit() == 75
        assert "There is no trace" not in terminal.text


def test_a_trace_of_another_experiment_than_the_one_typed_is_taken_and_told(
    machine: Machine, store: Path, there: str
) -> None:
    other = trace_of(span("q", "Is the quay lit?"))

    async def fill() -> None:
        opened = await LocalStore.open(store)
        await opened.import_traces([other], "another")
        await opened.close()

    asyncio.run(fill())
    with machine.terminal("review", "-b", f"local:{store}", "-e", "another", there, other.summary.id) as terminal:
        words(terminal, "item 2/2", "mine 1", "Is the quay lit?")  # the first is answered already, in the demo
        assert f"Taken as named, though not of another: {there} (experiment " in terminal.written.decode()
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_show_tells_of_each_trace_what_is_known(machine: Machine, store: Path, there: str, tmp_path: Path) -> None:
    home = tmp_path / "elsewhere"
    home.mkdir()
    labeler = Program(home)
    shown = labeler.run("show", "-b", f"local:{store}", "tr-gone", there, "tr-gone", there)
    assert shown.code == 1
    assert shown.out.count(f"{there}  ") == 1
    assert shown.err.count("There is no trace tr-gone at local:") == 1
    assert "Named more than once, taken once: tr-gone, " in shown.err
    away = labeler.run("show", "-b", "http://127.0.0.1:9", "tr-1", "tr-2")
    assert away.code == 75
    assert "Not here, and cannot be asked for: tr-1." in away.err
    assert "Not here, and cannot be asked for: tr-2." in away.err
    assert "There is no trace" not in away.err


def test_pull_names_what_is_not_found_once_and_the_rest_comes(
    machine: Machine, store: Path, there: str, tmp_path: Path
) -> None:
    home = tmp_path / "elsewhere"
    home.mkdir()
    labeler = Program(home)
    gone = [f"tr-gone{number}" for number in range(8)]
    pulled = labeler.run("pull", "-r", "rhea.k", "-b", f"local:{store}", there, there, *gone)
    assert pulled.code == 1
    assert "There is no trace tr-gone0, tr-gone1, tr-gone2, tr-gone3, tr-gone4 and 3 more at local:" in pulled.err
    assert "1 of 1 traces are here" in pulled.err
    assert f"Named more than once, taken once: {there}." in pulled.err
