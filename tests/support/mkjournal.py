#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a consistent synthetic $LogFile into an NTFS image.

What a crash leaves behind: a checkpoint, then transactions that reached the
journal but not the MFT.  Each changes the attribute flags of one file.  A
committed transaction has to be redone; an unfinished one must not be.

The structures are those described by the ntfs-3g and Linux ntfs3 sources.

usage: mkjournal.py [--offset BYTES] [--version 1.1|2.0] [--closed]
                    [--committed PATH=FLAGS] [--unfinished PATH=FLAGS]
                    [--trimmed PATH] IMAGE

FLAGS is a number; those bits are turned over.  --committed, --unfinished and
--trimmed may be repeated.  --closed writes a journal that needs no replay.
--trimmed: the unused end of the file's MFT record was zeroed, as Windows 10
does; such log records bring no data.
"""

import argparse
import dataclasses
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from ntfs_image import (  # noqa: E402  (the path has to be known first)
    ATTRIBUTE_DATA, ATTRIBUTE_STANDARD_INFORMATION, MFT_RECORD_LOGFILE,
    NtfsError, NtfsVolume)

PAGE_BYTES = 4096
SECTOR_BYTES = 512
ERASED = b"\xff"

# Pages.  The two restart pages come first; then, in version 1.1, two copies of
# the newest pages; in version 2.0, thirty-two temporary pages.
RESTART_PAGES = 2
FIRST_DATA_PAGE = {"1.1": 4, "2.0": 34}
VERSION_NUMBERS = {"1.1": (1, 1), "2.0": (2, 0)}

RESTART_PAGE_HEADER = struct.Struct("<4sHHQIIHHH")
RESTART_USA_OFFSET = 30
RESTART_AREA_OFFSET = 0x30
RESTART_AREA = struct.Struct("<QHHHHIHHqIHHII")
RESTART_VOLUME_IS_CLEAN = 2
CLIENT_ARRAY_OFFSET = 0x40  # within the restart area
CLIENT_RECORD = struct.Struct("<QQHHH6xI128s")
CLIENT_NAME = "NTFS".encode("utf-16-le")
NO_CLIENT = 0xFFFF

RECORD_PAGE_HEADER = struct.Struct("<4sHHQIHHH6xQ")
RECORD_USA_OFFSET = 0x28
PAGE_DATA_OFFSET = 0x40
PAGE_HAS_RECORD_END = 1

LOG_RECORD_HEADER = struct.Struct("<QQQIHHIIH6x")
CLIENT_DATA = struct.Struct("<HHHHHHHHHHHHQ")
STANDARD_RECORD = 1
CHECKPOINT_RECORD = 2

NOOP = 0
COMPENSATION = 1
UPDATE_RESIDENT_VALUE = 7
FORGET_TRANSACTION = 27
TRIM_RECORD = 37
OPEN_ATTRIBUTE_TABLE_DUMP = 29
ACTS_ON_MFT = 2  # attribute flag of a record

# Checkpoint: version, then five LSNs, four lengths, unknown fields to 0x70.
CHECKPOINT = struct.Struct("<II5Q4I40x8x")
CHECKPOINT_BYTES = 0x70
CHECKPOINT_VERSION = 1

# A restart table with the one attribute that the transactions touch.
TABLE_HEADER = struct.Struct("<HHH6xIII")
OPEN_ATTRIBUTE = struct.Struct("<IIIBBBBQQQ")
ENTRY_ALLOCATED = 0xFFFFFFFF
MFT_DATA_KEY = TABLE_HEADER.size  # an entry's key is its place in the table
FIRST_TRANSACTION = 0x18
TRANSACTION_STEP = 0x28

FLAGS_OFFSET = 0x20  # of the file attribute flags in $STANDARD_INFORMATION
MFT_LSN_OFFSET = 8
MFT_USED_OFFSET = 0x18
MIN_SEQUENCE = 5
USN = 7


@dataclasses.dataclass(frozen=True)
class Change:
    """Turn over some attribute flags of one file."""

    path: str
    flags: int


def protect(page: bytes, usa_offset: int) -> bytes:
    """Put the update sequence array of a page in place."""
    result = bytearray(page)
    struct.pack_into("<H", result, usa_offset, USN)
    for i in range(1, len(page) // SECTOR_BYTES + 1):
        end = i * SECTOR_BYTES
        place = usa_offset + 2 * i
        result[place:place + 2] = result[end - 2:end]
        struct.pack_into("<H", result, end - 2, USN)
    return bytes(result)


def padded(data: bytes) -> bytes:
    """@data, filled up to a multiple of eight bytes."""
    return data + bytes(-len(data) % 8)


class PageWriter:
    """Collects the log records of one page."""

    def __init__(self, log: "Journal", number: int):
        self.log = log
        self.number = number
        self.body = b""
        self.last_lsn = 0

    def next_lsn(self) -> int:
        """The LSN that the next record gets: its place in the journal."""
        place = self.number * PAGE_BYTES + PAGE_DATA_OFFSET + len(self.body)
        return self.log.sequence << self.log.place_bits | place >> 3

    def add(self, kind: int, transaction: int, previous: int,
            client_data: bytes) -> int:
        """Append a record; returns its LSN."""
        lsn = self.next_lsn()
        record = LOG_RECORD_HEADER.pack(
            lsn, previous, previous, len(client_data), 0, 0, kind,
            transaction, 0) + client_data
        self.body += record
        self.last_lsn = lsn
        if PAGE_DATA_OFFSET + len(self.body) > PAGE_BYTES:
            raise NtfsError("Too many transactions for one journal page.")
        return lsn

    def add_operation(self, transaction: int, previous: int, redo: int,
                      undo: int, redo_data: bytes = b"",
                      undo_data: bytes = b"", place=(0, 0, 0, 0),
                      clusters: list[int] | None = None,
                      redo_length: int | None = None) -> int:
        """Append a standard record.

        @place: record offset, attribute offset, sector in the cluster, VCN
        @redo_length: what it says, if not the length of the data
        """
        clusters = clusters or []
        head = CLIENT_DATA.size + 8 * max(len(clusters), 1)
        redo_at, undo_at = head, head + len(padded(redo_data))
        record_offset, attribute_offset, sector, vcn = place
        data = CLIENT_DATA.pack(
            redo, undo, redo_at,
            len(redo_data) if redo_length is None else redo_length,
            undo_at, len(undo_data),
            MFT_DATA_KEY, len(clusters), record_offset, attribute_offset,
            sector, ACTS_ON_MFT, vcn)
        data += struct.pack(f"<{len(clusters)}Q", *clusters).ljust(8, b"\0")
        data += padded(redo_data) + padded(undo_data)
        return self.add(STANDARD_RECORD, transaction, previous, data)

    def add_filler(self) -> None:
        """Fill the rest of the page with one record that does nothing."""
        head = LOG_RECORD_HEADER.size + CLIENT_DATA.size + 8
        room = PAGE_BYTES - PAGE_DATA_OFFSET - len(self.body) - head
        self.add_operation(FIRST_TRANSACTION, 0, NOOP, NOOP, bytes(room))

    def encode(self, copy_of: int | None = None) -> bytes:
        """The page; @copy_of: as the copy of that page (version 1.1)."""
        where = self.last_lsn if copy_of is None else copy_of * PAGE_BYTES
        header = RECORD_PAGE_HEADER.pack(
            b"RCRD", RECORD_USA_OFFSET, PAGE_BYTES // SECTOR_BYTES + 1, where,
            PAGE_HAS_RECORD_END, 1, 1, PAGE_DATA_OFFSET + len(self.body),
            self.last_lsn)
        page = header.ljust(PAGE_DATA_OFFSET, b"\0") + self.body
        return protect(page.ljust(PAGE_BYTES, b"\0"), RECORD_USA_OFFSET)


class Journal:
    """The journal of one volume, built page by page."""

    def __init__(self, volume: NtfsVolume, version: str, is_closed: bool):
        self.volume = volume
        self.version = version
        self.is_closed = is_closed
        self.data = volume.attribute(MFT_RECORD_LOGFILE, ATTRIBUTE_DATA)
        self.size = self.data.size & ~(PAGE_BYTES - 1)
        if self.size // PAGE_BYTES < FIRST_DATA_PAGE[version] + 3:
            raise NtfsError("The journal is too small.")
        # An LSN is a sequence number above the place in the file, in 8 bytes.
        self.sequence_bits = 67 - self.size.bit_length()
        self.place_bits = 64 - self.sequence_bits
        self.sequence = self._next_sequence()

    def _next_sequence(self) -> int:
        """Newer than whatever the volume has seen: LSNs never go back."""
        newest = max(struct.unpack_from("<Q", record, MFT_LSN_OFFSET)[0]
                     for _, record in self.volume.records_in_use())
        return max(MIN_SEQUENCE, (newest >> self.place_bits) + 1)

    def update(self, page: PageWriter, transaction: int,
               change: Change) -> int:
        """Log the change of one file's flags; nothing is done to the file."""
        volume = self.volume
        number = volume.lookup(change.path)
        information = volume.attribute(number, ATTRIBUTE_STANDARD_INFORMATION)
        old, = struct.unpack_from("<I", information.value or b"",
                                  FLAGS_OFFSET)
        vcn, sector, clusters = self._place(number)
        return page.add_operation(
            transaction, 0, UPDATE_RESIDENT_VALUE, UPDATE_RESIDENT_VALUE,
            struct.pack("<I", old ^ change.flags), struct.pack("<I", old),
            (information.offset, information.value_offset + FLAGS_OFFSET,
             sector, vcn), clusters)

    def _place(self, number: int) -> tuple[int, int, list[int]]:
        """VCN, sector within its cluster and clusters of an MFT record."""
        volume = self.volume
        place = number * volume.record_size
        vcn, skip = divmod(place, volume.cluster_size)
        count = max(1, volume.record_size // volume.cluster_size)
        return (vcn, skip // SECTOR_BYTES,
                volume.clusters(volume.mft, vcn, count))

    def trim(self, page: PageWriter, transaction: int, path: str) -> int:
        """Log that the unused end of a file's record was zeroed."""
        number = self.volume.lookup(path)
        used, = struct.unpack_from("<I", self.volume.record(number),
                                   MFT_USED_OFFSET)
        vcn, sector, clusters = self._place(number)
        return page.add_operation(
            transaction, 0, TRIM_RECORD, NOOP, place=(used, 0, sector, vcn),
            clusters=clusters, redo_length=self.volume.record_size - used)

    def add_checkpoint(self, page: PageWriter) -> tuple[int, int]:
        """Returns the LSNs of the oldest record needed and the checkpoint."""
        entry = OPEN_ATTRIBUTE.pack(ENTRY_ALLOCATED, 0, ATTRIBUTE_DATA, 0, 0,
                                    0, 0, 1 << 48, page.next_lsn(), 0)
        table = TABLE_HEADER.pack(len(entry), 1, 1, ENTRY_ALLOCATED, 0,
                                  0) + entry
        attributes = page.add_operation(
            FIRST_TRANSACTION, 0, OPEN_ATTRIBUTE_TABLE_DUMP, NOOP, table)
        data = CHECKPOINT.pack(CHECKPOINT_VERSION, 0, attributes, attributes,
                               0, 0, 0, len(table), 0, 0, 0)
        return attributes, page.add(CHECKPOINT_RECORD, 0, 0, data)

    def restart_page(self, oldest: int, checkpoint: int) -> bytes:
        """The restart page: where replay has to begin."""
        major, minor = VERSION_NUMBERS[self.version]
        header = RESTART_PAGE_HEADER.pack(
            b"RSTR", RESTART_USA_OFFSET, PAGE_BYTES // SECTOR_BYTES + 1, 0,
            PAGE_BYTES, PAGE_BYTES, RESTART_AREA_OFFSET, minor, major)
        area = RESTART_AREA.pack(
            checkpoint, 1, NO_CLIENT, NO_CLIENT if self.is_closed else 0,
            RESTART_VOLUME_IS_CLEAN if self.is_closed else 0,
            self.sequence_bits, CLIENT_ARRAY_OFFSET + CLIENT_RECORD.size,
            CLIENT_ARRAY_OFFSET, self.size, CHECKPOINT_BYTES,
            LOG_RECORD_HEADER.size, PAGE_DATA_OFFSET, 1, 0)
        client = CLIENT_RECORD.pack(oldest, checkpoint, NO_CLIENT, NO_CLIENT,
                                    0, len(CLIENT_NAME), CLIENT_NAME)
        page = (header.ljust(RESTART_AREA_OFFSET, b"\0") +
                area.ljust(CLIENT_ARRAY_OFFSET, b"\0") + client)
        return protect(page.ljust(PAGE_BYTES, b"\0"), RESTART_USA_OFFSET)

    def build(self, committed: list[Change], unfinished: list[Change],
              trimmed: list[str]) -> dict[int, bytes]:
        """The pages to write, by number; all others are erased."""
        first = FIRST_DATA_PAGE[self.version]
        full, last = PageWriter(self, first), PageWriter(self, first + 1)
        full.add_filler()
        oldest, checkpoint = self.add_checkpoint(last)
        before = last.encode()
        transaction = FIRST_TRANSACTION
        for path in trimmed:
            self.trim(last, transaction, path)
        for change in committed:
            update = self.update(last, transaction, change)
            last.add_operation(transaction, update, FORGET_TRANSACTION,
                               COMPENSATION)
            transaction += TRANSACTION_STEP
        for change in unfinished:
            self.update(last, transaction, change)
            transaction += TRANSACTION_STEP
        restart = self.restart_page(oldest, checkpoint)
        pages = {0: restart, 1: restart, first: full.encode()}
        if self.version == "2.0":
            # The newest page is still in its temporary place; the place
            # where it belongs holds what it was at the checkpoint.
            pages[RESTART_PAGES] = last.encode()
            pages[first + 1] = before
        else:
            pages[RESTART_PAGES] = full.encode(copy_of=first)
            pages[RESTART_PAGES + 1] = last.encode(copy_of=first + 1)
            pages[first + 1] = last.encode()
        return pages

    def write(self, pages: dict[int, bytes]) -> None:
        """Replace the journal's content."""
        erased = ERASED * PAGE_BYTES
        for number in range(self.size // PAGE_BYTES):
            self.volume.write(self.data, number * PAGE_BYTES,
                              pages.get(number, erased))


def write_journal(path: str, offset: int = 0, version: str = "2.0",
                  is_closed: bool = False,
                  committed: list[Change] | None = None,
                  unfinished: list[Change] | None = None,
                  trimmed: list[str] | None = None) -> None:
    """Give the volume at @offset of the image a new journal."""
    with open(path, "r+b") as file:
        journal = Journal(NtfsVolume(file, offset), version, is_closed)
        journal.write(journal.build(committed or [], unfinished or [],
                                    trimmed or []))


def _parse_change(text: str) -> Change:
    path, _, flags = text.rpartition("=")
    return Change(path, int(flags, 0))


def main() -> int:
    """The command line; see the top of the file."""
    parser = argparse.ArgumentParser(description="write an NTFS journal")
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--version", choices=VERSION_NUMBERS, default="2.0")
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("--committed", type=_parse_change, action="append")
    parser.add_argument("--unfinished", type=_parse_change, action="append")
    parser.add_argument("--trimmed", action="append")
    parser.add_argument("image")
    options = parser.parse_args()
    try:
        write_journal(options.image, options.offset, options.version,
                      options.closed, options.committed, options.unfinished,
                      options.trimmed)
    except (NtfsError, OSError) as error:
        print(f"mkjournal: {options.image}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
