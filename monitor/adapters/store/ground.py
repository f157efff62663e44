"""What a database stands on: the kind of file system, and whether this SQLite is sound."""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mounts")  # Linux; elsewhere the kind is not known
# Locks and shared memory do not reach over these: the write-ahead log needs both.
_NETWORK = re.compile(
    r"(nfs\d?|cifs|smb\w*|9p|virtiofs|afs|ceph|glusterfs|lustre|davfs\d?|ncpfs|fuse(\..+|blk)?)"
)
# On one machine and sound, though the kernel calls them by that name.
_LOCAL_FUSE = frozenset({"fuseblk", "fuse.ntfs-3g", "fuse.ext2", "fuse.fuse-overlayfs"})
_OCTAL = re.compile(r"\\([0-7]{3})")

# A reset of the log could meet another connection's checkpoint and damage the file; mended in
# 3.51.3, and in 3.44.6 and 3.50.7 of the branches that distributions keep.
_MENDED = (3, 51, 3)
_MENDED_BRANCHES = {(3, 44): 6, (3, 50): 7}


def file_system(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return the kind of file system a folder is on ("ext4", "nfs4"), "" when not known."""
    try:
        place = folder.resolve()
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    found = ("", "")
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[1])
        # Of two mounts on one folder the later hides the earlier.
        if place.is_relative_to(point) and len(point) >= len(found[0]):
            found = point, fields[2]
    return found[1]


def is_network(kind: str) -> bool:
    """Tell whether a file system of this kind is another machine's, or acts as if it were."""
    return kind not in _LOCAL_FUSE and _NETWORK.fullmatch(kind) is not None


def is_sound(version: tuple[int, ...]) -> bool:
    """Tell whether this version of SQLite may be written by several connections without worry."""
    mended = _MENDED_BRANCHES.get((version[0], version[1]))
    return version >= _MENDED or (mended is not None and version[2] >= mended)


def warnings(folder: Path, version: tuple[int, ...], mounts: Path = MOUNTS) -> list[str]:
    """Return what is worth knowing before a database is kept here, nothing when all is well."""
    told = []
    if is_network(kind := file_system(folder, mounts)):
        told.append(
            f"{folder} is on {kind}, a network file system. The database is kept without its"
            " write-ahead log there, which is slower, and safe only as far as the server's locks"
            " are. Better keep the home on a local disk and send backups to the server."
        )
    if not is_sound(version):
        text = ".".join(map(str, version))
        told.append(
            f"SQLite {text} has a rare fault that can damage a database when a checkpoint meets"
            " a writer (mended in 3.51.3, 3.50.7 and 3.44.6). Damage would be found before"
            " anything is sent, and backups are made daily; update SQLite when you can."
        )
    return told
