"""Addresses are read once: what is connected to is what is shown, and nothing of a password is."""

from __future__ import annotations

import sys
import unicodedata
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.domain.http_address import AT_SIGNS, BadAddress, http_address, secrets_in, without_userinfo

ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


@given(ANY_TEXT, st.sampled_from(["http", "HTTPS"]))
def test_an_encoded_password_is_taken_out_whatever_it_is(password: str, scheme: str) -> None:
    read = http_address(f"{scheme}://kim:{quote(password, safe='')}@Host:5000/mlflow/")
    assert read.url == f"{scheme.lower()}://host:5000/mlflow"
    assert read.userinfo == f"kim:{quote(password, safe='')}"
    assert "kim" not in repr(read)


@given(ANY_TEXT)
def test_a_password_as_it_is_leads_to_the_host_behind_it_or_nowhere(password: str) -> None:
    address = f"http://kim:{password}@host:5000"
    if set(password) & set("/?#"):
        with pytest.raises(BadAddress, match=r"^has an @ behind its host \(in a password write / as %2F,"):
            http_address(address)
        assert without_userinfo(address) == "http://•••"
    else:
        read = http_address(address)
        assert (read.url, read.userinfo) == ("http://host:5000", f"kim:{password}")
        assert without_userinfo(address) == "http://•••@host:5000"


@given(st.text(st.sampled_from("a1.-:[]@/%?#\\ é"), max_size=12))
def test_what_is_read_is_where_the_client_connects(place: str) -> None:
    try:
        read = http_address(f"https://{place}")
        connects = httpx.URL(read.url)
    except (BadAddress, httpx.InvalidURL):
        return
    assert connects.userinfo == b""
    assert http_address(read.url).url == read.url
    again = http_address(f"https://kim:secret@{read.url.removeprefix('https://')}")
    assert again.url == read.url


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://a@b@mlflow.example.org", "https://•••@mlflow.example.org"),
        ("HTTP://kim:x@[::1]:80/p/?token=s3cret#s3cret", "http://•••@[::1]/p"),
        ("https://mlflow.example.org:443/?token=s3cret", "https://mlflow.example.org"),
        ("http://kim:s3c[ret@host", "http://•••@host"),
        ("http://kim:12/s3cret@host", "http://•••"),
        ("http://kim:12?s3cret@host", "http://•••"),
        ("http://s3cret#kim@host", "http://•••"),
        ("https://ana:s3cret@a:70000", "https://•••@a:70000"),
        ("http://kim:s3cret", "http://•••"),
        ("http:kim:s3cret@host", "http://•••"),
    ],
)
def test_an_address_is_shown_as_it_is_connected_to(address: str, shown: str) -> None:
    assert without_userinfo(address) == shown


def test_every_character_that_becomes_an_at_sign_is_taken_for_one() -> None:
    assert set(AT_SIGNS) == {
        each for each in map(chr, range(sys.maxunicode)) if "@" in unicodedata.normalize("NFKC", each)
    }


@pytest.mark.parametrize(
    "address",
    [
        "http://kim:s3cret@host",
        "http://kim:s3cret\uff20host",
        "http;//kim:s3cret@host",
        "//s3cret@host",
        "kim:s3cret@proxy:3128",
        "s3cret@proxy:3128",
        "http:kim:s3cret@host",
        "./kim:s3cret@host",
    ],
)
def test_a_secret_is_known_in_whatever_form_its_address_is_written(address: str) -> None:
    assert "s3cret" in secrets_in(address)


@pytest.mark.parametrize("address", ["http://host/p", "mlruns", "tr-1"])
def test_where_nobody_signs_in_there_is_no_secret(address: str) -> None:
    assert secrets_in(address) == frozenset()
