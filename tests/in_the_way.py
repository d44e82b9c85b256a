"""What may lie where a file is expected, and hang or kill whoever reads it."""

from __future__ import annotations

import os
import socket
from pathlib import Path


def put_in_the_way(path: Path, kind: str) -> str:
    """Put a pipe, a socket, a device, a directory or a huge file at `path`; returns what a reader is told of it."""
    match kind:
        case "pipe":
            os.mkfifo(path)
            return "it is a pipe, not a regular file"
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                here = Path.cwd()
                os.chdir(path.parent)  # a socket's name may be no longer than 107 bytes
                try:
                    listener.bind(path.name)
                finally:
                    os.chdir(here)
            return "it is a socket or a device, not a regular file"
        case "device":
            path.symlink_to("/dev/zero")
            return "it is a device, not a regular file"
        case "directory":
            path.mkdir()
            return "Is a directory"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    return "it holds more than 1 MB"
