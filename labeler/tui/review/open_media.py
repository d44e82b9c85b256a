"""Opening media: drawn here where the terminal can, else in the viewer after asking once, else saved to a file.

Nothing here knows a screen: each step comes to an outcome that a screen carries out, which may lead to the next.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from labeler.dataclass import dataclass
from labeler.desk.media_content import ContentAway, Contents
from labeler.domain.byte_size import size_words
from labeler.reading.document import Block
from labeler.reading.media.file_type import ContentType, content_type
from labeler.tui.media import MediaSettings
from labeler.tui.media.decoding import UnreadablePicture, decoded
from labeler.tui.media.private_files import TemporaryFiles, in_words, write_privately
from labeler.tui.media.viewer import Viewer, ViewerFailed, find_viewer
from labeler.tui.review.copy import name_of

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_SIDE: Final = 2000
"""Pixels to which a picture is shrunk before it is drawn: more than a terminal has."""

_SAID_BESIDE: Final = 40


@dataclass(frozen=True, slots=True)
class Say:
    """Say a sentence, then go on. `outlives_trace`: it is worth saying although another trace is there by now."""

    sentence: str
    role: str = "warning"
    outlives_trace: bool = False
    then: Step | None = None


@dataclass(frozen=True, slots=True)
class MediaAskBack:
    """Ask whether to do something."""

    sentence: str
    yes: Step


@dataclass(frozen=True, slots=True)
class ShowPicture:
    """Show a picture under its words; from there it may be wanted in the viewer, or prove impossible to draw."""

    words: str
    picture: Image
    in_viewer: Step
    undrawable: Step


Outcome: TypeAlias = Say | MediaAskBack | ShowPicture
Step: TypeAlias = Callable[[], Awaitable[Outcome]]


class MediaOpener:
    """Opens media of traces. `width` is that of the screen, for paths in sentences."""

    def __init__(self, contents: Contents, settings: MediaSettings) -> None:
        self._contents = contents
        self._settings = settings
        self._files = TemporaryFiles()

    def close(self) -> None:
        """Remove what viewers were given."""
        self._files.remove()

    async def open(self, trace_id: str, block: Block, width: int, can_draw: Callable[[], bool]) -> Outcome:
        """Open what a media block of a trace stands for, as soon as it is here."""
        try:
            content = await self._contents.of(block.uri, trace_id)
        except ContentAway as error:
            return Say(str(error))
        file = _File(trace_id, content, content_type(content), width)
        if file.kind.is_picture and can_draw():
            return await self._draw(file, block)
        return await self._hand_over(file)

    async def _draw(self, file: _File, block: Block) -> Outcome:
        try:
            picture = await asyncio.to_thread(decoded, file.content, _MOST_SIDE)
        except UnreadablePicture as error:
            return self._offer_to_save(file, str(error))
        in_viewer = partial(self._hand_over, file)
        return ShowPicture(block.text, picture, in_viewer, partial(self._undrawable, file))

    async def _undrawable(self, file: _File) -> Outcome:
        return self._offer_to_save(file, "This picture cannot be drawn.")

    async def _hand_over(self, file: _File) -> Outcome:
        """To the viewer, if there is one that the reviewer agreed to, or now agrees to."""
        kind = file.kind
        if not kind.is_harmless:
            return self._offer_to_save(file, f"A {kind.name} is not opened: it might run something.")
        viewer = find_viewer(self._settings.viewer, os.environ)
        if viewer is None:
            wanted = self._settings.viewer
            missing = f"There is no viewer here for a {kind.name}."
            return self._offer_to_save(file, f"{wanted[0]} is not here to open it." if wanted else missing)
        if await self._contents.may_run(viewer.name):
            return await self._view(file, viewer)
        question = f"Open this and other media with {viewer.name} from now on?"
        return MediaAskBack(question, partial(self._agreed, file, viewer))

    async def _agreed(self, file: _File, viewer: Viewer) -> Outcome:
        try:
            await self._contents.agree(viewer.name)
        except ContentAway as error:
            return Say(str(error), outlives_trace=True)
        return await self._view(file, viewer)

    async def _view(self, file: _File, viewer: Viewer) -> Outcome:
        try:
            path = await asyncio.to_thread(self._files.write, file.kind.extension, file.content)
        except OSError as error:
            return Say(f"No file could be made for {viewer.name}: {error.strerror or error}")
        opens = f"{viewer.name} opens it: {file.kind.name}, {size_words(len(file.content))}"
        return Say(opens, "chrome.strong", then=partial(self._run, file, viewer, path))

    async def _run(self, file: _File, viewer: Viewer, path: Path) -> Outcome:
        try:
            await viewer.open(path)
        except OSError as error:
            return Say(f"No file could be made for {viewer.name}: {error.strerror or error}")
        except ViewerFailed as error:
            return self._offer_to_save(file, f"{error}.")
        return Say("")

    def _offer_to_save(self, file: _File, why: str) -> Outcome:
        path = self._settings.folder / file.name()
        shown = in_words(path, max(file.width - len(why) - _SAID_BESIDE, 24))
        return MediaAskBack(f"{why} Save it to {shown}?", partial(self._save, file, path))

    async def _save(self, file: _File, path: Path) -> Outcome:
        try:
            await asyncio.to_thread(write_privately, path, file.content)
        except OSError as error:
            said = f"Not saved: {error.strerror or error}. It would go to {path.parent}"
            return Say(said, outlives_trace=True)
        saved = f"saved to {in_words(path, file.width - len('saved to ') - 2)}"
        return Say(saved, "chrome.strong", outlives_trace=True)


@dataclass(frozen=True, slots=True)
class _File:
    """What a media block stands for, and the width of the screen that is told about it."""

    trace_id: str
    content: bytes
    kind: ContentType
    width: int

    def name(self) -> str:
        """Named after the trace and the content, so that each is saved once and none over another."""
        import hashlib  # 5 ms that no start has to wait for

        told = hashlib.sha256(self.content).hexdigest()[:8]
        return f"{name_of(self.trace_id)}-{told}{self.kind.extension}"
