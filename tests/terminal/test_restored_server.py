"""A server that is restored from an older backup: what was delivered since is found lost, and sent again once."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import pytest

from tests.terminal.served_queue import QUEUE, ServedQueue, label_item

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timing("a real program in a real terminal, which a busy machine holds up"),
]


def test_labels_given_since_the_backup_come_back_once_beside_an_open_screen_and_kills(served: ServedQueue) -> None:
    with served.terminal("review", "-q", QUEUE, "-r", "alice") as terminal:
        label_item(terminal, 1, "y", "4")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert served.run("sync").returncode == 0
    served.server.back_up()
    with served.terminal() as terminal:
        for number in (2, 3, 4):
            label_item(terminal, number, "n", "2")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert served.run("sync").returncode == 0
    delivered, items = by_id(served), finished(served)
    assert (len(delivered), len(items)) == (8, 4)

    served.server.restore()
    assert (len(by_id(served)), len(finished(served))) == (2, 1)
    assert served.run("verify").returncode == 1
    chance = random.Random(1)
    with served.terminal() as terminal:
        terminal.wait_for("online", "line ", seconds=60)
        for _ in range(4):
            killed = resending(served)
            time.sleep(chance.uniform(0.2, 2.5))
            killed.kill()
            killed.wait()
        together = [resending(served) for _ in range(3)]
        for each in together:
            each.wait(60)
        deadline = time.monotonic() + 60
        while by_id(served).keys() != delivered.keys() or finished(served) != items:
            assert time.monotonic() < deadline, "the open screen delivers what was queued beside it"
            time.sleep(0.2)
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
    assert served.run("verify", "--resend", "--yes").returncode == 0
    assert served.run("sync").returncode == 0
    assert by_id(served) == delivered
    assert len(served.labels()) == 8
    verified = served.run("verify")
    assert (verified.returncode, "8 delivered answers checked, 8 as they should be" in verified.stderr) == (0, True)


def by_id(served: ServedQueue) -> dict[str, tuple[object, ...]]:
    """What the labels on the server say, by their IDs."""
    return {
        label["assessment_id"]: (label["assessment_name"], label["feedback"]["value"], label["valid"], label["source"])
        for label in served.labels()
    }


def finished(served: ServedQueue) -> set[tuple[str, str]]:
    return {(key, item["completed_by"]) for key, item in served.items().items() if item["status"] == "COMPLETE"}


def resending(served: ServedQueue) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "labeler", "verify", "--resend", "--yes"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, env=served.environment, cwd=served.home, stdin=quiet, stdout=quiet, stderr=quiet)
