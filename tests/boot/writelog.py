# SPDX-License-Identifier: GPL-2.0-or-later
"""Reads the log that QEMU's blklogwrites driver keeps of every write."""

import dataclasses
import struct

ENTRY = struct.Struct("<QQQQ")
FLUSH = 1
DISCARD = 4


@dataclasses.dataclass(frozen=True)
class LogEntry:
    """One write or flush, in the order in which the device saw them."""

    is_flush: bool
    start: int  # bytes
    length: int
    place: int = 0  # of its data in the log


def read_write_log(path: str, sector_bytes: int) -> list[LogEntry]:
    """All entries; the super block is not believed, QEMU may not update it."""
    entries = []
    with open(path, "rb") as file:
        data = file.read()
    position = sector_bytes  # behind the super block
    while position + sector_bytes <= len(data):
        sector, sectors, flags, _ = ENTRY.unpack_from(data, position)
        position += sector_bytes
        length = sectors * sector_bytes
        if flags & FLUSH:
            entries.append(LogEntry(True, 0, 0))
        if length:
            entries.append(LogEntry(False, sector * sector_bytes, length,
                                    position))
        if not flags & DISCARD:
            position += length
    return entries
