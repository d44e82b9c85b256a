"""Runs a command until the process that started it ends: ``python -m …die_with_parent COMMAND ARGUMENT…``.

Standard input is the lifeline: it reaches its end when the other process closes it, or dies in whatever way. The
command gets a process group of its own, so that everything it started ends with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from typing import Final

_GRACE_S: Final = 5.0


def main() -> None:
    for interrupt in (signal.SIGINT, signal.SIGHUP):
        signal.signal(interrupt, signal.SIG_IGN)
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, start_new_session=True)
    threading.Thread(target=_leave_with, args=(command,), daemon=True).start()
    sys.stdin.buffer.read()
    _end(command)


def _leave_with(command: subprocess.Popen[bytes]) -> None:
    os._exit(command.wait())


def _end(command: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(command.pid, signal.SIGTERM)
        time.sleep(_GRACE_S)
        os.killpg(command.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
