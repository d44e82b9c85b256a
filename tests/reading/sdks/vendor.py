"""A model vendor on loopback that tells the story: OpenAI's and Anthropic's APIs, whole and streamed.

It calls the tool that it is offered until it has the tool's finding; then it thinks and answers.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.reading.sdks import anthropic_api, chat_api, responses_api
from tests.reading.sdks.story import scenario_in

APIS: Final[Mapping[str, Any]] = {
    "/chat/completions": chat_api,
    "/responses": responses_api,
    "/messages": anthropic_api,
}
"""By the end of the path: vendors that speak like OpenAI put it under paths of their own."""


@contextmanager
def vendor() -> Iterator[str]:
    """The vendor's address, without a path."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        asked: dict[str, Any] = json.loads(body)
        api = next(api for path, api in APIS.items() if self.path.partition("?")[0].endswith(path))
        scenario = scenario_in(json.dumps(asked, ensure_ascii=False))
        calls_tool = bool(api.offered(asked)) and "Finding on" not in body
        if asked.get("stream"):
            events = api.streamed(scenario, asked, calls_tool)
            self._send("text/event-stream", "".join(_event(each) for each in events).encode())
        else:
            self._send("application/json", json.dumps(api.whole(scenario, asked, calls_tool)).encode())

    def _send(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: a test's output is its own."""


def _event(data: Any) -> str:
    """A server-sent event; typed ones carry their type as its name."""
    if isinstance(data, str):
        return f"data: {data}\n\n"
    name = f"event: {data['type']}\n" if "type" in data else ""
    return f"{name}data: {json.dumps(data)}\n\n"
