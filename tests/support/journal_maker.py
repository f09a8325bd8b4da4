# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes log records of changes to blocks of a volume, and what the blocks are
after them.

Nothing is done to the volume itself.  Several changes of one block follow one
another.
"""

import struct

from file_record import FileRecord
from journal_actions import (
    MFT_DATA, Action, OpenAttribute, Result, record_place)
from journal_pages import (
    ACTS_ON_INDEX, ACTS_ON_MFT, ADDING, DELETING, SECTOR_BYTES)
from ntfs_image import (
    ATTRIBUTE_INDEX_ALLOCATION, NtfsVolume, apply_fixups)

SEQUENCE_OFFSET = 0x10  # of an MFT record


class Maker:
    """Knows the volume as it would be after what was made so far."""

    def __init__(self, volume: NtfsVolume):
        self.volume = volume
        self.blocks: dict[tuple[int, int], bytes] = {}

    def reference(self, number: int) -> int:
        """By which a file is named, with its sequence number."""
        sequence, = struct.unpack_from("<H", self.volume.record(number),
                                       SEQUENCE_OFFSET)
        return sequence << 48 | number

    def _block(self, clusters: tuple[int, ...], skip: int,
               content: bytes) -> bytes:
        return self.blocks.get((clusters[0], skip), content)

    def _keep(self, clusters: tuple[int, ...], skip: int,
              content: bytes) -> Result:
        self.blocks[clusters[0], skip] = content
        return Result(clusters, skip, content)

    # --- MFT records ----------------------------------------------------------

    def record(self, number: int) -> FileRecord:
        """An MFT record, to be changed."""
        _, sector, clusters = record_place(self.volume, number)
        return FileRecord(self._block(clusters, sector * SECTOR_BYTES,
                                      self.volume.record(number)))

    def on_record(self, number: int, after: bytes, redo: int, undo: int,
                  redo_data: bytes = b"", undo_data: bytes = b"",
                  at: tuple[int, int] = (0, 0), **rest) -> Action:
        """A change of an MFT record, after which it is @after.

        @at: offset of the attribute, offset within it
        """
        vcn, sector, clusters = record_place(self.volume, number)
        return Action(
            redo, undo, redo_data, undo_data, (*at, sector, vcn), clusters,
            attribute=MFT_DATA, acts_on=ACTS_ON_MFT,
            flags=_flags(redo_data, undo_data),
            result=self._keep(clusters, sector * SECTOR_BYTES, after), **rest)

    # --- Blocks of other attributes -------------------------------------------

    def index_clusters(self, folder: int, block: int) -> tuple[int, ...]:
        """Where a block of a folder's index lies."""
        volume = self.volume
        count = max(1, volume.index_size // volume.cluster_size)
        return tuple(volume.clusters(
            volume.attribute(folder, ATTRIBUTE_INDEX_ALLOCATION, "$I30"),
            block * count, count))

    def index_block(self, folder: int, block: int) -> bytes:
        """A block of a folder's index."""
        volume = self.volume
        data = volume.read(
            volume.attribute(folder, ATTRIBUTE_INDEX_ALLOCATION, "$I30"),
            block * volume.index_size, volume.index_size)
        return self._block(self.index_clusters(folder, block), 0,
                           apply_fixups(data, b"INDX"))

    def on_index(self, folder: int, block: int, after: bytes, redo: int,
                 undo: int, redo_data: bytes = b"", undo_data: bytes = b"",
                 at: int = 0, **rest) -> Action:
        """A change of an index block; @at: within it."""
        clusters = self.index_clusters(folder, block)
        return Action(
            redo, undo, redo_data, undo_data,
            (0, at, 0, block * len(clusters)), clusters,
            attribute=OpenAttribute(
                self.reference(folder), ATTRIBUTE_INDEX_ALLOCATION, "$I30",
                self.volume.index_size),
            acts_on=ACTS_ON_INDEX, flags=_flags(redo_data, undo_data),
            result=self._keep(clusters, 0, after), **rest)

    def on_clusters(self, attribute: OpenAttribute, vcn: int, change,
                    redo: int, undo: int, redo_data: bytes = b"",
                    undo_data: bytes = b"", at: int = 0, **rest) -> Action:
        """A change of bytes that nothing protects.

        @change: from the content of the cluster before to that after it
        """
        volume = self.volume
        data = volume.attribute(attribute.reference & (1 << 48) - 1,
                                attribute.kind, attribute.name)
        clusters = tuple(volume.clusters(data, vcn, 1))
        before = self._block(clusters, 0, volume.read(
            data, vcn * volume.cluster_size, volume.cluster_size))
        return Action(
            redo, undo, redo_data, undo_data, (at, 0, 0, vcn), clusters,
            attribute=attribute, acts_on=0,
            flags=0 if undo_data else _flags(redo_data, undo_data),
            result=self._keep(clusters, 0, change(before)), **rest)


def _flags(redo_data: bytes, undo_data: bytes) -> int:
    return (0 if redo_data else DELETING) | (0 if undo_data else ADDING)
