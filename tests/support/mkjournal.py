#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a consistent synthetic $LogFile into an NTFS image.

What a crash leaves behind: a checkpoint, then transactions that reached the
journal but not the MFT.  Each changes the attribute flags of one file.  A
committed transaction has to be redone; an unfinished one must not be.

The structures are those described by the ntfs-3g and Linux ntfs3 sources.

usage: mkjournal.py [--offset BYTES] [--version 1.1|2.0] [--closed]
                    [--committed PATH=FLAGS] [--unfinished PATH=FLAGS]
                    [--trimmed PATH] [--pair REDO,UNDO] [--pair-unfinished]
                    [--operation NAME] [--pages COUNT] IMAGE

FLAGS is a number; those bits are turned over.  --committed, --unfinished and
--trimmed may be repeated.  --closed writes a journal that needs no replay.
--trimmed: the unused end of the file's MFT record was zeroed, as Windows 10
does; such log records bring no data.
--pair: a record of those two operations, by their numbers, without data, in a
committed transaction or, with --pair-unfinished, in one that is not.
--operation: see journal_operations.py; may be repeated, "all" is each of them.
--pages: that many pages full of records that do nothing come first.
"""

import argparse
import dataclasses
import os
import struct
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# pylint: disable=wrong-import-position
from journal_actions import (  # noqa: E402  (the path has to be known first)
    COMPENSATION, MFT_DATA, TRIM_RECORD, UPDATE_RESIDENT_VALUE, Action,
    Transaction, record_place)
from journal_operations import transactions_for  # noqa: E402
from journal_pages import (  # noqa: E402
    CHECKPOINT_RECORD, FIRST_TRANSACTION, LOG_RECORD_HEADER, MFT_DATA_KEY,
    NOOP, PAGE_BYTES, PAGE_DATA_OFFSET, SECTOR_BYTES, PageWriter,
    RecordWriter, protect)
from ntfs_image import (  # noqa: E402
    ATTRIBUTE_DATA, ATTRIBUTE_STANDARD_INFORMATION, MFT_RECORD_LOGFILE,
    NtfsError, NtfsVolume)

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

FORGET_TRANSACTION = 27
OPEN_ATTRIBUTE_TABLE_DUMP = 29
ATTRIBUTE_NAMES_DUMP = 30

# Checkpoint: version, then five LSNs, four lengths, unknown fields to 0x70.
CHECKPOINT = struct.Struct("<II5Q4I40x8x")
CHECKPOINT_BYTES = 0x70
CHECKPOINT_VERSION = 1

# A restart table with the attributes that the transactions touch.
TABLE_HEADER = struct.Struct("<HHH6xIII")
OPEN_ATTRIBUTE = struct.Struct("<IIIBBBBQQQ")
ENTRY_ALLOCATED = 0xFFFFFFFF
TRANSACTION_STEP = 0x28

FLAGS_OFFSET = 0x20  # of the file attribute flags in $STANDARD_INFORMATION
MFT_LSN_OFFSET = 8
MFT_USED_OFFSET = 0x18
MIN_SEQUENCE = 5


@dataclasses.dataclass(frozen=True)
class Change:
    """Turn over some attribute flags of one file."""

    path: str
    flags: int


class Journal:
    """The journal of one volume, built page by page."""

    def __init__(self, volume: NtfsVolume, version: str, is_closed: bool):
        self.volume = volume
        self.version = version
        self.is_closed = is_closed
        self.open = [MFT_DATA]
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

    def update(self, change: Change) -> Action:
        """The change of one file's flags; nothing is done to the file."""
        volume = self.volume
        number = volume.lookup(change.path)
        information = volume.attribute(number, ATTRIBUTE_STANDARD_INFORMATION)
        old, = struct.unpack_from("<I", information.value or b"",
                                  FLAGS_OFFSET)
        vcn, sector, clusters = record_place(volume, number)
        return Action(
            UPDATE_RESIDENT_VALUE, UPDATE_RESIDENT_VALUE,
            struct.pack("<I", old ^ change.flags), struct.pack("<I", old),
            (information.offset, information.value_offset + FLAGS_OFFSET,
             sector, vcn), clusters)

    def trim(self, path: str) -> Action:
        """That the unused end of a file's record was zeroed."""
        number = self.volume.lookup(path)
        used, = struct.unpack_from("<I", self.volume.record(number),
                                   MFT_USED_OFFSET)
        vcn, sector, clusters = record_place(self.volume, number)
        return Action(
            TRIM_RECORD, NOOP, place=(used, 0, sector, vcn),
            clusters=clusters, redo_length=self.volume.record_size - used)

    def key(self, attribute) -> int:
        """By which a record names an attribute: its place in the table."""
        return MFT_DATA_KEY + OPEN_ATTRIBUTE.size * self.open.index(attribute)

    def add_checkpoint(self, page: PageWriter) -> tuple[int, int]:
        """Returns the LSNs of the oldest record needed and the checkpoint."""
        table = TABLE_HEADER.pack(OPEN_ATTRIBUTE.size, len(self.open),
                                  len(self.open), ENTRY_ALLOCATED, 0, 0)
        names = b""
        for a in self.open:
            table += OPEN_ATTRIBUTE.pack(
                ENTRY_ALLOCATED, a.index_bytes, a.kind, 0, 0, 0, 0,
                a.reference, page.next_lsn(), 0)
            name = a.name.encode("utf-16-le")
            if name:
                names += struct.pack("<HH", self.key(a), len(name)) + name
                names += bytes(2)
        attributes = page.add_operation(
            FIRST_TRANSACTION, 0, OPEN_ATTRIBUTE_TABLE_DUMP, NOOP, table)
        names_lsn = 0
        if names:
            names += bytes(4)
            names_lsn = page.add_operation(
                FIRST_TRANSACTION, 0, ATTRIBUTE_NAMES_DUMP, NOOP, names)
        data = CHECKPOINT.pack(CHECKPOINT_VERSION, 0, attributes, attributes,
                               names_lsn, 0, 0, len(table), len(names), 0, 0)
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

    def log(self, writer: RecordWriter,
            transactions: list[Transaction]) -> None:
        """Write the records of all transactions."""
        number = FIRST_TRANSACTION
        for transaction in transactions:
            previous = 0
            for action in transaction.actions:
                previous = action.lsn = writer.add_operation(
                    number, previous, action.redo, action.undo,
                    action.redo_data, action.undo_data, place=action.place,
                    clusters=list(action.clusters),
                    redo_length=action.redo_length,
                    undo_length=action.undo_length,
                    key=self.key(action.attribute), acts_on=action.acts_on,
                    flags=action.flags)
            if transaction.is_committed:
                writer.add_operation(number, previous, FORGET_TRANSACTION,
                                     COMPENSATION)
            number += TRANSACTION_STEP

    def build(self, transactions: list[Transaction],
              idle_pages: int = 0) -> dict[int, bytes]:
        """The pages to write, by number; all others are erased."""
        first = FIRST_DATA_PAGE[self.version]
        for transaction in transactions:
            for action in transaction.actions:
                if action.attribute not in self.open:
                    self.open.append(action.attribute)
        full = PageWriter(self, first)
        full.add_filler()
        writer = RecordWriter(self, first + 1)
        oldest, checkpoint = self.add_checkpoint(writer.pages[0])
        before = writer.pages[0].encode()
        while len(writer.pages) <= idle_pages:
            writer.add_operation(FIRST_TRANSACTION, 0, NOOP, NOOP)
        self.log(writer, transactions)
        last = writer.pages[-1]
        restart = self.restart_page(oldest, checkpoint)
        pages = {0: restart, 1: restart, first: full.encode()}
        for page in writer.pages:
            pages[page.number] = page.encode()
        if self.version == "2.0":
            # The newest page is still in its temporary place; the place
            # where it belongs holds what it was at the checkpoint.
            pages[RESTART_PAGES] = last.encode(belongs_to=last.number)
            if last.number == first + 1:
                pages[first + 1] = before
            else:
                del pages[last.number]
        else:
            newest = ([full] + writer.pages)[-2:]
            for i, page in enumerate(newest):
                pages[RESTART_PAGES + i] = page.encode(copy_of=page.number)
        return pages

    def write(self, pages: dict[int, bytes]) -> None:
        """Replace the journal's content."""
        erased = ERASED * PAGE_BYTES
        for number in range(self.size // PAGE_BYTES):
            self.volume.write(self.data, number * PAGE_BYTES,
                              pages.get(number, erased))


def transactions_of(journal: Journal, committed: list[Change],
                    unfinished: list[Change],
                    trimmed: list[str]) -> list[Transaction]:
    """The changes, each in a transaction; the first trims as well."""
    result = [Transaction([journal.update(change)]) for change in committed]
    result += [Transaction([journal.update(change)], False)
               for change in unfinished]
    if trimmed and not result:
        result.append(Transaction([], False))
    if trimmed:
        result[0].actions[:0] = [journal.trim(path) for path in trimmed]
    return result


def write_journal(path: str, offset: int = 0, version: str = "2.0",
                  is_closed: bool = False,
                  committed: list[Change] | None = None,
                  unfinished: list[Change] | None = None,
                  trimmed: list[str] | None = None,
                  transactions: list[Transaction] | None = None,
                  idle_pages: int = 0) -> None:
    """Give the volume at @offset of the image a new journal."""
    with open(path, "r+b") as file:
        journal = Journal(NtfsVolume(file, offset), version, is_closed)
        journal.write(journal.build(
            transactions_of(journal, committed or [], unfinished or [],
                            trimmed or []) + (transactions or []),
            idle_pages))


def _parse_change(text: str) -> Change:
    path, _, flags = text.rpartition("=")
    return Change(path, int(flags, 0))


def _parse_pair(text: str) -> Action:
    redo, _, undo = text.partition(",")
    return Action(int(redo, 0), int(undo, 0))


def _extra_transactions(options) -> list[Transaction]:
    result = [Transaction([pair], not options.pair_unfinished)
              for pair in options.pair or []]
    if options.operation:
        with open(options.image, "rb") as file:
            result += transactions_for(NtfsVolume(file, options.offset),
                                       options.operation)
    return result


def main() -> int:
    """The command line; see the top of the file."""
    parser = argparse.ArgumentParser(description="write an NTFS journal")
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--version", choices=VERSION_NUMBERS, default="2.0")
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("--committed", type=_parse_change, action="append")
    parser.add_argument("--unfinished", type=_parse_change, action="append")
    parser.add_argument("--trimmed", action="append")
    parser.add_argument("--pair", type=_parse_pair, action="append")
    parser.add_argument("--pair-unfinished", action="store_true")
    parser.add_argument("--operation", action="append", default=[])
    parser.add_argument("--pages", type=int, default=0)
    parser.add_argument("image")
    options = parser.parse_args()
    try:
        write_journal(options.image, options.offset, options.version,
                      options.closed, options.committed, options.unfinished,
                      options.trimmed, _extra_transactions(options),
                      options.pages)
    except (NtfsError, OSError) as error:
        print(f"mkjournal: {options.image}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
