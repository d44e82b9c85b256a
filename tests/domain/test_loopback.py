"""This machine, however it is called, and nothing else."""

from __future__ import annotations

import pytest

from labeler.domain.loopback import is_loopback, loopback_addresses

HERE = [
    "localhost",
    "LocalHost",
    "localhost.",
    "app.localhost",
    "a.b.LOCALHOST.",
    "127.0.0.1",
    "127.255.255.254",
    "127.1",
    "0x7f.1",
    "0X7F000001",
    "2130706433",
    "0177.0.0.1",
    "0.0.0.0",
    "0",
    "::1",
    "[::1]",
    "0:0:0:0:0:0:0:1",
    "::",
    "::ffff:127.0.0.1",
    "[::ffff:7f00:1]",
]
ELSEWHERE = [
    "",
    ".",
    "localhost.example.org",
    "notlocalhost",
    "127.0.0.1.example.org",
    "127.0.0.1.nip.io",
    "128.0.0.1",
    "10.0.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "1.127.0.0",
    "::2",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "fe80::1",
    "127.0.0.256",
    "127.0.0.1 localhost",
    "１２７.0.0.1",
    "ｌｏｃａｌｈｏｓｔ",
    "localhost%2eexample.org",
]


@pytest.mark.parametrize("host", HERE)
def test_this_machine_has_many_names_and_is_reached_by_its_own_addresses(host: str) -> None:
    assert is_loopback(host)
    assert all(address == "::1" or address.startswith("127.") for address in loopback_addresses(host))


@pytest.mark.parametrize("host", ELSEWHERE)
def test_other_machines_are_not_this_one(host: str) -> None:
    assert not is_loopback(host)
