# SPDX-License-Identifier: GPL-2.0-or-later
"""Each redo operation, in a journal for a volume with what it acts on.

MANIFEST fills such a volume.  The names of the cases, for mkjournal.py's
--operation, are those of the methods here and in journal_file_operations.py.

usage: journal_operations.py [--manifest]
"""

import struct
import sys

from file_record import u16, u32, with_u32
from journal_actions import (
    ADD_INDEX_ENTRY, CLEAR_BITS, COMPENSATION, DELETE_INDEX_ENTRY,
    DIRTY_PAGES_DUMP, NOOP, OPEN_ATTRIBUTE, SET_BITS, SET_INDEX_VCN,
    TRANSACTION_TABLE_DUMP, UPDATE_INDEX_NAME, UPDATE_NON_RESIDENT_VALUE,
    WRITE_END_OF_INDEX, Action, OpenAttribute, Transaction)
from journal_file_operations import FileOperations, named, renamed
from journal_maker import Maker
from ntfs_image import ATTRIBUTE_DATA, NtfsVolume

DEEP_FILES = 260
BROAD_FILES = 70
MANIFEST = "\n".join(
    [f"file /Files/resident-{i} text content" for i in range(1, 5)]
    + [f"file /Files/deleted-{i} text content" for i in (1, 2)]
    + [f"file /Files/end-{i} text content\nstream /Files/end-{i} s text stream"
       for i in range(1, 4)]
    + [f"file /Files/streams-{i} text content\n"
       f"stream /Files/streams-{i} s text twenty-four-bytes-of-it-or-more"
       for i in range(1, 4)]
    + [f"file /Files/same-{i} text content-of-it" for i in (1, 2)]
    + [f"file /Files/value-{i} text content-of-it-of-25-bytes"
       for i in range(1, 6)]
    + [f"file /Files/mapped-{i} repeat mapped 20000" for i in (1, 2)]
    + [f"file /Files/sized-{i} repeat sized 20000" for i in (1, 2)]
    + ["file /Files/trimmed text content", "file /Files/empty",
       "file /Files/named text content", "dosname /Files/named NAMED~1"]
    + [f"file /Small-{i}/file-{k} text content"
       for i in range(1, 6) for k in (1, 2)]
    + [f"file /Broad-{i}/file-{k:03} text content"
       for i in range(1, 4) for k in range(BROAD_FILES)]
    + [f"file /Deep/{'long' * 30}-{k:03} text content"
       for k in range(DEEP_FILES)]
    + ["file /Files/gone text content", "delete /Files/gone"]) + "\n"

BITMAP_FILE, SECURE_FILE = 6, 9
BITMAP = OpenAttribute(BITMAP_FILE << 48 | BITMAP_FILE, ATTRIBUTE_DATA)
SECURE = OpenAttribute(SECURE_FILE << 48 | SECURE_FILE, ATTRIBUTE_DATA, "$SDS")

# An index block: its header, entries, used bytes, and whether it is a leaf.
NODE, NODE_USED, NODE_FLAGS = 0x18, 0x1C, 0x24
ENTRY_LENGTH = 8
END_ENTRY = struct.pack("<QHHHH", 0, 16, 0, 2, 0)


class IndexBlock:
    """The entries of an index block."""

    def __init__(self, raw: bytes):
        self.raw = raw
        self.start = NODE + u32(raw, NODE)
        self.entries = []
        position = self.start
        while position < NODE + u32(raw, NODE_USED):
            length = u16(raw, position + ENTRY_LENGTH)
            self.entries.append(raw[position:position + length])
            position += length

    def is_leaf(self) -> bool:
        """Has it no blocks below it?"""
        return not self.raw[NODE_FLAGS] & 1

    def offset(self, i: int) -> int:
        """Where entry @i begins."""
        return self.start + sum(map(len, self.entries[:i]))

    def encode(self) -> bytes:
        """The block; nothing behind what is used."""
        body = b"".join(self.entries)
        head = with_u32(self.raw[:self.start], NODE_USED,
                        self.start - NODE + len(body))
        return (head + body).ljust(len(self.raw), b"\0")


class Operations(FileOperations):
    """Each method makes the log records of one case."""

    # --- Index blocks ---------------------------------------------------------

    def _block(self, folder: str,
               is_leaf: bool = True) -> tuple[int, int, IndexBlock]:
        """The first block of the kind."""
        maker = self.maker
        number = maker.volume.lookup(folder)
        i = 0
        while True:
            block = IndexBlock(maker.index_block(number, i))
            if block.is_leaf() == is_leaf and len(block.entries) > 2:
                return number, i, block
            i += 1

    def _index(self, folder: str, change, redo: int, undo: int,
               is_leaf: bool = True, which: int = 1) -> Action:
        """@change: as for _root()."""
        number, place, block = self._block(folder, is_leaf)
        at = block.offset(which)
        new, redo_data, undo_data, rest = change(block.entries[which])
        block.entries[which] = new
        return self.maker.on_index(number, place, block.encode(), redo, undo,
                                   redo_data, undo_data, at, **rest)

    def add_index_entry(self) -> Action:
        """An entry more."""
        return self._index(
            "Broad-1", lambda e: (renamed(e) + e, renamed(e), b"", {}),
            ADD_INDEX_ENTRY, DELETE_INDEX_ENTRY)

    def delete_index_entry(self) -> Action:
        """An entry less."""
        return self._index("Broad-1", lambda e: (b"", b"", e, {}),
                           DELETE_INDEX_ENTRY, ADD_INDEX_ENTRY, which=4)

    def delete_index_entry_undone(self) -> Action:
        """... by taking back that it was added."""
        return self._index(
            "Broad-1", lambda e: (b"", b"", b"", {"undo_length": len(e)}),
            DELETE_INDEX_ENTRY, COMPENSATION, which=3)

    def _end_index(self, folder: str, undo: int) -> Action:
        number, place, block = self._block(folder)
        half = len(block.entries) // 2
        at, old = block.offset(half), b"".join(block.entries[half:])
        block.entries[half:] = [END_ENTRY]
        return self.maker.on_index(
            number, place, block.encode(), WRITE_END_OF_INDEX, undo,
            END_ENTRY, old if undo != COMPENSATION else b"", at)

    def write_end_of_index(self) -> Action:
        """Half of the entries are gone."""
        return self._end_index("Broad-2", WRITE_END_OF_INDEX)

    def write_end_of_index_undone(self) -> Action:
        """... because that they were moved there was taken back."""
        return self._end_index("Broad-3", COMPENSATION)

    def _set_vcn(self, undo: int, which: int) -> Action:
        new = struct.pack("<Q", 2 + which)
        return self._index(
            "Deep", lambda e: (e[:-8] + new, new,
                               e[-8:] if undo != COMPENSATION else b"", {}),
            SET_INDEX_VCN, undo, False, which)

    def set_index_vcn(self) -> Action:
        """Another block below an entry."""
        return self._set_vcn(SET_INDEX_VCN, 0)

    def set_index_vcn_undone(self) -> Action:
        """... by taking back that it was another."""
        return self._set_vcn(COMPENSATION, 1)

    def update_index_name(self, undo: int = UPDATE_INDEX_NAME) -> Action:
        """Times and sizes in an entry."""
        return self._index("Broad-1", lambda e: named(e, undo),
                           UPDATE_INDEX_NAME, undo, which=6)

    def update_index_name_undone(self) -> Action:
        """... by taking back others."""
        return self._index("Broad-1", lambda e: named(e, COMPENSATION),
                           UPDATE_INDEX_NAME, COMPENSATION, which=7)

    def make_index_block(self) -> Action:
        """A whole block, as when a folder grows."""
        number, place, block = self._block("Deep")
        block.entries[1:] = [END_ENTRY]
        after = block.encode()
        return self.maker.on_index(
            number, place, after, UPDATE_NON_RESIDENT_VALUE, NOOP,
            after[:NODE + u32(after, NODE_USED)])

    # --- Bytes that nothing protects ------------------------------------------

    def update_clusters(self) -> Action:
        """A part of $Secure's descriptors."""
        new = bytes(range(64))
        return self.maker.on_clusters(
            SECURE, 0, lambda c: c[:512] + new + c[512 + len(new):],
            UPDATE_NON_RESIDENT_VALUE, UPDATE_NON_RESIDENT_VALUE, new,
            bytes(len(new)), 512)

    def zero_clusters(self) -> Action:
        """... that is zeroed: the journal has no data."""
        return self.maker.on_clusters(
            SECURE, 0, lambda c: c[:16] + bytes(16) + c[32:],
            UPDATE_NON_RESIDENT_VALUE, NOOP, at=16, redo_length=16)

    def _bits(self, first: int, count: int, redo: int, undo: int) -> Action:
        bits = ((1 << count) - 1) << first

        def change(cluster: bytes) -> bytes:
            number = int.from_bytes(cluster, "little")
            number = number | bits if redo == SET_BITS else number & ~bits
            return number.to_bytes(len(cluster), "little")
        data = struct.pack("<II", first, count)
        return self.maker.on_clusters(
            BITMAP, 0, change, redo, undo, data,
            data if undo != COMPENSATION else b"")

    def set_bits(self) -> Action:
        """Clusters are in use."""
        return self._bits(3501, 19, SET_BITS, CLEAR_BITS)

    def clear_bits(self) -> Action:
        """Clusters are free."""
        return self._bits(3, 6, CLEAR_BITS, SET_BITS)

    def clear_bits_undone(self) -> Action:
        """... by taking back that they were in use."""
        return self._bits(11, 9, CLEAR_BITS, COMPENSATION)

    # --- What changes nothing -------------------------------------------------

    @staticmethod
    def nothing() -> Action:
        """Whose undo, only, would be something."""
        return Action(NOOP, CLEAR_BITS, undo_data=bytes(8))

    @staticmethod
    def compensation() -> Action:
        """A mark of a transaction that was taken back."""
        return Action(COMPENSATION, NOOP)

    @staticmethod
    def open_attribute() -> Action:
        """An attribute that others act on; that of $MFT once more."""
        data = struct.pack("<IIIIQQQ", 0xFFFFFFFF, 0, ATTRIBUTE_DATA, 0,
                           1 << 48, 0, 0)
        return Action(OPEN_ATTRIBUTE, NOOP, data)

    @staticmethod
    def dirty_pages() -> Action:
        """The dirty pages at a checkpoint."""
        return Action(DIRTY_PAGES_DUMP, NOOP, bytes(24))

    @staticmethod
    def transactions() -> Action:
        """The transactions at a checkpoint."""
        return Action(TRANSACTION_TABLE_DUMP, NOOP, bytes(24))


# Cases that are refused: playlog makes the attribute longer by too little.
REFUSED = ["lengthen_named_value", "lengthen_value_oddly"]
CASES = [name for name in dir(Operations)
         if not name.startswith("_") and name not in REFUSED]



def transactions_for(volume: NtfsVolume,
                     names: list[str]) -> list[Transaction]:
    """The cases of these names, each in a committed transaction."""
    operations = Operations(Maker(volume))
    if names == ["all"]:
        names = CASES
    made = [getattr(operations, name)() for name in names]
    return [Transaction(m if isinstance(m, list) else [m]) for m in made]


if __name__ == "__main__":
    print(MANIFEST if "--manifest" in sys.argv else "\n".join(CASES), end="")
