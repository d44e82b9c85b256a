"""One broken request is no reason to end while somebody waits for a review to begin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from labeler.backends.base import Ambiguous, BackendError, Forbidden, Unreachable
from labeler.cli import retry as persisting
from labeler.cli.retry import with_retries


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persisting, "_PAUSES_S", (0.0, 0.0))


def raising(*errors: BackendError) -> tuple[Callable[[], Awaitable[str]], list[str]]:
    """An attempt that meets these errors in turn and then succeeds, and how often it was made."""
    left, made = list(errors), list[str]()

    async def attempt() -> str:
        made.append("once more")
        if left:
            raise left.pop(0)
        return "begun"

    return attempt, made


async def test_a_request_that_breaks_twice_is_made_a_third_time_and_each_pause_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    attempt, made = raising(Unreachable("No connection."), Ambiguous("The server answered 502"))
    assert await with_retries(attempt) == "begun"
    assert len(made) == 3
    assert capsys.readouterr().err == (
        "labeler: No connection. Trying again in 0 s, 2 of 3\n"
        "labeler: The server answered 502. Trying again in 0 s, 3 of 3\n"
    )


async def test_after_the_third_try_the_review_ends_with_what_the_last_one_met() -> None:
    attempt, made = raising(*(Unreachable(f"try {number}") for number in (1, 2, 3)))
    with pytest.raises(Unreachable, match="try 3"):
        await with_retries(attempt)
    assert len(made) == 3


@pytest.mark.parametrize("error", [Forbidden("Sign in"), Unreachable("Come back in a minute", retry_after_s=60)])
async def test_what_will_not_be_different_in_a_moment_is_not_asked_again(error: BackendError) -> None:
    attempt, made = raising(error)
    with pytest.raises(type(error)):
        await with_retries(attempt)
    assert len(made) == 1
