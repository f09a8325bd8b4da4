# SPDX-License-Identifier: GPL-2.0-or-later
"""Small NTFS volumes for the tests of the command, made by the distribution's
mkntfs and filled by tests/tools/ntfs_populate.
"""

import hashlib
import os
import subprocess
import sys

from suite import BUILD, TOP

sys.path.insert(0, os.path.join(TOP, "tests/boot"))
sys.path.insert(0, os.path.join(TOP, "tests/support"))
# pylint: disable=wrong-import-position
from ntfs_image import MFT_RECORD_LOGFILE, NtfsVolume  # noqa: E402
from toolbox import run_tool  # noqa: E402

MIB = 1 << 20
PIECE_BYTES = 1 << 20
BAD_FILE = "Folder/bad.sys"
STATED = ("st_size", "st_mtime_ns", "st_ctime_ns", "st_mode", "st_blocks")


def make_volume(path: str, *lines: str, size: int = 4 * MIB,
                cluster_bytes: int = 4096) -> str:
    """An NTFS volume with BAD_FILE and what @lines of a manifest say."""
    manifest = path + ".manifest"
    with open(path, "wb") as file:
        file.truncate(size)
    run_tool("mkntfs", "-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "255",
             "-S", "63", "-c", str(cluster_bytes), path)
    with open(manifest, "w", encoding="utf-8") as file:
        file.write("\n".join([f"file /{BAD_FILE} repeat bad 5000",
                              "file /Folder/good.sys repeat good 5000",
                              *lines]) + "\n")
    run_tool(os.path.join(BUILD, "tools/ntfs_populate"), path, manifest)
    os.unlink(manifest)
    return path


def damage_journal(path: str) -> None:
    """Make the journal one that nobody can read."""
    with open(path, "r+b") as file:
        volume = NtfsVolume(file)
        log = volume.attribute(MFT_RECORD_LOGFILE, 0x80)
        for page in (0, 4096):
            volume.write(log, page, b"RSTR" + bytes(range(252)) * 4)


def copy(source: str, target: str) -> str:
    """A copy that leaves holes where the image has them."""
    subprocess.run(["cp", "--sparse=always", source, target], check=True)
    return target


def pieces(path: str):
    """The parts of a file that are no holes: (offset, bytes)."""
    with open(path, "rb") as file:
        position, end = 0, os.path.getsize(path)
        while position < end:
            try:
                position = os.lseek(file.fileno(), position, os.SEEK_DATA)
            except OSError:  # only a hole is left
                return
            position -= position % PIECE_BYTES
            file.seek(position)
            data = file.read(PIECE_BYTES)
            yield position, data
            position += PIECE_BYTES


def digest(path: str) -> str:
    """The checksum of a file's content; holes are as good as zeros."""
    checksum = hashlib.sha256(str(os.path.getsize(path)).encode())
    for position, data in pieces(path):
        if any(data):
            checksum.update(str(position).encode() + data)
    return checksum.hexdigest()


def fingerprint(path: str) -> tuple:
    """Everything by which a write would show.

    What was written before is brought to the disk first: until then the file
    system may still change its mind about how many blocks that takes.
    """
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        state = os.fstat(file.fileno())
    return (digest(path), *(getattr(state, name) for name in STATED))
