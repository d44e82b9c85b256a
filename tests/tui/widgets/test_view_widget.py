"""A widget that is given a value paints what of it differs, and nothing where nothing does."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.geometry import Region

from labeler.tui.appearance import UNICODE, ScreenLook
from labeler.tui.theme import load_theme
from labeler.tui.widgets.line_widget import ViewWidget
from labeler.tui.widgets.styled_text import Line
from tests.tui.snapshot import screen_text


class Words(ViewWidget[tuple[str, ...]]):
    """A word a line. Notes which rows are painted anew."""

    DEFAULT_CSS = "Words { height: 3; }"

    def lines(self, view: tuple[str, ...], width: int, height: int) -> Sequence[Line]:
        return [[(word[:width], "chrome")] for word in view[:height]]

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Words:
        painted.extend(region.y for region in regions)
        layouts.append(layout)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


painted: list[int] = []
layouts: list[bool] = []


class Shown(App[None]):
    def __init__(self) -> None:
        super().__init__()
        theme = load_theme()
        self.register_theme(theme.textual())
        self.theme = theme.name
        self.words = Words(ScreenLook(theme.palette, UNICODE))

    def compose(self) -> ComposeResult:
        yield self.words


async def test_a_value_set_before_there_is_room_is_shown_once_there_is() -> None:
    app = Shown()
    app.words.view = ("early", "bird")
    async with app.run_test(size=(10, 4)) as pilot:
        await pilot.pause()
        assert screen_text(app).split() == ["early", "bird"]


async def test_one_that_appears_is_painted_though_something_asked_where_it_stands_before_it_was_laid_out() -> None:
    app = Shown()
    app.words.display = False
    async with app.run_test(size=(10, 4)) as pilot:
        app.words.view = ("early", "bird")
        app.words.display = True
        app.screen._compositor.update_widgets({app.words})
        assert app.words in app.screen._compositor.full_map
        await pilot.pause()
        assert screen_text(app).split() == ["early", "bird"]


async def test_only_rows_that_differ_are_painted_and_nothing_is_laid_out() -> None:
    app = Shown()
    async with app.run_test(size=(10, 4)) as pilot:
        app.words.view = ("one", "two", "three")
        await pilot.pause()
        painted.clear()
        layouts.clear()
        app.words.view = ("one", "two", "three")
        assert (painted, layouts) == ([], [])
        app.words.view = ("one", "2", "three")
        await pilot.pause()
        assert (painted, layouts) == ([1], [False])
        assert screen_text(app).split() == ["one", "2", "three"]
        app.words.view = None
        await pilot.pause()
        assert screen_text(app).split() == []


async def test_a_value_is_made_anew_for_another_width() -> None:
    app = Shown()
    async with app.run_test(size=(10, 4)) as pilot:
        app.words.view = ("considerable",)
        await pilot.pause()
        assert screen_text(app).split() == ["considerab"]
        await pilot.resize_terminal(6, 4)
        await pilot.pause()
        assert screen_text(app).split() == ["consid"]
