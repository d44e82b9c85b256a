"""z on media: in the viewer after asking once, or saved to a file; never what a trace says it is."""

from __future__ import annotations

import json
import math
import stat
from pathlib import Path

import pytest

from labeler.domain.trace import RawTrace
from labeler.tui.media.viewer import ViewerFailed, find_viewer
from tests.reading.corpus import span, trace_of
from tests.reading.pictures import data_uri, picture
from tests.tui.review.asked import THUMB
from tests.tui.review.table import Table, open_table
from tests.tui.snapshot import Snapshots

PHOTO = picture("PNG", (64, 32))
OTHER = picture("GIF", (5, 5))
SOUND = b"RIFF\x24\0\0\0WAVEfmt " + bytes(32)


def asked_about(*files: tuple[bytes, str]) -> RawTrace:
    """A trace whose user shows `files`: content and what the trace says it is."""
    parts = [{"type": "image_url", "image_url": {"url": data_uri(content, type)}} for content, type in files]
    messages = [{"role": "user", "content": [{"type": "text", "text": "What are these?"}, *parts]}]
    return trace_of(span({"messages": messages}, {"role": "assistant", "content": "Stamps."}))


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)


class Album:
    """A viewer that notes what it was given, and how that file was kept."""

    def __init__(self, folder: Path, status: int = 0) -> None:
        self.program, self._seen = folder / "viewer", folder / "seen"
        self.program.write_text(
            f'#!/bin/sh\ncp "$1" "{folder}/copy-$(basename "$1")"\n'
            f'stat -c "%a %n" "$1" "$(dirname "$1")" >> "{self._seen}"\necho end >> "{self._seen}"\nexit {status}\n'
        )
        self.program.chmod(0o700)
        self._folder = folder

    @property
    def shown(self) -> list[bytes]:
        return [each.read_bytes() for each in sorted(self._folder.glob("copy-*"))]

    @property
    def seen(self) -> list[str]:
        return self._seen.read_text().splitlines() if self._seen.exists() else []

    def still_has(self, path: str) -> bool:
        return Path(path).exists()

    def forget(self) -> None:
        self._seen.unlink()


@pytest.fixture
def album(tmp_path: Path) -> Album:
    folder = tmp_path / "album"
    folder.mkdir()
    return Album(folder)


async def asks(table: Table, *said: str) -> None:
    await table.wait_for(lambda: all(each in table.said for each in said), f"{said} being asked")


def hurry(table: Table) -> None:
    """Have nobody wait before answering what is asked back."""
    table.review.end_question()
    table.review.confirm.clock = lambda: -math.inf  # opened long before any press


async def test_the_viewer_opens_media_after_asking_once(tmp_path: Path, album: Album) -> None:
    raw = asked_about((PHOTO, "image/png"))
    for asked in (True, False):
        async with open_table(tmp_path, [raw], (THUMB,), viewer=[str(album.program)]) as table:
            hurry(table)
            await table.press("z")
            if asked:
                await asks(table, "Open this and other media with viewer from now on?", "Enter yes · Esc no")
                assert album.seen == []
                await table.press("enter")
            await table.wait_for(lambda: album.seen[-1:] == ["end"], "the viewer")
            await asks(table, f"viewer opens it: PNG image, {len(PHOTO)} B")
            (file_mode, file), (folder_mode, folder) = (line.split(" ", 1) for line in album.seen[:2])
            assert (file_mode, folder_mode) == ("600", "700")
            assert Path(file).name == "media-1.png"
            assert album.shown == [PHOTO]
            assert table.values(0) == {}
        assert not album.still_has(folder)
        album.forget()


async def test_esc_opens_nothing_and_what_is_no_answer_asks_on(tmp_path: Path, album: Album) -> None:
    raw = asked_about((PHOTO, "image/png"))
    async with open_table(tmp_path, [raw], (THUMB,), viewer=[str(album.program)]) as table:
        table.review.confirm.clock = lambda: math.inf  # pressed at once, however slow the machine
        await table.press("z")
        await asks(table, "Open this and other media with viewer")
        await table.press_at_once("y", "enter", "n")
        assert "Open this and other media with viewer" in table.said
        hurry(table)
        await table.press("z")
        await asks(table, "Open this and other media with viewer")
        await table.press("1", "j", "u")
        assert "Open this and other media with viewer" in table.said
        table.desk.tell("Something else came up.")
        await asks(table, "Something else")
        await table.press("y")
        assert "Open this and other media with viewer" in table.said
        await table.press("n")
        assert "Open this" not in table.said
        assert table.values(0) == {}
        assert album.seen == []


async def viewed(table: Table, album: Album, pictures: int) -> None:
    await table.wait_for(lambda: album.seen.count("end") == pictures, "the viewer")


async def test_the_same_key_goes_on_to_the_next_picture_of_the_message(tmp_path: Path, album: Album) -> None:
    raw = asked_about((PHOTO, "image/png"), (OTHER, "image/png"))
    async with open_table(tmp_path, [raw], (THUMB,), viewer=[str(album.program)]) as table:
        await table.desk.contents.agree("viewer")
        for count in (1, 2, 3):
            await table.press("z")
            await viewed(table, album, count)
        assert album.shown == [PHOTO, OTHER, PHOTO]
        assert [Path(line).suffix for line in album.seen if "media-" in line] == [".png", ".gif", ".png"]


HOSTILE = {
    b"<html><script>x()</script></html>": "page or script",
    b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>": "page or script",
    b"#!/bin/sh\nrm -rf ~\n": "page or script",
    b"MZ\x90\x00 program": "program",
    b"\x7fELF\x02\x01": "program",
    b"PK\x03\x04 document with macros": "archive or office document",
}


@pytest.mark.parametrize("content", HOSTILE)
async def test_what_might_run_something_is_never_opened_whatever_the_trace_calls_it(
    content: bytes, tmp_path: Path, album: Album
) -> None:
    raw = asked_about((content, "image/png"))
    async with open_table(tmp_path, [raw], (THUMB,), viewer=[str(album.program)], size=(200, 40)) as table:
        hurry(table)
        await table.desk.contents.agree("viewer")
        await table.press("z")
        await asks(table, f"A {HOSTILE[content]} is not opened: it might run something. Save it to ")
        await table.press("y")
        await asks(table, "saved to")
        (saved,) = (tmp_path / "copied").iterdir()
        assert saved.read_bytes() == content
        assert saved.suffix in (".txt", ".bin", ".zip")
        assert stat.S_IMODE(saved.stat().st_mode) == 0o600
        assert album.seen == []


@pytest.mark.usefixtures("no_display")
async def test_without_a_viewer_saving_is_offered_and_where_is_said(tmp_path: Path) -> None:
    async with open_table(tmp_path, [asked_about((PHOTO, "image/jpeg"))], (THUMB,), size=(90, 24)) as table:
        hurry(table)
        await table.press("z")
        await asks(table, "There is no viewer here for a PNG image. Save it to …", "Enter yes · Esc no")
        await table.press("escape")
        assert not (tmp_path / "copied").exists()
        await table.press("z")
        await asks(table, "Save it to")
        await table.press("enter")
        await asks(table, "saved to")
        (saved,) = (tmp_path / "copied").iterdir()
        assert saved.name.startswith("tr-000")
        assert saved.suffix == ".png"
        assert saved.read_bytes() == PHOTO
        assert saved.name in table.said


async def test_a_viewer_that_fails_is_told_and_saving_offered(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    broken = Album(folder, status=3)
    async with open_table(tmp_path, [asked_about((PHOTO, ""))], (THUMB,), viewer=[str(broken.program)]) as table:
        hurry(table)
        await table.press("z")
        await asks(table, "Open this and other media with")
        await table.press("enter")
        await asks(table, "viewer did not open it (status 3). Save it to", "Enter yes · Esc no")


async def test_a_configured_viewer_that_is_not_installed_is_named(tmp_path: Path) -> None:
    async with open_table(tmp_path, [asked_about((PHOTO, ""))], (THUMB,), viewer=["no-such-viewer", "-x"]) as table:
        await table.press("z")
        await asks(table, "no-such-viewer is not here to open it. Save it to")


async def test_what_was_not_recorded_is_said(tmp_path: Path) -> None:
    url = {"type": "image_url", "image_url": {"url": "https://x.test/stamp.png"}}
    messages = [{"role": "user", "content": [url]}]
    cut = data_uri(PHOTO)[:-7] + "*"
    raws = [
        trace_of(span({"messages": messages}, "A stamp.")),
        trace_of(span({"photo": cut}, "A stamp.")),
    ]
    for raw, said in zip(raws, ("Only its address was recorded", "damaged or was cut"), strict=True):
        async with open_table(tmp_path / said[:4], [raw], (THUMB,)) as table:
            await table.press("z")
            await asks(table, said)


async def test_an_attachment_of_an_imported_trace_is_said_not_to_be_there(tmp_path: Path) -> None:
    corpus = json.loads((Path(__file__).parents[2] / "corpus" / "plain_attachment.json").read_text())
    raw = trace_of(span({"file": _attachment_in(corpus)}, "read"))
    async with open_table(tmp_path, [raw], (THUMB,), size=(200, 40)) as table:
        await table.press("z")
        await asks(table, "It could not be fetched:")


def _attachment_in(body: object) -> str:
    text = json.dumps(body)
    start = text.index("mlflow-attachment://")
    return text[start : text.index('"', start)].rstrip("\\").replace("tr-31cc16125c6a1c3057728b0d5356e31a", "tr-1")


async def test_other_blocks_still_fold(tmp_path: Path) -> None:
    raw = trace_of(span({"photo": data_uri(PHOTO), "log": "line\n" * 80}, "read"))
    async with open_table(tmp_path, [raw], (THUMB,)) as table:
        await table.press("home", "Z")
        before = table.screen
        await table.press("Z")
        assert table.screen != before


def test_there_is_no_viewer_without_a_display(tmp_path: Path) -> None:
    program = tmp_path / "xdg-open"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    (tmp_path / "open").write_text("#!/bin/sh\n")
    (tmp_path / "open").chmod(0o700)
    here = {"PATH": str(tmp_path)}
    assert find_viewer((), here, "linux") is None
    assert find_viewer((), {**here, "SSH_CONNECTION": "x", "DISPLAY": ""}, "linux") is None
    for display in ("DISPLAY", "WAYLAND_DISPLAY"):
        viewer = find_viewer((), {**here, display: ":0"}, "linux")
        assert viewer is not None
        assert viewer.command == (str(program),)
        assert viewer.name == "xdg-open"
    assert find_viewer((), {"PATH": "", "DISPLAY": ":0"}, "linux") is None
    assert find_viewer((), here, "darwin") is not None
    assert find_viewer((), {**here, "SSH_CONNECTION": "x"}, "darwin") is None
    assert find_viewer(("xdg-open", "--new"), here, "linux") is not None
    assert find_viewer(("no-such-viewer",), {**here, "DISPLAY": ":0"}, "linux") is None


async def test_a_viewer_that_cannot_start_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("no program")
    broken.chmod(0o700)
    viewer = find_viewer((str(broken),), {"PATH": ""})
    assert viewer is not None
    with pytest.raises(ViewerFailed, match="broken did not start"):
        await viewer.open(tmp_path / "x")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_is_asked_before_a_viewer_opens(
    size: tuple[int, int], tmp_path: Path, album: Album, snapshots: Snapshots
) -> None:
    raw = asked_about((PHOTO, "image/png"), (OTHER, "image/gif"), (SOUND, "audio/wav"))
    async with open_table(tmp_path, [raw], (THUMB,), size=size, viewer=[str(album.program)]) as table:
        await table.press("z")
        await asks(table, "Open this and other media with viewer")
        snapshots.check(f"media-{size[0]}x{size[1]}", table.app)
