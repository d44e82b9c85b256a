"""HTTP to one MLflow server. This is the only module that imports httpx.

It has one connection pool, to the configured origin alone. Redirects are never followed: credentials go nowhere else.
Whatever the server does, every call ends within its patience, with a response or one of the errors of `backends.base`.
A call that only reads is repeated if its connection broke (RFC 9110, 9.2.2); nothing else is repeated here.
"""

from __future__ import annotations

import asyncio
import copy
import random
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

import httpcore
import httpx

from labeler import __version__
from labeler.backends.base import Ambiguous, BackendError, Malformed, MissingTarget, NotABackend, Unreachable
from labeler.backends.mlflow.credentials import Credentials, Tls, UnusableSettings
from labeler.backends.mlflow.error_causes import cause_of
from labeler.backends.mlflow.failures import Server, ServerAnswer, failure, no_tunnel
from labeler.backends.mlflow.handshake import ask_for_it, failed_handshake, speaks_tls, trust
from labeler.backends.mlflow.json_body import encoded, parse
from labeler.backends.mlflow.loopback import LoopbackBackend
from labeler.backends.mlflow.missing_modules import fail_at_once_if_missing
from labeler.backends.mlflow.proxies import Proxy, proxy_for
from labeler.backends.mlflow.quickack import network_backend
from labeler.backends.mlflow.unpacking import ACCEPTED, Cut, NotUnpacked, unpacked
from labeler.backends.pulse import Pulse
from labeler.dataclass import dataclass

MAX_BODY: Final = 256 * 1024 * 1024
"""The largest response that is read, in bytes."""

_MAX_CONNECTIONS: Final = 8
_KEEPALIVE_S: Final = 4.0
"""Less than uvicorn's 5 s, so that a connection is rarely reused at the moment when the server closes it."""

_PAUSES_S: Final = (0.05, 0.2, 0.8)
"""Seconds before each repetition of a call whose connection broke. After the last one it has failed."""

_AT_ONCE_S: Final = 1.5
"""Seconds within which a server closes the connection if it refused the handshake, which TLS 1.3 reports afterwards."""

_PAST_CACHES: Final = {"Cache-Control": "no-cache", "Pragma": "no-cache"}


class _Broken(Ambiguous):
    """The connection broke before the response was complete."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, in seconds: from one byte to the next, and in total."""

    silence_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a server. A locked SQLite file takes 20 s to respond, a cold scan of all text a minute."""

    connect_s: float = 3.0
    ordinary: Patience = Patience(30, 60)
    whole_trace: Patience = Patience(30, 300)
    text_search: Patience = Patience(90, 180)


class Transport:
    """Makes calls to the server at `url` (canonical, without userinfo), with `credentials` if any, in `workspace`.

    Its constructor raises `UnusableSettings` for a setting that cannot be sent, or a certificate that cannot be used.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        workspace: str = "",
        tls: Tls = Tls(),  # noqa: B008 - frozen
        timeouts: Timeouts = Timeouts(),  # noqa: B008 - frozen
        pulse: Pulse | None = None,
    ) -> None:
        self.url = url
        self.timeouts = timeouts
        self.workspace = workspace
        self._credentials = credentials
        self._tls = tls
        self._pulse = pulse or Pulse()
        self._proxy = proxy_for(url)
        self._server = Server(url, credentials.source if credentials else None, self._proxy_that_may_answer)
        self._has_answered = False
        headers = {
            "User-Agent": f"labeler/{__version__}",
            "Accept": "application/json, */*",
            "Accept-Encoding": ACCEPTED,
        }
        if credentials is not None:
            headers["Authorization"] = credentials.authorization
        if not (workspace.isascii() and workspace.isprintable()):
            raise UnusableSettings(
                "The name of the workspace (MLFLOW_WORKSPACE or backend.workspace) holds characters that no request "
                "can carry"
            )
        if workspace:
            headers["X-MLFLOW-WORKSPACE"] = workspace
        self._client = httpx.AsyncClient(
            transport=_Pool(url, tls, self._proxy), headers=headers, follow_redirects=False, trust_env=False
        )
        self._of_each_request: Mapping[str, str] = {}

    @property
    def past_caches(self) -> Transport:
        """The same connections, for requests that no cache on the way may respond to (RFC 9111, 5.2.1.4)."""
        transport = copy.copy(self)
        transport._of_each_request = _PAST_CACHES
        return transport

    @property
    def perhaps_the_proxys(self) -> str:
        """The end of a sentence about a response that is not MLflow's: that it may be the proxy's, if there is one."""
        return "" if self._proxy_that_may_answer is None else self._proxy_that_may_answer.perhaps

    @property
    def _proxy_that_may_answer(self) -> Proxy | None:
        """The proxy, if it can respond in the server's place. In a tunnel for https it cannot."""
        return self._proxy if self.url.startswith("http://") else None

    async def get(
        self, path: str, params: Mapping[str, str | int] | None = None, patience: Patience | None = None
    ) -> dict[str, Any]:
        """Return the JSON object in the response to a GET. Raises `NotABackend` for a web page in its place."""
        answer = await self._insist("GET", path, params, None, patience)
        if answer.is_html or answer.body.lstrip()[:1] == b"<":
            raise NotABackend(
                f"{self.url} shows a web page where MLflow's answer should be: a login page, a network that wants you "
                f"to sign in, or a wrong address{self.perhaps_the_proxys}"
            )
        return await self._object(answer)

    async def send(
        self, method: str, path: str, payload: Mapping[str, object] | None = None, patience: Patience | None = None
    ) -> dict[str, Any]:
        """Send `payload` once, and return the JSON object in the response.

        Raises `Refused` for a value that JSON cannot hold.
        """
        content = None if payload is None else encoded(payload)
        return await self._object(await self._ask(method, path, None, content, patience or self.timeouts.ordinary))

    async def put(self, path: str, content: bytes, media_type: str) -> None:
        """Send a file once."""
        await self._ask("PUT", path, None, content, self.timeouts.whole_trace, media_type=media_type)

    async def query(self, path: str, payload: Mapping[str, object], patience: Patience | None = None) -> dict[str, Any]:
        """Return the JSON object in the response to a POST that only reads, so that it may be repeated.

        Raises what `send` raises.
        """
        return await self._object(await self._insist("POST", path, None, encoded(payload), patience))

    async def body(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        patience: Patience | None = None,
        most_bytes: int = MAX_BODY,
    ) -> bytes:
        """Return the body of the response to a GET, of any type. Raises `Malformed` if it exceeds `most_bytes`."""
        return (await self._insist("GET", path, params, None, patience, most_bytes)).body

    async def close(self) -> None:
        await self._client.aclose()

    async def _insist(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        content: bytes | None,
        patience: Patience | None,
        most_bytes: int = MAX_BODY,
    ) -> ServerAnswer:
        """Make a call that only reads, and repeat it a few times if the connection breaks."""
        patience = patience or self.timeouts.ordinary
        began = time.monotonic()
        for pause_s in _PAUSES_S:
            try:
                return await self._ask(method, path, params, content, patience, most_bytes)
            except _Broken:
                if time.monotonic() - began > patience.silence_s:
                    raise
                await asyncio.sleep(pause_s * random.uniform(0.5, 1.5))
        return await self._ask(method, path, params, content, patience, most_bytes)

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        content: bytes | None,
        patience: Patience,
        most_bytes: int = MAX_BODY,
        media_type: str = "application/json",
    ) -> ServerAnswer:
        typed = {} if content is None else {"Content-Type": media_type}
        began = time.monotonic()
        try:
            request = self._client.build_request(
                method,
                self._address(path, params),
                content=content,
                headers={**typed, **self._of_each_request},
                timeout=httpx.Timeout(patience.silence_s, connect=self.timeouts.connect_s),
            )
            with self._pulse.request() as heard:
                async with asyncio.timeout(patience.total_s):
                    response = await self._client.send(request, stream=True)
                    heard()
                    self._has_answered |= response.status_code != 400
                    answer = await self._read(response, most_bytes, heard)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, ValueError) as error:
            raise await self._broken(error, time.monotonic() - began) from None
        except TimeoutError:
            raise Ambiguous(f"{self._way} did not finish its answer within {patience.total_s:.0f} s") from None
        if answer.status == 400 and await self._expects_tls():
            raise self._wants_https()
        if answer.status >= 300:
            body = answer.body if self._credentials is None else self._credentials.redacted(answer.body)
            raise failure(replace(answer, body=body), self._server)
        return answer

    async def _read(self, response: httpx.Response, most_bytes: int, heard: Callable[[], None]) -> ServerAnswer:
        codings = response.headers.get_list("Content-Encoding", split_commas=True)
        try:
            body = await unpacked(_heard(response.aiter_raw(), heard), codings, most_bytes)
        except NotUnpacked as error:
            raise Malformed(f"{self.url} answered with {error}; not read further") from None
        except Cut:
            raise _Broken(f"The connection to {self._way} broke: its answer came cut or damaged") from None
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return ServerAnswer(response.status_code, headers, body)

    def _address(self, path: str, params: Mapping[str, str | int] | None) -> httpx.URL:
        """Return the URL of a request. Raises `MissingTarget` for a name or an ID that no URL can hold."""
        httpx.URL(self.url)  # raises first if the server's own address is wrong, which is another error
        try:
            return httpx.URL(f"{self.url}{path}?{urlencode(params)}" if params else f"{self.url}{path}")
        except (httpx.InvalidURL, UnicodeError):
            raise MissingTarget(
                "Nothing has the name or ID asked for: it is too long for any request, or holds half a character"
            ) from None

    async def _object(self, answer: ServerAnswer) -> dict[str, Any]:
        parsed = await parse(answer.body)
        if not isinstance(parsed, dict):
            raise Ambiguous(
                f"{self.url} answered with something else than MLflow's JSON: a login page, perhaps"
                f"{self.perhaps_the_proxys}"
            )
        return parsed

    @property
    def _way(self) -> str:
        """The server, and the proxy in front of it, as messages about a broken connection name them."""
        return self.url if self._proxy is None else f"{self.url} through {self._proxy}"

    async def _broken(self, error: Exception, after_s: float) -> BackendError:
        """Return the error that a failure below HTTP means, `after_s` seconds after the start of the request.

        The words of httpx are not used, because they may quote a header.
        """
        is_new = not self._has_answered
        if (failed := self._failed_handshake(error)) is not None:
            look_again = partial(_ssl_context, self._tls) if self._proxy is None else None
            at = f"{self._proxy}, or {self.url} behind it," if self._proxy and self._proxy.is_encrypted else self._way
            return await failed_handshake(failed, self.url, at, self._tls, look_again)
        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError) and await self._expects_tls():
            return self._wants_https()
        match error:
            case httpx.ConnectError() | httpx.ConnectTimeout():
                return Unreachable(self._no_connection(error))
            case httpx.ProxyError() if self._proxy is not None:
                return no_tunnel(str(error), self.url, self._proxy)
            case httpx.PoolTimeout():
                return Unreachable(f"All connections to {self.url} are busy")
            case httpx.TimeoutException():
                return Ambiguous(f"{self._way} went silent")
            case httpx.RemoteProtocolError() if "illegal status line" in str(error):
                return NotABackend(f"Whatever answers at {self._way} does not speak HTTP")
            case httpx.LocalProtocolError() | httpx.UnsupportedProtocol() | httpx.InvalidURL() | ValueError():
                return NotABackend(
                    f"No request to {self.url} can be made: the address or a setting holds a character it cannot"
                )
            case _ if is_new and self.url.startswith("https://") and after_s < _AT_ONCE_S:
                return _Broken(f"{self._way} ended the connection right after the TLS handshake{ask_for_it(self._tls)}")
            case _:
                return _Broken(f"The connection to {self._way} broke")

    def _failed_handshake(self, error: Exception) -> ssl.SSLError | None:
        """Return the TLS error behind `error` if a handshake failed, which TLS 1.3 may report only afterwards."""
        if isinstance(error, httpx.ConnectError):
            return cause_of(error, ssl.SSLError)
        is_told_late = isinstance(error, ssl.SSLError) and "ALERT" in (error.reason or "")
        return error if isinstance(error, ssl.SSLError) and is_told_late and not self._has_answered else None

    def _no_connection(self, error: httpx.TransportError) -> str:
        """Return a sentence that says that the server was not reached, and why, as far as that is known."""
        why = _why(error, self.timeouts.connect_s)
        if self._proxy is None:
            return f"No connection to {self.url}: {why}"
        is_known = isinstance(error, httpx.ConnectError) and cause_of(error, OSError) is not None
        if self.url.startswith("http://") or is_known:  # else the tunnel may have broken in its handshake
            return f"No connection to {self._proxy}: {why}. {self.url} itself was not reached"
        return f"No connection to {self._way}: {why}"

    async def _expects_tls(self) -> bool:
        """Return whether the port of an http address speaks TLS. It is tested only before the first good response."""
        is_plain = self._proxy is None and self.url.startswith("http://")
        return is_plain and not self._has_answered and await speaks_tls(self.url)

    def _wants_https(self) -> NotABackend:
        return NotABackend(
            f"{self.url} speaks TLS there, and not plain http; the address is https{self.url.removeprefix('http')}"
        )


async def _heard(chunks: AsyncIterator[bytes], heard: Callable[[], None]) -> AsyncIterator[bytes]:
    """Yield the same chunks, and call `heard` for each."""
    async for chunk in chunks:
        heard()
        yield chunk


class _Pool(httpx.AsyncHTTPTransport):
    """The transport of httpx, over a connection pool with our own network backend, or over a proxy."""

    def __init__(self, url: str, tls: Tls, proxy: Proxy | None) -> None:
        fail_at_once_if_missing("sniffio")
        limits = httpx.Limits(
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_CONNECTIONS,
            keepalive_expiry=_KEEPALIVE_S,
        )
        context = _ssl_context(tls) if url.startswith("https://") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            super().__init__(verify=context, limits=limits, trust_env=False, proxy=None if proxy is None else proxy.url)
        except (ImportError, ValueError, httpx.InvalidURL):
            unusable = "The proxy" if proxy is None else proxy.subject
            raise UnusableSettings(f"{unusable} cannot be used; http(s)://HOST:PORT can") from None
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=_MAX_CONNECTIONS,
                max_keepalive_connections=_MAX_CONNECTIONS,
                keepalive_expiry=_KEEPALIVE_S,
                network_backend=LoopbackBackend(network_backend()),
            )


def _ssl_context(tls: Tls) -> ssl.SSLContext:
    return trust(tls, httpx.create_ssl_context)


def _why(error: httpx.TransportError, patience_s: float) -> str:
    """Return why no connection was made."""
    if isinstance(error, httpx.TimeoutException):
        return f"nothing answered within {patience_s:g} s"
    if (unknown := cause_of(error, socket.gaierror)) is not None:
        return f"its name cannot be looked up ({unknown.strerror})"
    if cause_of(error, ConnectionRefusedError) is not None:
        return "refused; nothing answers there at the moment"
    refused = cause_of(error, OSError)
    return "it broke off while it was made" if refused is None else refused.strerror or "it could not be made"
