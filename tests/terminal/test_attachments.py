"""An attachment in a real MLflow, opened with one key in the real program."""

from __future__ import annotations

import time

import pytest

from tests.reading.pictures import picture
from tests.servers.attaching import log_attachments
from tests.servers.mlflow_server import shared_server
from tests.terminal.conftest import Machine

pytestmark = [pytest.mark.slow, pytest.mark.timing("a real program in a real terminal, which a busy machine holds up")]

STAMP = picture("JPEG", (40, 20))


def test_an_attachment_is_fetched_and_opened_and_still_there_without_the_network(machine: Machine) -> None:
    server = shared_server()
    experiment_id = server.new_experiment()
    log_attachments(server.url, experiment_id, {"scan": ("text/html", STAMP)})
    viewer, seen = machine.home / "viewer", machine.home / "seen"
    viewer.write_text(f'#!/bin/sh\ncp "$1" "{seen}.part"\necho "$1" > "{seen}.name"\nmv "{seen}.part" "{seen}"\n')
    viewer.chmod(0o700)
    config = machine.home / "config.toml"
    config.write_text(f'[ui]\nviewer = ["{viewer}"]\n')
    machine.extra |= {"LABELER_CONFIG": str(config), "MLFLOW_TRACKING_URI": server.url}
    machine.asks_one_thumb()
    for offline in ((), ("--offline",)):
        with machine.terminal("review", "-e", experiment_id, *offline) as terminal:
            terminal.wait_for("item 1/1", f"[text/html {len(STAMP)} B]", "offline" if offline else "● online")
            terminal.press("z")
            if not offline:
                terminal.wait_for("Open this and other media with viewer from now on?")
                time.sleep(0.3)  # keys are not heard in the first quarter of a second
                terminal.press("y")
            terminal.wait_for("viewer opens it: JPEG image")
            terminal.wait_until(lambda text: seen.exists(), "the viewer")
            assert seen.read_bytes() == STAMP
            assert (machine.home / "seen.name").read_text().strip().endswith("/media-1.jpg")
            seen.unlink()
            terminal.press("q")
            assert terminal.wait_for_exit() == 0
    assert machine.labels() == []
