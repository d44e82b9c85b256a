"""A password in an address is told to nobody, whatever characters it has: by no command, in no log, in no file of ours.

Every command runs in this process, since thousands of runs are what it takes; some run as the real program too.
"""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import random
import re
import string
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from labeler.cli.main import main
from tests.cli.scripted_server import Answering, answering

pytestmark = pytest.mark.slow

CHARACTERS = string.ascii_letters + string.digits + string.punctuation * 3 + " äß€ñ漢🔑\u00a0℀／："
MISTYPED = (
    "{0}//{1}@{2}",
    "{0}:/{1}@{2}",
    " {0}://{1}@{2}",
    '"{0}://{1}@{2}"',
    "{0};//{1}@{2}",
    "{0}.//{1}@{2}",
    "//{1}@{2}",
    "./{1}@{2}",
    "{1}@{2}",
    "{0}://{1}\uff20{2}",
    "{0}://{1}\ufe6b{2}/experiments/3",
)
"""How an address may be written wrongly: scheme, name and password, host."""

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("doctor", "--json", "-v"),
    ("doctor",),
    ("config", "show", "--json"),
    ("config", "show"),
    ("config", "check"),
    ("sync", "-v"),
    ("outbox", "list", "--json"),
    ("verify",),
    ("export", "-v"),
    ("pull", "-e", "desk", "-r", "ana"),
    ("show", "tr-1"),
    ("review", "-e", "desk"),
    ("keys", "--json"),
    ("push", "labels.jsonl"),
)


@dataclass(frozen=True)
class Way:
    """How an address with a password gets to the program."""

    environment: Mapping[str, str]
    options: Sequence[str] = ()
    own_file: str = ""
    shared_file: str | None = None


class House:
    """A home whose program runs in this process."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.data = home / "data"
        self.config = home / "config.toml"
        self.work = home / "work"
        self.work.mkdir()
        (self.work / "labels.jsonl").write_text('{"trace_id": "tr-1", "name": "a", "value": 1}\n')
        self._patch = monkeypatch
        for name in list(os.environ):
            if name.lower().startswith(("mlflow_", "labeler_", "databricks_")) or name.lower().endswith("_proxy"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(home))
        monkeypatch.setenv("LABELER_CONFIG", str(self.config))
        monkeypatch.setenv("LABELER_DATA_DIR", str(self.data))
        monkeypatch.chdir(self.work)

    def told(self, command: Sequence[str], way: Way) -> str:
        """All that a command prints, and what it leaves in files."""
        self.config.write_text(way.own_file, encoding="utf-8")
        shared = self.work / "labeler.toml"
        shared.unlink(missing_ok=True)
        if way.shared_file is not None:
            shared.write_text(way.shared_file, encoding="utf-8")
        out, err = io.StringIO(), io.StringIO()
        takes_options = command[0] != "keys"
        with self._patch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setattr("labeler.cli.log._secrets", set())  # as in a process of its own
            for name, value in way.environment.items():
                patch.setenv(name, value)
            with suppress(SystemExit):
                main([*command, *(way.options if takes_options else ())])
        assert "Traceback" not in err.getvalue(), err.getvalue()
        assert "A defect" not in err.getvalue()
        return out.getvalue() + err.getvalue()

    def left(self) -> str:
        return "\n".join(
            file.read_bytes().decode("utf-8", "replace") for file in self.data.rglob("*") if file.is_file()
        )


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield House(tmp_path, monkeypatch)
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)


def password(chance: random.Random) -> str:
    length = chance.randint(4, 24)
    if chance.random() < 0.3:  # digits in front of a slash look like a port
        return f"{chance.randint(1, 99999)}{chance.choice('/?#')}" + "".join(chance.choices(CHARACTERS, k=length))
    return "".join(chance.choices(CHARACTERS, k=length))


def in_userinfo(secret: str, chance: random.Random) -> str:
    """The password as people write it: encoded, or as it is; alone, or behind a name."""
    written = quote(secret, safe="") if chance.random() < 0.4 else secret
    return written.replace(":", "%3A") if chance.random() < 0.25 else f"kim:{written}"


def address(userinfo: str, url: str, chance: random.Random) -> str:
    scheme, _, rest = url.partition("://")
    form = chance.choice(("{0}://{1}@{2}",) * 12 + MISTYPED)
    return form.format(scheme.upper() if chance.random() < 0.1 else scheme, userinfo, rest)


def way(uri: str, chance: random.Random) -> Way:
    toml = f"[backend]\nuri = {json.dumps(uri)}\n"
    match chance.randrange(10):
        case 0 | 1 | 2:
            return Way({"MLFLOW_TRACKING_URI": uri})
        case 3 | 4 | 5:
            return Way({}, ("-b", uri))
        case 6 | 7:
            return Way({}, own_file=toml)
        case 8:
            return Way({}, shared_file=toml)
    wrong = (
        f"[backend]\nurl = {json.dumps(uri)}\n",
        f"backend = {json.dumps(uri)}\n",
        f"[backend]\nallow_plain_http = [{json.dumps(uri)}]\n",
        f"[backend]\nexperiments = {json.dumps(uri)}\n",
        f"[cache]\nmax_mb = {json.dumps(uri)}\n",
    )
    return Way({}, own_file=chance.choice(wrong))


def fragments(secret: str) -> set[str]:
    """What of a secret would tell it: every four characters of any spelling that are no part of dates and numbers."""
    spellings = {secret, unquote(secret), quote(secret, safe=""), quote(secret), json.dumps(secret)[1:-1]}
    spellings.add(base64.b64encode(f"kim:{secret}".encode()).decode())
    found = {spelled[at : at + 4] for spelled in spellings for at in range(len(spelled) - 3)}
    return {fragment for fragment in found if not re.fullmatch(r"[\d\s:.,+-]*", fragment)} | {
        spelled for spelled in spellings if len(spelled) > 4
    }


def ordinary(house: House, server: Answering) -> str:
    """What the commands say anyway: of an address without a password, of a short one, and of mistakes."""
    told = [server.url]
    for uri in (server.url, f"http://kim:Zq@{server.url[7:]}"):
        told += [house.told(command, Way({"MLFLOW_TRACKING_URI": uri})) for command in COMMANDS]
    for number in range(60):
        chance = random.Random(number)
        told.append(house.told(chance.choice(COMMANDS[:5]), way(address("Z/z", "http://h", chance), chance)))
    return "\n".join(told) + house.left()


def search(house: House, seed: int, count: int, commands_each: int) -> None:
    chance = random.Random(seed)
    with answering(400, "", Content_Type="application/json") as server:
        server.body = b'{"error_code": "BAD_REQUEST", "message": "cannot take it: Basic"}'
        known = ordinary(house, server)
        for _ in range(count):
            secret = password(chance)
            userinfo = in_userinfo(secret, chance)
            sent = unquote(userinfo.removeprefix("kim:"))
            said_back = f"cannot take {sent} or {quote(sent)}"
            server.body = json.dumps({"error_code": "BAD_REQUEST", "message": said_back}).encode()
            given = way(address(userinfo, server.url, chance), chance)
            (house.data / "labeler.log").unlink(missing_ok=True)
            needles = {fragment for fragment in fragments(secret) if fragment not in known}
            commands = [COMMANDS[0], COMMANDS[2], *chance.sample(COMMANDS, commands_each)]
            for command in commands:
                told = house.told(command, given)
                found = [needle for needle in needles if needle in told]
                assert not found, (secret, given, command, found, told)
            log = house.data / "labeler.log"
            kept = log.read_text() if log.exists() else ""
            assert not [needle for needle in needles if needle in kept], (secret, given, kept)
            assert secret not in house.left()


def test_no_command_tells_a_password_in_an_address(house: House) -> None:
    search(house, seed=1, count=20, commands_each=2)


@pytest.mark.parametrize("seed", range(20))
def test_no_command_tells_any_of_two_thousand_passwords(house: House, seed: int) -> None:
    search(house, seed=100 + seed, count=100, commands_each=3)


@pytest.mark.parametrize(
    "form",
    [
        "http://ana:{}@h",
        "http://ana:1/{}@h",
        "ana_b:{}@h",
        "https:/ana:{}@h",
        "'http://a:{}@h'",
        "http;//ana:{}@h",
        "//ana:{}@h",
        "./ana:{}@h",
        "http://ana:{}\ufe6bh",
        "http://ana:12 {}@h",
        "http://ana:{} 12@h",
        "http://ana:{} -12@h",
        f"./ana:{{}}@{'h' * 5000}",
    ],
)
def test_an_address_typed_where_none_belongs_is_not_repeated_with_its_password(house: House, form: str) -> None:
    secret = "s3cret-0f-the-harbour"
    written = form.format(secret)
    for command in ((), ("sync",), ("show",), ("review",), ("push",), ("doctor", "--frob"), ("config", "trust")):
        for words in {(written,), tuple(written.split(" "))}:
            told = house.told((*command, *words), Way({}))
            assert told
            assert secret not in told
    for before in ("-X", "--frob=", "-v", "--json=", "--limit="):
        words = (f"{before}{written}",)
        told = house.told(("review", *words), Way({}))
        assert told
        assert secret not in told
        assert secret not in house.told(("review", *words[0].split(" ")), Way({}))
