# SPDX-License-Identifier: GPL-2.0-or-later
"""The form of $LogFile: its pages and the records on them.

Knows nothing of what the records do.  The structures are those described by
the ntfs-3g and Linux ntfs3 sources.
"""

import struct

from ntfs_image import NtfsError

PAGE_BYTES = 4096
SECTOR_BYTES = 512

RECORD_PAGE_HEADER = struct.Struct("<4sHHQIHHH6xQ")
RECORD_USA_OFFSET = 0x28
PAGE_DATA_OFFSET = 0x40
PAGE_BELONGS_TO = 0x3C  # in a temporary place: the offset of its own place
PAGE_HAS_RECORD_END = 1

LOG_RECORD_HEADER = struct.Struct("<QQQIHHIIH6x")
CLIENT_DATA = struct.Struct("<HHHHHHHHHHHHQ")
STANDARD_RECORD = 1
CHECKPOINT_RECORD = 2
NOOP = 0

# A record without data, which is the shortest there is.
SHORTEST_RECORD = LOG_RECORD_HEADER.size + CLIENT_DATA.size + 8

# Flags of a record: which of its data it does without.
DELETING, ADDING = 2, 4

ACTS_ON_MFT = 2  # attribute flags of a record
ACTS_ON_INDEX = 8
MFT_DATA_KEY = 0x18
FIRST_TRANSACTION = 0x18
USN = 7


def protect(page: bytes, usa_offset: int, usn: int = USN) -> bytes:
    """Put the update sequence array of a page in place."""
    result = bytearray(page)
    struct.pack_into("<H", result, usa_offset, usn)
    for i in range(1, len(page) // SECTOR_BYTES + 1):
        end = i * SECTOR_BYTES
        place = usa_offset + 2 * i
        result[place:place + 2] = result[end - 2:end]
        struct.pack_into("<H", result, end - 2, usn)
    return bytes(result)


def padded(data: bytes) -> bytes:
    """@data, filled up to a multiple of eight bytes."""
    return data + bytes(-len(data) % 8)


class PageWriter:
    """Collects the log records of one page."""

    def __init__(self, log, number: int):
        self.log = log  # with sequence and place_bits
        self.number = number
        self.body = b""
        self.last_lsn = 0

    def next_lsn(self) -> int:
        """The LSN that the next record gets: its place in the journal."""
        place = self.number * PAGE_BYTES + PAGE_DATA_OFFSET + len(self.body)
        return self.log.sequence << self.log.place_bits | place >> 3

    def room(self) -> int:
        """How many bytes are left."""
        return PAGE_BYTES - PAGE_DATA_OFFSET - len(self.body)

    def add(self, kind: int, transaction: int, previous: int,
            client_data: bytes, flags: int = 0) -> int:
        """Append a record; returns its LSN."""
        lsn = self.next_lsn()
        record = LOG_RECORD_HEADER.pack(
            lsn, previous, previous, len(client_data), 0, 0, kind,
            transaction, flags) + client_data
        if len(record) > self.room():
            raise NtfsError("Too many transactions for one journal page.")
        self.body += record
        self.last_lsn = lsn
        return lsn

    def add_operation(self, transaction: int, previous: int, redo: int,
                      undo: int, redo_data: bytes = b"",
                      undo_data: bytes = b"", place=(0, 0, 0, 0),
                      clusters: list[int] | None = None,
                      redo_length: int | None = None,
                      undo_length: int | None = None,
                      key: int = MFT_DATA_KEY, acts_on: int = ACTS_ON_MFT,
                      flags: int = 0) -> int:
        """Append a standard record.

        @place: record offset, attribute offset, sector in the cluster, VCN
        @redo_length, @undo_length: what it says, if not the length of the
            data
        @key: of the open attribute that it acts on
        """
        clusters = clusters or []
        head = CLIENT_DATA.size + 8 * max(len(clusters), 1)
        redo_at, undo_at = head, head + len(padded(redo_data))
        record_offset, attribute_offset, sector, vcn = place
        data = CLIENT_DATA.pack(
            redo, undo, redo_at,
            len(redo_data) if redo_length is None else redo_length,
            undo_at, len(undo_data) if undo_length is None else undo_length,
            key, len(clusters), record_offset,
            attribute_offset, sector, acts_on, vcn)
        data += struct.pack(f"<{len(clusters)}Q", *clusters).ljust(8, b"\0")
        data += padded(redo_data) + padded(undo_data)
        return self.add(STANDARD_RECORD, transaction, previous, data, flags)

    def add_filler(self) -> None:
        """Fill the rest of the page with one record that does nothing."""
        self.add_operation(FIRST_TRANSACTION, 0, NOOP, NOOP,
                           bytes(self.room() - SHORTEST_RECORD))

    def encode(self, copy_of: int | None = None,
               belongs_to: int | None = None) -> bytes:
        """The page.

        @copy_of: as the copy of that page (version 1.1)
        @belongs_to: as that page, in a temporary place (version 2.0)
        """
        where = self.last_lsn if copy_of is None else copy_of * PAGE_BYTES
        header = RECORD_PAGE_HEADER.pack(
            b"RCRD", RECORD_USA_OFFSET, PAGE_BYTES // SECTOR_BYTES + 1, where,
            PAGE_HAS_RECORD_END, 1, 1, PAGE_DATA_OFFSET + len(self.body),
            self.last_lsn).ljust(PAGE_DATA_OFFSET, b"\0")
        if belongs_to is not None:
            header = header[:PAGE_BELONGS_TO] + struct.pack(
                "<I", belongs_to * PAGE_BYTES)
        page = (header + self.body).ljust(PAGE_BYTES, b"\0")
        return protect(page, RECORD_USA_OFFSET)


class RecordWriter:
    """Log records one behind the other, on as many pages as they take.

    None goes over the end of a page: a record that does nothing fills it.
    """

    def __init__(self, log, first_page: int):
        self.log = log
        self.pages = [PageWriter(log, first_page)]

    def page_for(self, record_bytes: int) -> PageWriter:
        """The page that has room for a record, and for a filler behind it."""
        page = self.pages[-1]
        if page.room() - record_bytes < SHORTEST_RECORD:
            page.add_filler()
            page = PageWriter(self.log, page.number + 1)
            self.pages.append(page)
        return page

    def add_operation(self, transaction: int, previous: int, redo: int,
                      undo: int, redo_data: bytes = b"",
                      undo_data: bytes = b"", **rest) -> int:
        """As that of a page."""
        room = (SHORTEST_RECORD + len(padded(redo_data))
                + len(padded(undo_data)) + 8 * len(rest.get("clusters") or ()))
        return self.page_for(room).add_operation(
            transaction, previous, redo, undo, redo_data, undo_data, **rest)
