"""A server that is restored from an older backup: what was delivered since is found lost, and sent again once."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from tests.terminal.test_on_mlflow import QUEUE, Desk, desk, label_item

__all__ = ["desk"]

pytestmark = pytest.mark.slow


def test_labels_given_since_the_backup_come_back_once_beside_an_open_screen_and_kills(desk: Desk) -> None:
    with desk.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert desk.run("sync").returncode == 0
    desk.server.back_up()
    with desk.terminal() as terminal:
        for number in (2, 3, 4):
            label_item(terminal, number, "n", "2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert desk.run("sync").returncode == 0
    delivered, items = by_id(desk), finished(desk)
    assert (len(delivered), len(items)) == (8, 4)

    desk.server.restore()
    assert (len(by_id(desk)), len(finished(desk))) == (2, 1)
    assert desk.run("verify").returncode == 1
    chance = random.Random(1)
    with desk.terminal() as terminal:
        terminal.wait_for("online", "line ", seconds=60)
        for _ in range(4):
            killed = resending(desk)
            time.sleep(chance.uniform(0.2, 2.5))
            killed.kill()
            killed.wait()
        together = [resending(desk) for _ in range(3)]
        for each in together:
            each.wait(60)
        deadline = time.monotonic() + 60
        while by_id(desk).keys() != delivered.keys() or finished(desk) != items:
            assert time.monotonic() < deadline, "the open screen delivers what was queued beside it"
            time.sleep(0.2)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert desk.run("verify", "--resend", "--yes").returncode == 0
    assert desk.run("sync").returncode == 0
    assert by_id(desk) == delivered
    assert len(desk.labels()) == 8
    verified = desk.run("verify")
    assert (verified.returncode, "8 delivered answers checked, 8 as they should be" in verified.stderr) == (0, True)


def by_id(desk: Desk) -> dict[str, tuple[object, ...]]:
    """What the labels on the server say, by their IDs."""
    return {
        label["assessment_id"]: (label["assessment_name"], label["feedback"]["value"], label["valid"], label["source"])
        for label in desk.labels()
    }


def finished(desk: Desk) -> set[tuple[str, str]]:
    return {(key, item["completed_by"]) for key, item in desk.items().items() if item["status"] == "COMPLETE"}


def resending(desk: Desk) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "labeler", "verify", "--resend", "--yes"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=desk.environment, cwd=desk.home, stdin=quiet, stdout=quiet, stderr=quiet)
