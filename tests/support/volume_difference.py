# SPDX-License-Identifier: GPL-2.0-or-later
"""In what two states of one NTFS volume differ, sector by sector.

Every sector that is not the same gets the kinds of its differences:

journal    within $LogFile
sequence   update sequence numbers of a record or block
lsn        which log record changed it last
slack      behind what is used of a record or block, or of a resident value
dirty      the flag in $Volume's record by which it is marked for a check
content    anything else
"""

import dataclasses
import struct

from ntfs_image import (
    ATTRIBUTE_DATA, ATTRIBUTE_END, ATTRIBUTE_VOLUME_INFORMATION,
    MFT_RECORD_LOGFILE,
    MFT_RECORD_VOLUME, VOLUME_FLAGS_OFFSET, VOLUME_IS_DIRTY, NtfsError,
    NtfsVolume, apply_fixups)

SECTOR_BYTES = 512
MFT_MIRROR = 1
LSN = range(8, 16)
USED = {b"FILE": (0x18, 0), b"INDX": (0x1C, 0x18)}  # where, counted from where


def padding(record: bytes) -> set[int]:
    """What rounds up the attributes of an MFT record."""
    found: set[int] = set()
    position, = struct.unpack_from("<H", record, 20)
    while position + 24 <= len(record):
        kind, length, is_non_resident = struct.unpack_from("<IIB", record,
                                                           position)
        if kind == ATTRIBUTE_END or length < 24:
            break
        if not is_non_resident:
            size, start = struct.unpack_from("<IH", record, position + 16)
            found |= set(range(position + start + size, position + length))
        position += length
    return found


@dataclasses.dataclass(frozen=True)
class Difference:
    """One byte that is not the same; of a block with its own fixups undone."""

    sector: int  # of the volume
    kind: str
    where: str  # "record 30", "block at 0x1234000", "cluster 17"
    offset: int  # within that


def _spans(volume: NtfsVolume, number: int) -> list[range]:
    size = volume.cluster_size
    return [range(start * size, (start + count) * size)
            for start, count in volume.attribute(number, ATTRIBUTE_DATA).runs
            if start is not None]


class Comparison:
    """Compares two images; knows where the records and blocks lie."""

    def __init__(self, first, second, offset: int = 0):
        self.files = (first, second)
        self.offset = offset
        self.volume = volume = NtfsVolume(first, offset)
        self.journal = _spans(volume, MFT_RECORD_LOGFILE)
        self.mirror = _spans(volume, MFT_MIRROR)
        self.records: dict[int, int] = {}
        for i in range(volume.mft.size // volume.record_size):
            vcn, skip = divmod(i * volume.record_size, volume.cluster_size)
            cluster, = volume.clusters(volume.mft, vcn, 1)
            self.records[cluster * volume.cluster_size + skip] = i
        for span in self.mirror:
            for i in range(4):
                self.records[span.start + i * volume.record_size] = i

    def _read(self, place: int, size: int) -> tuple[bytes, bytes]:
        result = []
        for file in self.files:
            file.seek(self.offset + place)
            result.append(file.read(size))
        return result[0], result[1]

    def sectors(self) -> list[int]:
        """The sectors that are not the same."""
        piece = 1 << 20
        found = []
        for start in range(0, self.volume.size_bytes, piece):
            a, b = self._read(start, piece)
            if a != b:
                found += [(start + i) // SECTOR_BYTES
                          for i in range(0, len(a), SECTOR_BYTES)
                          if a[i:i + SECTOR_BYTES] != b[i:i + SECTOR_BYTES]]
        return found

    def _block(self, place: int) -> tuple[int, int, str]:
        """Where the block with this byte begins, its size and its name."""
        volume = self.volume
        start = place - place % volume.record_size
        if start in self.records:
            return start, volume.record_size, f"record {self.records[start]}"
        start = place - place % max(volume.index_size, volume.cluster_size)
        if volume.index_size < volume.cluster_size:
            start = place - place % volume.index_size
        if b"INDX" in [raw[:4] for raw in self._read(start, 4)]:
            return start, volume.index_size, f"block at {start:#x}"
        start = place - place % volume.cluster_size
        cluster = start // volume.cluster_size
        return start, volume.cluster_size, f"cluster {cluster}"

    def differences(self) -> list[Difference]:
        """All of them, in the order of their sectors."""
        found: list[Difference] = []
        done = set()
        for sector in self.sectors():
            place = sector * SECTOR_BYTES
            if any(place in span for span in self.journal):
                found.append(Difference(sector, "journal", "$LogFile", 0))
                continue
            start, size, name = self._block(place)
            if start not in done:
                done.add(start)
                found += self._compare(start, size, name)
        return found

    def _compare(self, start: int, size: int, name: str) -> list[Difference]:
        a, b = self._read(start, size)
        magic = a[:4]
        raw_same = [x == y for x, y in zip(a, b)]
        sequence = set()
        used = size
        try:
            fixed_a, fixed_b = apply_fixups(a, magic), apply_fixups(b, magic)
            if magic not in USED:
                raise NtfsError("not protected")
            usa, count = struct.unpack_from("<HH", a, 4)
            sequence = set(range(usa, usa + 2 * count))
            where, base = USED[magic]
            used = base + max(struct.unpack_from("<I", x, where)[0]
                              for x in (fixed_a, fixed_b))
            a, b = fixed_a, fixed_b
        except NtfsError:
            pass
        found = [Difference((start + i) // SECTOR_BYTES,
                            self._kind(i, sequence, used, name, a, b), name, i)
                 for i in range(size) if a[i] != b[i]]
        if sequence:
            found += [Difference((start + i) // SECTOR_BYTES, "sequence",
                                 name, i)
                      for i in range(size) if not raw_same[i]
                      and i % SECTOR_BYTES >= SECTOR_BYTES - 2]
        return found

    def _kind(self, i: int, sequence: set[int], used: int, name: str,
              a: bytes, b: bytes) -> str:
        if not sequence:
            return "content"
        if i in sequence:
            return "sequence"
        if i in LSN:
            return "lsn"
        if i >= used or name.startswith("record") and all(
                i in padding(x) for x in (a, b)):
            return "slack"
        if name == f"record {MFT_RECORD_VOLUME}" and self._is_dirty_flag(
                i, a, b):
            return "dirty"
        return "content"

    def _is_dirty_flag(self, i: int, a: bytes, b: bytes) -> bool:
        info = self.volume.attribute(MFT_RECORD_VOLUME,
                                     ATTRIBUTE_VOLUME_INFORMATION)
        return (i == info.offset + info.value_offset + VOLUME_FLAGS_OFFSET
                and a[i] ^ b[i] == VOLUME_IS_DIRTY)


def compare(first: str, second: str, offset: int = 0) -> list[Difference]:
    """The differences of two images."""
    with open(first, "rb") as a, open(second, "rb") as b:
        return Comparison(a, b, offset).differences()
