"""A headless Chromium that opens a page, over Chromium's own debugging protocol: one pipe in, one out."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
_SETTLE_MS: Final = 300


class Browser:
    """A page in a browser."""

    def __init__(self, into: int, out: int) -> None:
        self._into, self._out = into, os.fdopen(out, "rb")
        self._number = 0
        self._session: str | None = None
        self.requests: list[str] = []
        """The address of everything that the page has asked for."""
        target = self._send("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._send(f"{domain}.enable")

    def go_offline(self) -> None:
        self._send(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
        )

    def open(self, file: Path, *, width: int, height: int = 1000, scheme: str) -> None:
        """Show a file in a window of so many pixels, `scheme` being ``light`` or ``dark``."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._send("Emulation.setDeviceMetricsOverride", **size)
        self._send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._send("Page.navigate", url=file.as_uri())
        self.value(f"new Promise(done => setTimeout(done, {_SETTLE_MS}))")

    def go(self, address: str, *, width: int, height: int) -> None:
        """Begin to show an address, from nothing, in a window of so many pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._send("Emulation.setDeviceMetricsOverride", **size)
        self._send("Page.navigate", url="about:blank")
        self._send("Page.navigate", url=address)

    def click(self, x: float, y: float) -> None:
        """Press and release the mouse's left button at a place in the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self._send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, text: str) -> None:
        """Put text where the page has the keyboard."""
        self._send("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """Press a key that types nothing, by the name that pages know it by."""
        for kind in ("keyDown", "keyUp"):
            self._send("Input.dispatchKeyEvent", type=kind, key=key, code=key)

    def value(self, expression: str) -> Any:
        """Return what an expression in the page comes to, a promise awaited."""
        result = self._send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        return result["result"].get("value")

    def picture(self) -> str:
        """Return what is seen, as PNG in base64."""
        return str(self._send("Page.captureScreenshot", format="png")["data"])

    def _send(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        asked: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            asked["sessionId"] = self._session
        os.write(self._into, json.dumps(asked).encode() + b"\0")
        while True:
            told = json.loads(self._message())
            if told.get("method") == "Network.requestWillBeSent":
                self.requests.append(told["params"]["request"]["url"])
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def _message(self) -> bytes:
        found = b""
        while not found.endswith(b"\0"):
            piece = self._out.read(1)
            assert piece, "the browser has ended"
            found += piece
        return found[:-1]


@contextmanager
def a_browser() -> Iterator[Browser]:
    """Start a browser for a while. Where none is installed the test is skipped, but not in CI, which installs one."""
    program = next((found for name in _NAMES if (found := shutil.which(name))), None)
    if program is None:
        assert not os.environ.get("CI"), "there is no Chromium, which .ci/run installs"
        pytest.skip("there is no Chromium here")
    to_browser, into = os.pipe()
    out, from_browser = os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]

        def put_pipes_in_place() -> None:
            """Chromium reads from descriptor 3 and writes to 4."""
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        process = subprocess.Popen(
            [*command, f"--user-data-dir={profile}", "about:blank"],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            preexec_fn=put_pipes_in_place,
            close_fds=False,
        )
        os.close(to_browser)
        os.close(from_browser)
        try:
            yield Browser(into, out)
        finally:
            process.kill()
            process.wait()
            os.close(into)
