"""Backend addresses as people paste and mistype them: what is wrong, and which address was meant.

Nothing is corrected silently: answers are bound to an address, so the reviewer writes it as it is. An address with a
name or a password in it is never repeated: in a mistyped one nobody knows where they end.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import get_close_matches
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from labeler.domain.http_address import AT_SIGNS, has_at_sign

_QUOTES: Final = '"`“”‘’«»<>'
_AROUND: Final = f"{_QUOTES}'"
_SCHEME: Final = re.compile(r"([A-Za-z]{2,8})([:;.,]?/{1,3}|:(?=[\w.-]+\.[\w.-]+(?:[:/]|$)))(?=[^/])")
_HTTP: Final = ("http", "https")
_HOST: Final = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,}(?::\d+)?(?:/.*)?|//[\w.-]+.*|[\d.]+(?::\d+)?"
)
_PAGE: Final = re.compile(r"(?P<part>/(?:ajax-)?api(?=/\d\.\d(?:/|$))|/(?:ml/)?experiments(?=/\d+(?:/|$)))/.*$")
"""What follows a server's path prefix in the addresses of its pages and calls, where no ``#`` does."""
_EXPERIMENT: Final = re.compile(r"/experiments/(\d+)")


def mistake_in(uri: str) -> str | None:
    """Return what is wrong with how `uri` is written, continuing the name of its key; None where nothing is seen."""
    bare = uri.strip().strip(_AROUND).strip()
    if bare != uri:
        return f"has {_around(uri, bare)} around it{_did_you_mean(_meant(bare), uri)}"
    if not _is_web(uri):
        meant = _meant(uri)
        if meant == uri:
            return None
        if _SCHEME.match(uri) or uri.startswith("//") or ":" in uri:
            return f"must begin with http:// or https://{_did_you_mean(meant, uri)}"
        return (
            "is no file or directory that is there, and the address of a server begins with http:// or https://"
            f"{_did_you_mean(meant, uri)}"
        )
    behind = re.split(f"[{AT_SIGNS}]", uri)[-1]
    if (odd := next((each for each in behind if _is_odd(each)), None)) is not None:
        without = "".join(each for each in behind if not _is_odd(each))
        return f"has {_named(odd)} in it{_did_you_mean(_meant(without), uri)}"
    meant = _meant(uri)
    if meant == uri:
        return None
    if has_at_sign(uri):
        if "#" in uri or "?" in uri:
            return "has a # or a ? in it, where the address of a server ends; in a name or password write %23 or %3F"
        page = _PAGE.search(uri)
        end = f', and that of the server ends before its "{page["part"]}"' if page else ""
        return f"is the address of a page or a call there{end}"
    if _SCHEME.match(uri) and not _is_page(uri):
        return f"must begin with http:// or https://{_did_you_mean(meant, uri)}"
    experiment = _EXPERIMENT.search(uri)
    where = f"; its experiment is chosen with -e {experiment[1]} or in backend.experiments" if experiment else ""
    return f'is the address of a page or a call there, and that of the server is "{meant}"{where}'


def _meant(uri: str) -> str:
    """Return the address that was meant; `uri` itself where nothing is wrong. Quotes and blanks are already off."""
    if (scheme := _SCHEME.match(uri)) is not None:
        name = scheme[1].lower()
        likely = name if name in _HTTP else next(iter(get_close_matches(name, _HTTP, 1, 0.7)), None)
        if likely is not None and (name != likely or scheme[2] != "://"):
            return _meant(f"{likely}://{uri[scheme.end() :]}")
    if _HOST.fullmatch(uri) and not Path(uri).exists():
        return _meant(f"http://{uri.removeprefix('//')}")
    if not (_is_web(uri) and _is_page(uri)):
        return uri
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}{_PAGE.sub('', parts.path).rstrip('/')}"


def _is_page(uri: str) -> bool:
    """Return whether an address goes on behind the server's: with a fragment, a query, or a path of MLflow's own."""
    try:
        path = urlsplit(uri).path
    except ValueError:
        return False
    return "#" in uri or "?" in uri or _PAGE.search(path) is not None


def _is_web(uri: str) -> bool:
    return uri.lower().startswith(("http://", "https://"))


def _is_odd(character: str) -> bool:
    """Return whether no address contains this character: white space, an invisible character, a quotation mark."""
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Zs") or character in _QUOTES


def _around(uri: str, bare: str) -> str:
    """Describe what stands around an address."""
    removed = uri.replace(bare, "", 1)
    return " and ".join(sorted({"quotation marks" if each in _AROUND else _named(each) for each in removed}))


def _named(character: str) -> str:
    if character in "\r\n":
        return "a line break"
    if character == " ":
        return "a space"
    if character == "\t":
        return "a tab"
    if character in _QUOTES:
        return "a quotation mark"
    return f"an invisible character (U+{ord(character):04X})"


def _did_you_mean(address: str, typed: str) -> str:
    """Suggest `address`; nothing where what was typed has an @, since it may contain part of a password."""
    return "" if has_at_sign(typed) else f': did you mean "{address}"?'
