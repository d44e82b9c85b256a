"""TLS to a server: whom to trust, and what a failed handshake means.

Each message says what the handshake showed, and names the settings that took part in it. Some causes need a second
handshake to find out: which names a certificate is for, whether a port that closes plain http connections speaks TLS.
It sends no request and no credential.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, NoReturn
from urllib.parse import urlsplit

from labeler.backends.base import Ambiguous, BackendError, NotABackend, Unreachable
from labeler.backends.mlflow.credentials import CLIENT_CERTIFICATE, SERVER_CERTIFICATE, Tls, UnusableSettings
from labeler.domain.clock import wall_clock_ms
from labeler.domain.loopback import loopback_addresses
from labeler.domain.moment import date_and_time

_LOOK_S: Final = 0.75
"""The longest that a second handshake may take, in seconds: somebody waits for the message that it explains."""

_OTHER_NAME: Final = {62, 64}
_NOT_YET, _EXPIRED, _SELF_SIGNED = 9, 10, 18
_NO_AUTHORITY: Final = {2, 19, 20, 21}
"""Verification results of OpenSSL (``X509_V_ERR_…`` in ``x509_vfy.h``)."""

_NO_TLS: Final = {"WRONG_VERSION_NUMBER", "PACKET_LENGTH_TOO_LONG", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"}
"""OpenSSL's reasons when what responds does not speak TLS at all."""

_OTHER_VERSION: Final = {
    "UNSUPPORTED_PROTOCOL",
    "TLSV1_ALERT_PROTOCOL_VERSION",
    "NO_PROTOCOLS_AVAILABLE",
    "VERSION_TOO_LOW",
    "WRONG_SSL_VERSION",
}


def trust(tls: Tls, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """Return an SSL context for these settings. Raises `UnusableSettings`.

    `usual` makes the context for settings that name no authority.
    """
    if not tls.verify:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        try:
            context = _trusting(tls.ca, usual)
        except OSError as error:
            raise UnusableSettings(_unreadable(tls.ca_from, tls.ca, error, "no certificate in PEM form")) from None
    if tls.client_certificate is not None:
        try:
            context.load_cert_chain(tls.client_certificate, password=_no_passphrase)
        except OSError as error:
            wanted = "no certificate with its private key in PEM form"
            raise UnusableSettings(_unreadable(CLIENT_CERTIFICATE, tls.client_certificate, error, wanted)) from None
    return context


def _trusting(ca: Path | None, usual: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    if ca is None:
        context = usual()
        context.load_default_certs()
        return context
    if ca.is_dir():
        return ssl.create_default_context(capath=ca)
    return ssl.create_default_context(cafile=ca)


def _no_passphrase() -> NoReturn:
    """Refuse to supply a passphrase. OpenSSL would ask at the terminal, and block everything until somebody typed."""
    raise UnusableSettings(
        f"The private key in the file of {CLIENT_CERTIFICATE} has a passphrase, and labeler asks for none; write it "
        "without one, readable for you alone"
    )


def _unreadable(setting: str, path: Path | None, error: OSError, wanted: str) -> str:
    named = f"{setting} names {path}" if path is not None else setting or "The list of authorities of this system"
    if isinstance(error, FileNotFoundError):
        return f"{named}, and there is no such file" if path is not None else f"{named} names a file that is not there"
    if isinstance(error, ssl.SSLError):
        return f"{named}, which holds {wanted}" if path is not None else f"{named} holds {wanted}"
    return f"{named}, which cannot be read: {error.strerror or error}"


async def failed_handshake(
    error: ssl.SSLError, url: str, at: str, tls: Tls, look_again: Callable[[], ssl.SSLContext] | None
) -> BackendError:
    """Return the error that a TLS failure on the way to `url` means. `at` names the server in sentences.

    `look_again` makes a context with the same trust for a second handshake; None if the server is behind a proxy.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotABackend(await _not_trusted(error, url, at, tls, look_again))
    reason = error.reason or ""
    if reason in _NO_TLS:
        return NotABackend(f"{at} answers, and not in TLS; is it http instead of https? Then the address says http://")
    if reason in _OTHER_VERSION:
        return NotABackend(f"{at} and this machine have no version of TLS in common (here: TLS 1.2 and later)")
    if "CERTIFICATE_REQUIRED" in reason:
        return NotABackend(_client_certificate_wanted(at, tls))
    if "HANDSHAKE_FAILURE" in reason:
        return NotABackend(
            f"{at} ended the TLS handshake without saying why: it may want a client certificate "
            f"({CLIENT_CERTIFICATE}), or have no cipher in common with this machine"
        )
    if "ALERT" in reason:
        return NotABackend(_refused_by_alert(reason, at, tls))
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Unreachable(f"{at} ended the connection during the TLS handshake{ask_for_it(tls)}")
    return Ambiguous(f"TLS with {at} failed: {_words(reason) or 'no reason given'}")


async def _not_trusted(
    error: ssl.SSLCertVerificationError, url: str, at: str, tls: Tls, look_again: Callable[[], ssl.SSLContext] | None
) -> str:
    certificate = f"The certificate of {at}"
    now = date_and_time(wall_clock_ms())
    listed = f"{tls.ca_from} ({tls.ca})" if tls.ca is not None else tls.ca_from
    match error.verify_code:
        case code if code in _OTHER_NAME:
            asked = urlsplit(url).hostname or url
            names = await _names_in_certificate(url, look_again) if look_again is not None else []
            shown = f"for {' and '.join(names)}" if names else "for other names"
            return (
                f"{certificate} is for another name: {asked} was asked for, and it is {shown}. The address has to use "
                f"a name that is in the certificate, or the certificate has to be made for {asked}"
            )
        case code if code == _EXPIRED:
            return f"{certificate}, or one that vouches for it, has expired, by this machine's clock ({now})"
        case code if code == _NOT_YET:
            return f"{certificate}, or one that vouches for it, is not valid yet, by this machine's clock ({now})"
        case code if code == _SELF_SIGNED and listed:
            return f"{certificate} is not trusted: it is signed by itself alone, and not among those of {listed}"
        case code if code == _SELF_SIGNED:
            return (
                f"{certificate} is not trusted; set {SERVER_CERTIFICATE} to that certificate if it is the right one: "
                "it is signed by itself alone"
            )
        case code if code in _NO_AUTHORITY and listed:
            hashed = " (in a directory only files under hashed names count: openssl rehash)"
            return (
                f"{certificate} is not trusted: no authority of {listed} vouches for it"
                f"{hashed if tls.ca is not None and tls.ca.is_dir() else ''}"
            )
        case code if code in _NO_AUTHORITY:
            return (
                f"{certificate} is not trusted; set {SERVER_CERTIFICATE} to the authority's: no authority known here "
                "vouches for it"
            )
    return f"{certificate} is not accepted: {error.verify_message}"


def ask_for_it(tls: Tls) -> str:
    """Return the end of a sentence about a handshake that the server ended without a reason: a likely one."""
    if tls.client_certificate is not None:
        return f"; it was shown the certificate of {CLIENT_CERTIFICATE} ({tls.client_certificate})"
    return f"; it may want a client certificate ({CLIENT_CERTIFICATE})"


def _client_certificate_wanted(at: str, tls: Tls) -> str:
    if tls.client_certificate is None:
        return f"{at} wants a client certificate; set {CLIENT_CERTIFICATE} to a file with it and its key"
    return (
        f"{at} wants a client certificate, and did not take the one of {CLIENT_CERTIFICATE} ({tls.client_certificate})"
    )


def _refused_by_alert(reason: str, at: str, tls: Tls) -> str:
    shown = ask_for_it(tls) if tls.client_certificate is not None else ""
    return f"{at} ended the TLS handshake: {_words(reason.partition('ALERT_')[2])}{shown}"


def _words(reason: str) -> str:
    return reason.replace("_", " ").lower()


async def _names_in_certificate(url: str, look_again: Callable[[], ssl.SSLContext]) -> list[str]:
    """Return the names that the certificate at `url` is for, or none if they cannot be read.

    Only a certificate that is trusted except for its name is read, so that nothing a stranger made up is shown.
    """
    try:
        context = await asyncio.to_thread(look_again)
        context.check_hostname = False
        certificate = await _shown_certificate(url, context)
    except (OSError, TimeoutError, UnusableSettings, ValueError):
        return []
    names = [str(name) for kind, name in certificate.get("subjectAltName", ()) if kind in ("DNS", "IP Address")]
    return names[:8]


async def _shown_certificate(url: str, context: ssl.SSLContext) -> dict[str, tuple[tuple[str, str], ...]]:
    parts = urlsplit(url)
    async with asyncio.timeout(_LOOK_S):
        writer = await _connect(parts.hostname or "", parts.port or 443, context)
    try:
        return writer.get_extra_info("peercert") or {}
    finally:
        writer.transport.abort()


async def _connect(host: str, port: int, context: ssl.SSLContext) -> asyncio.StreamWriter:
    """Connect as requests to `host` do: for this machine no name server is asked."""
    *before, last = loopback_addresses(host) or (host,)
    for address in before:
        with suppress(ConnectionRefusedError):
            return (await asyncio.open_connection(address, port, ssl=context, server_hostname=host))[1]
    return (await asyncio.open_connection(last, port, ssl=context, server_hostname=host))[1]


async def speaks_tls(url: str) -> bool:
    """Return whether the port of `url`, a plain http address, responds to a TLS handshake."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    parts = urlsplit(url)
    try:
        await _shown_certificate(f"https://{parts.netloc if parts.port else f'{parts.netloc}:80'}", context)
    except ssl.SSLError as error:
        return "ALERT" in (error.reason or "")
    except (OSError, TimeoutError, ValueError):
        return False
    return True
