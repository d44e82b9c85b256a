"""Opening media: drawn here where the terminal can, else in the viewer after asking once, else saved to a file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from labeler.desk.media_content import ContentAway
from labeler.domain.byte_size import size_words
from labeler.reading.document import Block
from labeler.reading.media.file_type import ContentType, content_type
from labeler.tui.media import MediaSettings
from labeler.tui.media.decoding import UnreadablePicture, decoded
from labeler.tui.media.private_files import TemporaryFiles, in_words, write_privately
from labeler.tui.media.terminal import Pictures
from labeler.tui.media.viewer import Viewer, ViewerFailed, find_viewer
from labeler.tui.review.copy import name_of
from labeler.tui.screens.picture import PictureLeft, PictureScreen, Wish

if TYPE_CHECKING:
    from labeler.tui.review.screen import ReviewScreen

_MOST_SIDE: Final = 2000
"""Pixels to which a picture is shrunk before it is drawn: more than a terminal has."""

_SAID_BESIDE: Final = 40


class Opening:
    """Opens media of the current trace, one at a time."""

    def __init__(self, screen: ReviewScreen, settings: MediaSettings) -> None:
        self._screen = screen
        self._settings = settings
        self._pictures = Pictures(settings.pictures, os.environ)
        self._files = TemporaryFiles()
        self._trace_id = ""

    def open(self, trace_id: str, block: Block) -> None:
        """Open what a media block of the current trace stands for, as soon as it is here."""
        if self._is_current(trace_id):
            self._trace_id = trace_id
            self._screen.say(f"opening {block.text}", "chrome")
            self._begin(self._open(block))

    def close(self) -> None:
        """Remove what viewers were given."""
        self._files.remove()

    def _begin(self, work: Coroutine[object, object, None]) -> None:
        """Do something beside the keys, in place of what is still being done for an earlier one."""
        self._screen.run_worker(work, group="media", exclusive=True)

    async def _open(self, block: Block) -> None:
        trace_id = self._trace_id
        try:
            content = await self._screen.desk.contents.of(block.uri, trace_id)
        except ContentAway as error:
            self._say(trace_id, str(error))
            return
        if not self._is_current(trace_id):
            return
        kind = content_type(content)
        if kind.is_picture and self._pictures.are_possible(self._screen.app):
            await self._draw(content, kind, block)
        else:
            await self._hand_over(content, kind)

    async def _draw(self, content: bytes, kind: ContentType, block: Block) -> None:
        trace_id, screen = self._trace_id, self._screen
        try:
            picture = await asyncio.to_thread(decoded, content, _MOST_SIDE)
        except UnreadablePicture as error:
            self._offer_to_save(content, kind, str(error))
            return
        if self._is_current(trace_id):
            screen.say("")
            shown = PictureScreen(block.text, self._pictures, picture, screen.keymap, screen.look)
            screen.app.push_screen(shown, partial(self._left, content, kind))

    async def _left(self, content: bytes, kind: ContentType, left: PictureLeft | None) -> None:
        """The picture was left, for the viewer or because it cannot be drawn, or just closed."""
        self._screen.pressing.closed(left.pressed if left is not None else None)
        if left is not None and left.wish is Wish.VIEWER:
            self._begin(self._hand_over(content, kind))
        elif left is not None and left.wish is Wish.FILE:
            self._offer_to_save(content, kind, "This picture cannot be drawn.")

    async def _hand_over(self, content: bytes, kind: ContentType) -> None:
        """To the viewer, if there is one that the reviewer agreed to, or now agrees to."""
        if not kind.is_harmless:
            self._offer_to_save(content, kind, f"A {kind.name} is not opened: it might run something.")
            return
        viewer = find_viewer(self._settings.viewer, os.environ)
        if viewer is None:
            wanted = self._settings.viewer
            missing = (
                f"{wanted[0]} is not here to open it." if wanted else f"There is no viewer here for a {kind.name}."
            )
            self._offer_to_save(content, kind, missing)
        elif await self._screen.desk.contents.may_run(viewer.name):
            await self._view(content, kind, viewer)
        else:
            question = f"Open this and other media with {viewer.name} from now on?"
            self._screen.ask(question, partial(self._agreed, content, kind, viewer))

    async def _agreed(self, content: bytes, kind: ContentType, viewer: Viewer) -> None:
        try:
            await self._screen.desk.contents.agree(viewer.name)
        except ContentAway as error:
            self._screen.say(str(error), "warning")
            return
        self._begin(self._view(content, kind, viewer))

    async def _view(self, content: bytes, kind: ContentType, viewer: Viewer) -> None:
        trace_id = self._trace_id
        try:
            file = await asyncio.to_thread(self._files.write, kind.extension, content)
            self._say(trace_id, f"{viewer.name} opens it: {kind.name}, {size_words(len(content))}", "chrome.strong")
            await viewer.open(file)
        except OSError as error:
            self._say(trace_id, f"No file could be made for {viewer.name}: {error.strerror or error}")
        except ViewerFailed as error:
            self._offer_to_save(content, kind, f"{error}.")

    def _offer_to_save(self, content: bytes, kind: ContentType, why: str) -> None:
        if self._is_current(self._trace_id):
            file = self._file_for(content, kind)
            shown = in_words(file, max(self._screen.size.width - len(why) - _SAID_BESIDE, 24))
            self._screen.ask(f"{why} Save it to {shown}?", partial(self._save, content, file))

    async def _save(self, content: bytes, file: Path) -> None:
        try:
            await asyncio.to_thread(write_privately, file, content)
        except OSError as error:
            self._screen.say(f"Not saved: {error.strerror or error}. It would go to {file.parent}", "warning")
            return
        self._screen.say(f"saved to {in_words(file, self._screen.size.width - len('saved to ') - 2)}")

    def _file_for(self, content: bytes, kind: ContentType) -> Path:
        """A file named after the trace and the content, so that each is saved once and none over another."""
        import hashlib  # 5 ms that no start has to wait for

        told = hashlib.sha256(content).hexdigest()[:8]
        return self._settings.folder / f"{name_of(self._trace_id)}-{told}{kind.extension}"

    def _is_current(self, trace_id: str) -> bool:
        item = self._screen.desk.state.item
        return item is not None and item.trace_id == trace_id

    def _say(self, trace_id: str, sentence: str, role: str = "warning") -> None:
        if self._is_current(trace_id):
            self._screen.say(sentence, role)
