# SPDX-License-Identifier: GPL-2.0-or-later
"""The page file of a test PC, with the dump of a crash at its start.

As on a PC whose loop dies before the session manager: the crash driver has
written past NTFS, so the valid-data length is 0 all the same.  The stand-in
Windows does so when it crashes: it has the dump's header as a file and puts it
into the page file's sectors, with the time, its boot id and its stop code; the
rest of the dump lies there from the beginning.
"""

import dataclasses
import datetime
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from mkdump import (  # noqa: E402
    HEADER_BYTES, Crash, address_in, modules_of, write_dump)
from ntfs_image import ATTRIBUTE_DATA, NtfsVolume  # noqa: E402
from bootstat import filetime  # noqa: E402

PAGE_FILE = "/pagefile.sys"
TEMPLATE = "/Windows/standin.dmp"  # read by standin/dump_file.c
LEAST_BYTES = 1000000
# In the header's comment: what the stand-in has to know beside the header.
COMMENT = struct.Struct("<8sQQ")
COMMENT_OFFSET = 0xFB0
COMMENT_MARK = b"STANDIN!"


@dataclasses.dataclass
class PageFile:
    """What its dump says; of what the stand-in changes only @module is left."""

    kind: str = "automatic"  # see mkdump.TYPES
    machine: str = "x64"
    module: str = "csagent.sys"  # crashes on bad content
    other: str = "other.sys"  # crashes by the command "crash"
    by: str = "parameter"  # what names the module: see mkdump.Crash
    code: int = 0x50
    boot_id: int | None = None
    minutes_ago: float | None = None  # None: no dump before the first crash

    def crash(self, now: datetime.datetime) -> Crash:
        """As mkdump wants it."""
        ago = datetime.timedelta(minutes=self.minutes_ago or 0)
        return Crash(kind=self.kind, machine=self.machine, module=self.module,
                     other=self.other, by=self.by, code=self.code,
                     boot_id=self.boot_id, time=filetime(now - ago))


def page_file_lines(parts: str, spec: PageFile,
                    now: datetime.datetime) -> list[str]:
    """The lines of a manifest that put both files on the volume."""
    crash = spec.crash(now)
    modules = modules_of(crash)
    paths = [os.path.join(parts, os.path.basename(name))
             for name in (PAGE_FILE, TEMPLATE)]
    write_dump(paths[0], crash)
    with open(paths[0], "r+b") as file:
        header = bytearray(file.read(HEADER_BYTES))
        COMMENT.pack_into(
            header, COMMENT_OFFSET, COMMENT_MARK,
            address_in(modules, spec.module, crash.offset),
            address_in(modules, spec.other, crash.offset))
        if spec.minutes_ago is None:
            file.seek(0)
            file.write(bytes(HEADER_BYTES))
        file.truncate(max(LEAST_BYTES, os.path.getsize(paths[0])))
    with open(paths[1], "wb") as file:
        file.write(header)
    return [f"file {PAGE_FILE} host \"{paths[0]}\"", f"valid {PAGE_FILE} 0",
            f"file {TEMPLATE} host \"{paths[1]}\""]


def dump_header(image: str, start: int) -> bytes:
    """The first bytes of the page file's clusters, whatever NTFS says."""
    with open(image, "rb") as file:
        volume = NtfsVolume(file, start)
        data = volume.attribute(volume.lookup(PAGE_FILE), ATTRIBUTE_DATA)
        return volume.read(data, 0, HEADER_BYTES)


def dump_boot_id(image: str, start: int) -> int | None:
    """Of the dump in the page file; None if there is none."""
    header = dump_header(image, start)
    if header[:8] != b"PAGEDU64":
        return None
    return struct.unpack_from("<I", header, 0x1054)[0]
