"""The embedded store's filter finds what it says, and anything else is told in a sentence."""

from __future__ import annotations

import operator
import re
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.backends.base import BadFilter
from labeler.backends.local import traces
from labeler.backends.local.database import open_or_create_database
from labeler.backends.local.filters import compile_filter, compile_order
from labeler.domain.trace import RawTrace, TraceState
from labeler.domain.worklist import Query
from tests.backends.local.samples import trace

TEXTS = ["", "desk", "Desk", "it's", 'a "b"', "50%", "a_b", "[x]*?", "日本", "and", "mlflow.trace"]
KEYS = ["env", "mlflow.trace.session", "a b", "x-y/z", "日本"]
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def like(text: str, pattern: str) -> bool:
    parts = {"%": ".*", "_": "."}
    expression = "".join(parts.get(character, re.escape(character)) for character in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


@dataclass(frozen=True)
class Comparison:
    """One comparison: its text, and whether a trace satisfies it."""

    text: str
    holds: Callable[[RawTrace], bool]


@st.composite
def comparisons(draw: st.DrawFn) -> Comparison:
    gap = draw(st.sampled_from(["", " ", "\n "]))
    if draw(st.booleans()):
        sign = draw(st.sampled_from(list(OPERATORS)))
        moment = draw(st.integers(0, 3) | st.just(10**30))
        return Comparison(
            f"{gap}timestamp_ms{gap}{sign}{gap}{moment}{gap}",
            lambda raw: OPERATORS[sign](raw.summary.requested_at_ms, moment),
        )
    sign = draw(st.sampled_from([*OPERATORS, " LIKE ", " like "]))
    value = draw(st.sampled_from([*TEXTS, "%esk", "%", "_esk", "d%", "OK", "ERROR"]))
    quote = draw(st.sampled_from("'\""))
    quoted = quote + value.replace(quote, quote * 2) + quote
    key, read = draw(st.sampled_from([("status", status), ("name", name)]) | st.sampled_from(KEYS).flatmap(mapped))

    def holds(raw: RawTrace) -> bool:
        text = read(raw)
        if text is None:
            return False
        return like(text, value) if "like" in sign.lower() else OPERATORS[sign](text, value)

    return Comparison(f"{gap}{key}{gap}{sign}{gap}{quoted}{gap}", holds)


def status(raw: RawTrace) -> str | None:
    return raw.summary.state.value


def name(raw: RawTrace) -> str | None:
    return raw.summary.name


def mapped(key: str) -> st.SearchStrategy[tuple[str, Callable[[RawTrace], str | None]]]:
    spelled = f"`{key}`" if " " in key else key
    return st.sampled_from(
        [
            (f"tag.{spelled}", lambda raw: raw.summary.tags.get(key)),
            (f"metadata.`{key}`", lambda raw: raw.summary.metadata.get(key)),
        ]
    )


maps = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(TEXTS), max_size=3)
stored_traces = st.lists(
    st.builds(
        trace,
        st.integers(0, 5).map(lambda number: f"tr-{number}"),
        at_ms=st.integers(0, 3),
        name=st.sampled_from(TEXTS),
        state=st.sampled_from(TraceState),
        tags=maps,
        metadata=maps,
    ),
    max_size=4,
    unique_by=lambda raw: raw.summary.id,
)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    connection = open_or_create_database(tmp_path_factory.mktemp("filters") / "store.db").connection
    yield connection
    connection.close()


@pytest.mark.slow
@given(stored_traces, st.lists(comparisons(), min_size=1, max_size=3), st.sampled_from(["AND ", "and ", "And\n"]))
def test_a_filter_finds_exactly_the_traces_for_which_every_comparison_holds(
    connection: sqlite3.Connection, stored: list[RawTrace], asked: list[Comparison], joint: str
) -> None:
    for table in ("payloads", "traces", "experiments"):
        connection.execute(f"DELETE FROM {table}")
    traces.import_all(connection, stored, "demo")
    query = Query(("1",), filter=f" {joint}".join(comparison.text for comparison in asked))
    expected = {raw.summary.id for raw in stored if all(comparison.holds(raw) for comparison in asked)}
    assert set(traces.search(connection, query)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "status",
        "status = OK",
        "state = 'OK'",
        "status = 'OK' AND",
        "AND status = 'OK'",
        "status = 'OK' OR status = 'ERROR'",
        "NOT status = 'OK'",
        "(status = 'OK')",
        "status = 'OK",
        "status IN ('OK')",
        "status == 'OK'",
        "status IS NULL",
        "name ILIKE 'x'",
        "name LIKEx 'x'",
        "name = 5",
        "timestamp_ms = 'x'",
        "timestamp_ms LIKE 5",
        "timestamp_ms > 5.5",
        "tag = 'x'",
        "tag. = 'x'",
        "tag.`` = 'x'",
        "feedback.helpful = 'true'",
        "trace.text LIKE '%x%'",
        "name = 'x'; DROP TABLE traces",
        "name = 'x' -- ",
    ],
)
def test_anything_else_is_a_bad_filter_that_says_what_is_allowed(text: str) -> None:
    with pytest.raises(BadFilter) as raised:
        compile_filter(text)
    assert re.search(r"AND|whole number|in quotes", str(raised.value))


@given(st.text(alphabet="status name='\"`.tgLIKEAND<>!0123 \n") | st.text())
def test_no_text_does_anything_but_compile_or_be_refused(connection: sqlite3.Connection, text: str) -> None:
    try:
        condition = compile_filter(text)
    except BadFilter:
        return
    connection.execute(f"SELECT 1 FROM traces WHERE {condition.sql}", condition.parameters)


@pytest.mark.parametrize("order", ["", "duration_ms", "name UP", "name ASC, timestamp_ms", "timestamp_ms; DELETE"])
def test_an_order_by_anything_else_is_told(order: str) -> None:
    with pytest.raises(BadFilter, match="timestamp_ms or name"):
        compile_order([order])
