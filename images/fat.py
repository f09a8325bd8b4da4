# SPDX-License-Identifier: GPL-2.0-or-later
"""FAT volumes, made with mkfs.vfat and mtools: no root, no mount, and the same
bytes each time.
"""

import os
import tempfile

from contents import LABEL
from tools import Refused, run_tool

SECTOR_BYTES = 512
MIB = 1 << 20
ROOM_PER_FILE = 4096  # directory entries, and the rest of the last cluster


def bytes_needed(files: dict[str, bytes]) -> int:
    """Room that these files take at the most, without FATs."""
    return sum(len(content) + ROOM_PER_FILE for content in files.values())


def _folders(files: dict[str, bytes]) -> list[str]:
    """Those above the files, the upper ones first."""
    found: dict[str, None] = {}
    for path in files:
        parts = path.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            found.setdefault("/".join(parts[:depth]))
    return list(found)


def make_volume(path: str, size: int, fat_bits: int, files: dict[str, bytes],
                serial: int, moment: int, hidden_sectors: int = 0) -> None:
    """Make the file @path a FAT volume.

    @fat_bits: 16 or 32
    @files: of contents.stick_files()
    @serial: the volume's, 32 bits
    @moment: when everything on it was made
    @hidden_sectors: where it is going to begin on its disk
    Raises Refused if the files do not fit, or ToolError.
    """
    if bytes_needed(files) > size - size // 8 - MIB:
        raise Refused(f"The files take {bytes_needed(files)} bytes, too many "
                      f"for a volume of {size}.")
    with open(path, "wb") as file:
        file.truncate(size)
    # --invariant: nothing of the clock.  A cluster is a sector, so that there
    # are enough of them for the kind of FAT that it says it is.
    run_tool("mkfs.vfat", "--invariant", "-F", str(fat_bits), "-s", "1", "-S",
             str(SECTOR_BYTES), "-h", str(hidden_sectors), "-i",
             f"{serial:08x}", "-n", LABEL, path, moment=moment)
    for folder in _folders(files):
        run_tool("mmd", "-i", path, f"::/{folder}", moment=moment)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as parts:
        source = os.path.join(parts, "file")
        for name, content in files.items():
            if name.endswith("/"):
                continue
            with open(source, "wb") as file:
                file.write(content)
            os.utime(source, (moment, moment))
            run_tool("mcopy", "-m", "-i", path, source, f"::/{name}",
                     moment=moment)
