# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes and reads \\Windows\\bootstat.dat for the rig.

Shares no code with Loopbreaker's reader: written from the published
descriptions of RTL_BSD_DATA and of the boot status log behind it.
"""

import dataclasses
import datetime
import struct

AREA_BYTES = 0x800
LOG_BYTES = 0x10000
FILE_BYTES = AREA_BYTES + LOG_BYTES

LOG_VERSION = 4
LOG_START = 0x14
ENTRY_HEAD = struct.Struct("<Q16sIIII")
EVENT_INIT = 0x01
EVENT_LAUNCH_OS = 0x31
LEVEL_INFO = 1
WINLOAD = 3
LOADER_GUID = bytes(range(0x10, 0x20))
MAX_BOOT_ENTRIES = 12  # sessions of the past that the log tells of

UTC = datetime.timezone.utc
FILETIME_EPOCH = datetime.datetime(1601, 1, 1, tzinfo=UTC)


def filetime(when: datetime.datetime) -> int:
    """A moment as 100 ns ticks since 1601."""
    return (when - FILETIME_EPOCH) // datetime.timedelta(microseconds=1) * 10


def from_filetime(ticks: int) -> datetime.datetime:
    """The reverse of filetime()."""
    return FILETIME_EPOCH + datetime.timedelta(microseconds=ticks // 10)


@dataclasses.dataclass
class BootStatus:
    """The fields of the status area that decide anything."""

    heartbeat: datetime.datetime
    good: int = 1
    shutdown: int = 1
    attempts: int = 1
    checkpoint: int = 1
    boot_id: int = 41
    clean_boot_id: int = 41
    abnormal_boot_id: int = 0
    size: int = 0xC8

    def encode(self) -> bytes:
        """The whole file."""
        area = bytearray(AREA_BYTES)
        struct.pack_into("<II", area, 0x00, self.size, 1)
        area[0x09], area[0x0A], area[0x0B] = 30, self.good, self.shutdown
        area[0x18] = 1
        struct.pack_into("<QII", area, 0x20, filetime(self.heartbeat),
                         0x5EED0000 | self.boot_id & 0xFFFF, self.boot_id)
        area[0x30], area[0x31] = self.attempts, self.checkpoint
        struct.pack_into("<III", area, 0x34, self.boot_id, self.clean_boot_id,
                         self.abnormal_boot_id)
        area[0x32] = -sum(area[:self.size]) & 0xFF
        return bytes(area) + self._log()

    def _log(self) -> bytes:
        """A log of the last few sessions, all of them good."""
        entries = b""
        first = max(1, self.boot_id - MAX_BOOT_ENTRIES)
        for boot_id in range(first, self.boot_id):
            started = self.heartbeat - datetime.timedelta(
                days=self.boot_id - boot_id)
            entries += self._entries(started, boot_id)
        used = LOG_START + len(entries)
        header = struct.pack("<5I", LOG_VERSION, LOG_START, LOG_BYTES, used,
                             LOG_START)
        return (header + entries).ljust(LOG_BYTES, b"\0")

    @staticmethod
    def _entries(started: datetime.datetime, boot_id: int) -> bytes:
        init = struct.pack(
            "<8HII I6B", started.year, started.month, started.day,
            started.hour, started.minute, started.second, 0,
            started.isoweekday() % 7, 1, 0, boot_id, 1, 1, 1, 1, 1, 0)
        launch = struct.pack("<I3B", boot_id + 1, 1, 1, 0)
        return b"".join(
            ENTRY_HEAD.pack(started.hour * 3600 + started.minute * 60,
                            LOADER_GUID, ENTRY_HEAD.size + len(data),
                            LEVEL_INFO, WINLOAD, event) + data
            for event, data in ((EVENT_INIT, init),
                                (EVENT_LAUNCH_OS, launch)))

    @staticmethod
    def parse(raw: bytes) -> "BootStatus":
        """Read a file back; raises ValueError if its sum is wrong."""
        size, = struct.unpack_from("<I", raw)
        if len(raw) != FILE_BYTES or not 0xC0 <= size <= 0xD0:
            raise ValueError("bootstat.dat has an unknown form")
        if sum(raw[:size]) & 0xFF:
            raise ValueError("bootstat.dat has a wrong checksum")
        ticks, = struct.unpack_from("<Q", raw, 0x20)
        ids = struct.unpack_from("<III", raw, 0x34)
        return BootStatus(from_filetime(ticks), raw[0x0A], raw[0x0B],
                          raw[0x30], raw[0x31], *ids, size)
