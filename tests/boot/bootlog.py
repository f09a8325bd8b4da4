# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes the boot manager's log, \\EFI\\Microsoft\\Boot\\BOOTSTAT.DAT.

Shares no code with Loopbreaker's reader: written from the published
descriptions of the log.
"""

import datetime
import struct
import uuid

LOG_BYTES = 0x10000
LOG_VERSION = 4
LOG_START = 0x18
ENTRY_HEAD = struct.Struct("<Q16sIIII")
EVENT_INIT = 0x01
EVENT_LAUNCH = 0x11
EVENT_RETURN = 0x12
LEVEL_OK, LEVEL_ERROR = 0, 3
BOOT_MANAGER = 2
STATUS_UNSUCCESSFUL = 0xC0000001
LAST_BOOT_FAILED = 8
BOOT_MANAGER_GUID = uuid.UUID("9dea862c-5cdd-4e70-acc1-f32b344d4795")
LOADER_GUID = uuid.UUID("7f3a2c10-9d41-11ee-8c90-0242ac120002")
LOADER_PATH = "\\Windows\\system32\\winload.efi"


def _entry(event: int, data: bytes, level: int = LEVEL_OK) -> bytes:
    return ENTRY_HEAD.pack(0, BOOT_MANAGER_GUID.bytes_le,
                           ENTRY_HEAD.size + len(data), level, BOOT_MANAGER,
                           event) + data


def _launch(when: datetime.datetime) -> bytes:
    """The boot manager began, and started Windows' loader."""
    init = struct.pack("<8H", when.year, when.month, when.day, when.hour,
                       when.minute, when.second, 0, when.isoweekday() % 7)
    launch = (LOADER_GUID.bytes_le + struct.pack("<I", 0) +
              (LOADER_PATH + "\0").encode("utf-16-le"))
    return _entry(EVENT_INIT, init) + _entry(EVENT_LAUNCH, launch)


def boot_log(launches: list[datetime.datetime], is_diverted: bool) -> bytes:
    """The whole file.

    @launches: when, by the PC's clock; oldest first
    @is_diverted: the last came back for Automatic Repair
    """
    entries = b"".join(_launch(when) for when in launches)
    if is_diverted:
        entries += _entry(EVENT_RETURN, LOADER_GUID.bytes_le + struct.pack(
            "<II", STATUS_UNSUCCESSFUL, LAST_BOOT_FAILED), LEVEL_ERROR)
    header = struct.pack("<6I", LOG_VERSION, LOG_START, LOG_BYTES,
                         LOG_START + len(entries), LOG_START, 0)
    return (header + entries).ljust(LOG_BYTES, b"\0")
