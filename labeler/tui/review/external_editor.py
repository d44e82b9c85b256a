"""Writing in the reviewer's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path


class EditorFailed(Exception):
    """The editor could not be used. `text` is what was written by then; the message is a sentence."""

    def __init__(self, message: str, text: str) -> None:
        super().__init__(message)
        self.text = text


def edit(text: str) -> str:
    """Return the text after $VISUAL or $EDITOR (else vi) was left.

    The file is the owner's alone and removed after it.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    handle, name = tempfile.mkstemp(suffix=".md", prefix="labeler-", text=True)
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        status = subprocess.run([*command, name], check=False).returncode
        written = path.read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        raise EditorFailed(
            f"{command[0]} did not start ({error}); set EDITOR to one that is installed", text
        ) from error
    finally:
        path.unlink(missing_ok=True)
    if status != 0:
        raise EditorFailed(f"{command[0]} ended with status {status}; what you wrote is kept as a draft", written)
    return written
