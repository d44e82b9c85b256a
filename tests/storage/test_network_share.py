"""What is on a network share is told from what is on a disk of this machine, by the list of mounted file systems."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.storage.network_share import network_file_system

MOUNTED = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:40 / /home rw,relatime - nfs4 files:/home rw,vers=4.2
31 30 8:2 / /home/ana/local rw - xfs /dev/sdb1 rw
32 22 0:41 / /srv/our\\040team rw - cifs //files/team rw
33 22 0:42 / /mnt/far rw shared:7 master:2 - fuse.sshfs sam@far: rw
34 22 0:43 / /mnt/over rw - nfs files:/over rw
35 34 8:3 / /mnt/over rw - ext4 /dev/sdc1 rw
a line that is none
"""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/var/lib/store.db", None),
        ("/home/ana/store.db", "nfs4"),
        ("/home/ana/local/store.db", None),
        ("/homes/store.db", None),
        ("/srv/our team/store.db", "cifs"),
        ("/mnt/far/store.db", "fuse.sshfs"),
        ("/mnt/over/store.db", None),
    ],
)
def test_the_file_system_that_is_mounted_nearest_decides(path: str, found: str | None, tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(MOUNTED)
    assert network_file_system(Path(path), mounts) == found


def test_where_a_link_leads_decides(tmp_path: Path) -> None:
    (tmp_path / "share").mkdir()
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 1 8:1 / / rw - ext4 x rw\n2 1 0:1 / {(tmp_path / 'share').resolve()} rw - nfs x rw\n")
    (tmp_path / "store.db").symlink_to(tmp_path / "share" / "store.db")
    assert network_file_system(tmp_path / "store.db", mounts) == "nfs"


def test_nothing_is_said_where_nothing_is_known(tmp_path: Path) -> None:
    assert network_file_system(Path("/home/ana/store.db"), tmp_path / "nowhere") is None
    network_file_system(Path("/home/ana/store.db"))
