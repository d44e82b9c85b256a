"""Tells whether a path lies on a network share, where SQLite's locks cannot be relied on.

A write-ahead log needs memory that all programs at the file share, so that they have to be on one machine, and the
locks of many network file systems are faulty. Source: https://www.sqlite.org/wal.html and
https://www.sqlite.org/howtocorrupt.html, section 2.1.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

MOUNTS: Final = Path("/proc/self/mountinfo")
"""Where Linux lists the file systems that this process sees. Source: proc_pid_mountinfo(5)."""

_SHARED_TYPES: Final = re.compile(
    r"nfs4?|cifs|smb3|smbfs|afs|ceph|lustre|gpfs|beegfs|glusterfs|ncpfs|coda|davfs"
    r"|fuse\.(?:sshfs|glusterfs|ceph(?:-fuse)?|s3fs|gcsfuse|rclone|smbnetfs|davfs2?)"
)
_WINDOWS_SHARE: Final = ("\\\\", "//")
_ESCAPED: Final = re.compile(r"\\([0-7]{3})")


def network_file_system(path: Path, mounts: Path | None = None) -> str | None:
    """Return the type of the network file system that `path` is on; None where it is on none, as far as is known.

    Linux lists its file systems in `mounts`; elsewhere a Windows share is known by its name alone.
    """
    if os.name == "nt":
        return "a Windows share" if str(path.absolute()).startswith(_WINDOWS_SHARE) else None
    try:
        listed = (mounts or MOUNTS).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    there = Path(os.path.realpath(path))
    on, found = -1, None
    for line in listed.splitlines():
        place, _, system = line.partition(" - ")
        fields = place.split()
        if len(fields) < 5 or not system:
            continue
        point = Path(_ESCAPED.sub(lambda code: chr(int(code[1], 8)), fields[4]))
        if there.is_relative_to(point) and len(point.parts) >= on:
            on, found = len(point.parts), system.split()[0]
    return found if found is not None and _SHARED_TYPES.fullmatch(found) else None
