"""HTTP to one MLflow server: the only module that knows httpx.

One connection pool, to the configured origin alone: redirects are never followed, so credentials never travel. Every
call ends within its patience, whatever the other side does, and in one of the errors of `backends.base`. Nothing is
tried twice here.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

import httpcore
import httpx

from labeler import __version__
from labeler.backends.base import Ambiguous, BackendError, Malformed, NotABackend, Refused, Unreachable
from labeler.backends.mlflow.credentials import Credentials, Tls, UnusableSettings
from labeler.backends.mlflow.failures import Answer, Server, failure
from labeler.backends.mlflow.loopback import LoopbackBackend
from labeler.backends.mlflow.proxy_choice import proxy_for
from labeler.backends.mlflow.quickack import network_backend

MAX_BODY: Final = 256 * 1024 * 1024
"""Bytes of an answer that are read at most."""

_MAX_CONNECTIONS: Final = 8
_KEEPALIVE_S: Final = 4.0
"""Below uvicorn's 5 s, so that a connection is rarely reused in the moment the server closes it."""

_PARSED_ON_THE_LOOP: Final = 32 * 1024
"""Bytes of JSON up to which parsing takes less than handing it to a thread."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call may take, in seconds: from one byte to the next, and altogether."""

    silence_s: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait for a server. A locked SQLite answers after 20 s; a cold scan of all text takes a minute."""

    connect_s: float = 3.0
    ordinary: Patience = Patience(30, 60)
    whole_trace: Patience = Patience(30, 300)
    text_search: Patience = Patience(90, 180)


class Transport:
    """Calls to the server at `url` (canonical, without userinfo), with `credentials` if any, in `workspace`.

    Making one raises `UnusableSettings` for a setting that cannot be sent or a certificate that cannot be used.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        workspace: str = "",
        tls: Tls = Tls(),  # noqa: B008 - frozen
        timeouts: Timeouts = Timeouts(),
    ) -> None:
        self.url = url
        self.timeouts = timeouts
        self.workspace = workspace
        self._credentials = credentials
        self._server = Server(url, credentials.source if credentials else None)
        headers = {"User-Agent": f"labeler/{__version__}", "Accept": "application/json, */*"}
        if credentials is not None:
            headers["Authorization"] = credentials.authorization
        if not (workspace.isascii() and workspace.isprintable()):
            raise UnusableSettings("The workspace's name holds characters that no request can carry")
        if workspace:
            headers["X-MLFLOW-WORKSPACE"] = workspace
        self._client = httpx.AsyncClient(
            transport=_Pool(url, tls), headers=headers, follow_redirects=False, trust_env=False
        )

    async def get(
        self, path: str, params: Mapping[str, str | int] | None = None, patience: Patience | None = None
    ) -> dict[str, Any]:
        """The JSON object that a GET answers."""
        answer = await self._ask("GET", path, params, None, patience)
        if answer.is_html or answer.body.lstrip()[:1] == b"<":
            raise NotABackend(
                f"{self.url} shows a web page where MLflow's answer should be: a login page, a network that wants you "
                "to sign in, or a wrong address"
            )
        return await self._object(answer)

    async def send(
        self, method: str, path: str, payload: Mapping[str, object] | None = None, patience: Patience | None = None
    ) -> dict[str, Any]:
        """The JSON object that the server answers to `payload`. Raises `Refused` for what JSON cannot carry."""
        if payload is None:
            return await self._object(await self._ask(method, path, None, None, patience))
        try:
            content = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        except (ValueError, RecursionError):
            raise Refused("A value holds what JSON cannot carry (NaN, infinity, half a character); not sent") from None
        return await self._object(await self._ask(method, path, None, content, patience))

    async def body(
        self,
        path: str,
        params: Mapping[str, str | int] | None = None,
        patience: Patience | None = None,
        most_bytes: int = MAX_BODY,
    ) -> bytes:
        """The bytes that a GET answers, whatever their type. Raises `Malformed` for more than `most_bytes`."""
        return (await self._ask("GET", path, params, None, patience, most_bytes)).body

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str | int] | None,
        content: bytes | None,
        patience: Patience | None,
        most_bytes: int = MAX_BODY,
    ) -> Answer:
        patience = patience or self.timeouts.ordinary
        try:
            url = f"{self.url}{path}?{urlencode(params)}" if params else f"{self.url}{path}"
            request = self._client.build_request(
                method,
                url,
                content=content,
                headers={"Content-Type": "application/json"} if content is not None else None,
                timeout=httpx.Timeout(patience.silence_s, connect=self.timeouts.connect_s),
            )
            async with asyncio.timeout(patience.total_s):
                answer = await self._read(await self._client.send(request, stream=True), most_bytes)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise _broken(error, self.url) from None
        except TimeoutError:
            raise Ambiguous(f"{self.url} did not finish its answer within {patience.total_s:.0f} s") from None
        if answer.status >= 300:
            body = answer.body if self._credentials is None else self._credentials.redacted(answer.body)
            raise failure(replace(answer, body=body), self._server)
        return answer

    async def _read(self, response: httpx.Response, most_bytes: int) -> Answer:
        try:
            chunks, size = [], 0
            async for chunk in response.aiter_bytes():
                chunks.append(chunk)
                size += len(chunk)
                if size > most_bytes:
                    raise Malformed(f"{self.url} answered with more than {most_bytes >> 20} MB; not read further")
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, b"".join(chunks))

    async def _object(self, answer: Answer) -> dict[str, Any]:
        parsed = await parse(answer.body)
        if not isinstance(parsed, dict):
            raise Ambiguous(f"{self.url} answered with something else than MLflow's JSON: a login page, a proxy?")
        return parsed


async def parse(body: bytes) -> object:
    """The JSON value in `body`, or None when it holds none; large ones are parsed off the event loop."""
    if len(body) <= _PARSED_ON_THE_LOOP:
        return _parse(body)
    return await asyncio.to_thread(_parse, body)


def _parse(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


class _Pool(httpx.AsyncHTTPTransport):
    """httpx's own transport, over a pool that acknowledges at once and knows this machine, or over a proxy."""

    def __init__(self, url: str, tls: Tls) -> None:
        limits = httpx.Limits(
            max_connections=_MAX_CONNECTIONS,
            max_keepalive_connections=_MAX_CONNECTIONS,
            keepalive_expiry=_KEEPALIVE_S,
        )
        context = _ssl_context(tls) if url.startswith("https://") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        proxy = proxy_for(url)
        try:
            super().__init__(verify=context, limits=limits, trust_env=False, proxy=None if proxy is None else proxy.url)
        except (ImportError, ValueError, httpx.InvalidURL):
            raise UnusableSettings("The proxy in the environment cannot be used; http(s)://HOST:PORT can") from None
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(
                ssl_context=context,
                max_connections=_MAX_CONNECTIONS,
                max_keepalive_connections=_MAX_CONNECTIONS,
                keepalive_expiry=_KEEPALIVE_S,
                network_backend=LoopbackBackend(network_backend()),
            )


def _ssl_context(tls: Tls) -> ssl.SSLContext:
    try:
        if not tls.verify:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif tls.ca is None:
            context = httpx.create_ssl_context()
            context.load_default_certs()
        elif tls.ca.is_dir():
            context = ssl.create_default_context(capath=tls.ca)
        else:
            context = ssl.create_default_context(cafile=tls.ca)
        if tls.client_certificate is not None:
            context.load_cert_chain(tls.client_certificate)
    except OSError:
        named = " and ".join(str(path) for path in (tls.ca, tls.client_certificate) if path is not None)
        raise UnusableSettings(f"The certificate in {named} cannot be used: no PEM file, or not readable") from None
    return context


def _broken(error: Exception, url: str) -> BackendError:
    """What a failure below HTTP means for the request. httpx's own words may quote a header, so they are not used."""
    match error:
        case httpx.ConnectError() if _has_cause(error, ssl.SSLCertVerificationError):
            return NotABackend(
                f"The certificate of {url} is not trusted; set MLFLOW_TRACKING_SERVER_CERT_PATH to the authority's"
            )
        case httpx.ConnectError() if _has_cause(error, ssl.SSLError):
            return NotABackend(f"{url} does not speak TLS as expected; is it http instead of https?")
        case httpx.ConnectError() | httpx.ConnectTimeout():
            return Unreachable(f"No connection to {url}: nothing answers there at the moment")
        case httpx.ProxyError():
            return Unreachable(f"The proxy in the environment does not connect to {url}")
        case httpx.PoolTimeout():
            return Unreachable(f"All connections to {url} are busy")
        case httpx.TimeoutException():
            return Ambiguous(f"{url} went silent")
        case httpx.RemoteProtocolError() if "illegal status line" in str(error):
            return NotABackend(f"Whatever answers at {url} does not speak HTTP")
        case httpx.LocalProtocolError() | httpx.UnsupportedProtocol() | httpx.InvalidURL() | ValueError():
            return NotABackend(f"No request to {url} can be made: the address or a setting holds a character it cannot")
        case _:
            return Ambiguous(f"The connection to {url} broke")


def _has_cause(error: BaseException, kind: type[BaseException]) -> bool:
    seen: Sequence[BaseException | None] = (error.__cause__, error.__context__)
    return isinstance(error, kind) or any(cause is not None and _has_cause(cause, kind) for cause in seen)
