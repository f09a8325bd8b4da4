# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker-usb.img: a stick with a FAT32 partition to start from, and a raw
one for redo records.

The GUIDs are made of what is on the stick (RFC 4122, version 5): all sticks of
one image have the same ones, sticks with other contents have others.  Why that
is sound is in docs/images.md.
"""

import os
import uuid

from contents import digest
from fat import MIB, SECTOR_BYTES, bytes_needed, make_volume
from tools import run_tool

NAMESPACE = uuid.UUID("5f0f5a0e-9a43-4c26-8d0a-7e3c51b2d964")
# Not that of an EFI system partition, to which Windows gives no letter: keys
# are copied onto the stick on somebody's PC.  Firmware starts removable media
# from any FAT partition.
FAT_TYPE = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"  # basic data
REDO_TYPE = "6F1AEB2F-EE5E-4739-B001-9B9A49A3315C"  # storage/find.h
REDO_MAGIC = b"LBREDO1\n"  # storage/redo.h; all else zero: no record
REDO_BYTES = 4 * MIB  # a larger change goes without one
FAT_START = MIB
# FAT32 has at least 65,525 clusters (Microsoft's specification, 3.5); some
# firmware takes what has fewer for something else.
LEAST_FAT_BYTES = 34 * MIB
TAIL_BYTES = MIB  # with the second partition table


def identity(files: dict[str, bytes], what: str) -> uuid.UUID:
    """The GUID of "disk", "fat" or "redo" on a stick with these files."""
    return uuid.uuid5(NAMESPACE, f"{what} {digest(files)}")


def volume_serial(files: dict[str, bytes]) -> int:
    """Of the FAT volume; not 0."""
    return int(digest(files)[:8], 16) or 1


def _fat_bytes(files: dict[str, bytes]) -> int:
    wanted = bytes_needed(files) * 5 // 4 + 4 * MIB  # some for the site's own
    return max(LEAST_FAT_BYTES, wanted + -wanted % MIB)


def _partition(path: str, files: dict[str, bytes], fat_bytes: int) -> None:
    """Write the tables; FAT first: old Windows shows no other of a stick."""
    fat_first = FAT_START // SECTOR_BYTES
    redo_first = fat_first + fat_bytes // SECTOR_BYTES
    redo_last = redo_first + REDO_BYTES // SECTOR_BYTES - 1
    run_tool("sgdisk", "--clear", "--set-alignment=2048",
             f"--new=1:{fat_first}:{redo_first - 1}",
             f"--typecode=1:{FAT_TYPE}", "--change-name=1:Loopbreaker",
             f"--partition-guid=1:{identity(files, 'fat')}",
             f"--new=2:{redo_first}:{redo_last}",
             f"--typecode=2:{REDO_TYPE}", "--change-name=2:Loopbreaker redo",
             f"--partition-guid=2:{identity(files, 'redo')}",
             f"--disk-guid={identity(files, 'disk')}", path)


def _copy_with_holes(source: str, target: str, start: int) -> None:
    """Copy a file into another one, zeroes excepted."""
    with open(source, "rb") as reader, open(target, "r+b") as writer:
        position = start
        while piece := reader.read(4096):
            if any(piece):
                writer.seek(position)
                writer.write(piece)
            position += len(piece)


def make_usb(path: str, files: dict[str, bytes], moment: int) -> None:
    """Make the image; raises Refused or ToolError."""
    fat_bytes = _fat_bytes(files)
    volume = path + ".fat"
    make_volume(volume, fat_bytes, 32, files, volume_serial(files), moment,
                FAT_START // SECTOR_BYTES)
    with open(path, "wb") as file:
        file.truncate(FAT_START + fat_bytes + REDO_BYTES + TAIL_BYTES)
    _partition(path, files, fat_bytes)
    _copy_with_holes(volume, path, FAT_START)
    os.remove(volume)
    with open(path, "r+b") as file:
        file.seek(FAT_START + fat_bytes)
        file.write(REDO_MAGIC)
