# SPDX-License-Identifier: GPL-2.0-or-later
"""What log records say: operations, by whom they are done, and on what."""

import dataclasses

from journal_pages import ACTS_ON_MFT, SECTOR_BYTES
from ntfs_image import ATTRIBUTE_DATA, NtfsVolume

# Operations, by their numbers in the journal.
NOOP = 0x00
COMPENSATION = 0x01
CREATE_FILE = 0x02
DELETE_FILE = 0x03
WRITE_END_OF_FILE = 0x04
CREATE_ATTRIBUTE = 0x05
DELETE_ATTRIBUTE = 0x06
UPDATE_RESIDENT_VALUE = 0x07
UPDATE_NON_RESIDENT_VALUE = 0x08
UPDATE_MAPPING = 0x09
NEW_SIZES = 0x0B
ADD_ROOT_ENTRY = 0x0C
DELETE_ROOT_ENTRY = 0x0D
ADD_INDEX_ENTRY = 0x0E
DELETE_INDEX_ENTRY = 0x0F
WRITE_END_OF_INDEX = 0x10
SET_ROOT_VCN = 0x11
SET_INDEX_VCN = 0x12
UPDATE_ROOT_NAME = 0x13
UPDATE_INDEX_NAME = 0x14
SET_BITS = 0x15
CLEAR_BITS = 0x16
OPEN_ATTRIBUTE = 0x1C
DIRTY_PAGES_DUMP = 0x1F
TRANSACTION_TABLE_DUMP = 0x20
TRIM_RECORD = 0x25


@dataclasses.dataclass(frozen=True)
class OpenAttribute:
    """An attribute that log records act on."""

    reference: int  # of its file, with the sequence number
    kind: int
    name: str = ""
    index_bytes: int = 0  # of a block, if it is an index


MFT_DATA = OpenAttribute(1 << 48, ATTRIBUTE_DATA)


@dataclasses.dataclass(frozen=True)
class Result:
    """What a block is after the action."""

    clusters: tuple[int, ...]
    skip: int  # of the block, in bytes from the first cluster's beginning
    content: bytes  # update sequence not in place


@dataclasses.dataclass
class Action:
    """One log record of a transaction."""

    redo: int
    undo: int
    redo_data: bytes = b""
    undo_data: bytes = b""
    place: tuple[int, int, int, int] = (0, 0, 0, 0)  # as add_operation()
    clusters: tuple[int, ...] = ()
    redo_length: int | None = None  # if not that of the data
    undo_length: int | None = None
    attribute: OpenAttribute = MFT_DATA
    acts_on: int = ACTS_ON_MFT
    flags: int = 0
    result: "Result | None" = None  # None: nothing is changed by it
    lsn: int = 0  # known when it was logged


@dataclasses.dataclass
class Transaction:
    """What is done as a whole or not at all."""

    actions: list[Action]
    is_committed: bool = True


def record_place(volume: NtfsVolume,
                 number: int) -> tuple[int, int, tuple[int, ...]]:
    """VCN, sector within its cluster and clusters of an MFT record."""
    place = number * volume.record_size
    vcn, skip = divmod(place, volume.cluster_size)
    count = max(1, volume.record_size // volume.cluster_size)
    return (vcn, skip // SECTOR_BYTES,
            tuple(volume.clusters(volume.mft, vcn, count)))
