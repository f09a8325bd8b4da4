# SPDX-License-Identifier: GPL-2.0-or-later
"""A small read-only NTFS reader for the rig, independent of libntfs-3g.

Reads an NTFS volume inside an image file straight from the on-disk
structures: boot sector, $MFT, attributes, data runs.  Knows no attribute
lists but that of $MFT: no other file of a test volume needs one.
"""

import dataclasses
import struct

MFT_RECORD_LOGFILE = 2
MFT_RECORD_VOLUME = 3
MFT_RECORD_ROOT = 5

ATTRIBUTE_STANDARD_INFORMATION = 0x10
ATTRIBUTE_LIST = 0x20
ATTRIBUTE_FILE_NAME = 0x30
ATTRIBUTE_VOLUME_INFORMATION = 0x70
ATTRIBUTE_DATA = 0x80
ATTRIBUTE_INDEX_ROOT = 0x90
ATTRIBUTE_INDEX_ALLOCATION = 0xA0
ATTRIBUTE_BITMAP = 0xB0
ATTRIBUTE_END = 0xFFFFFFFF

RECORD_IN_USE = 1
VOLUME_IS_DIRTY = 1
VOLUME_FLAGS_OFFSET = 10  # within $VOLUME_INFORMATION
SECTOR_STRIDE = 512  # of update sequence arrays, whatever the sector size
INDEX_ENTRY_LAST = 2
LIST_ENTRY = struct.Struct("<IH2xQQ")
REFERENCE_MASK = (1 << 48) - 1


class NtfsError(Exception):
    """The image is not what it should be; one sentence."""


@dataclasses.dataclass(frozen=True)
class Attribute:
    """One attribute of an MFT record."""

    kind: int
    name: str
    offset: int  # of its header within the record
    value_offset: int  # resident: of the value within the attribute
    value: bytes | None  # None if non-resident
    runs: list[tuple[int | None, int]]  # (first cluster or None, clusters)
    size: int


@dataclasses.dataclass(frozen=True)
class FileName:
    """The content of one $FILE_NAME attribute or directory entry."""

    parent: int
    times: tuple[int, int, int, int]
    namespace: int
    name: str

    @staticmethod
    def parse(value: bytes) -> "FileName":
        """Read the fields from the attribute's value."""
        if len(value) < 66 or len(value) < 66 + 2 * value[64]:
            raise NtfsError("A file name is cut short.")
        parent, *times = struct.unpack_from("<5Q", value)
        return FileName(parent & REFERENCE_MASK, tuple(times), value[65],
                        value[66:66 + 2 * value[64]].decode("utf-16-le"))


def apply_fixups(raw: bytes, magic: bytes) -> bytes:
    """Undo the update sequence protection of a record or page."""
    if raw[:4] != magic:
        raise NtfsError(f"{raw[:4]!r} stands where {magic!r} should.")
    offset, count = struct.unpack_from("<HH", raw, 4)
    if count != len(raw) // SECTOR_STRIDE + 1 or offset + 2 * count > len(raw):
        raise NtfsError("An update sequence array has an impossible place.")
    fixed = bytearray(raw)
    check = raw[offset:offset + 2]
    for i in range(1, count):
        end = i * SECTOR_STRIDE
        if raw[end - 2:end] != check:
            raise NtfsError("A record was written only in part.")
        fixed[end - 2:end] = raw[offset + 2 * i:offset + 2 * i + 2]
    return bytes(fixed)


def parse_runs(raw: bytes) -> list[tuple[int | None, int]]:
    """Decode a mapping pairs array."""
    runs: list[tuple[int | None, int]] = []
    position, cluster = 0, 0
    while position < len(raw) and raw[position]:
        length_bytes, offset_bytes = raw[position] & 15, raw[position] >> 4
        position += 1
        if length_bytes + offset_bytes > len(raw) - position:
            raise NtfsError("A data run is cut short.")
        length = int.from_bytes(raw[position:position + length_bytes],
                                "little", signed=True)
        position += length_bytes
        if offset_bytes:
            cluster += int.from_bytes(raw[position:position + offset_bytes],
                                      "little", signed=True)
        runs.append((cluster if offset_bytes else None, length))
        position += offset_bytes
    return runs


def _record_size(code: int, cluster_size: int) -> int:
    return code * cluster_size if code < 0x80 else 1 << (256 - code)


class NtfsVolume:
    """One NTFS volume, @offset bytes into an open binary file."""

    def __init__(self, file, offset: int = 0):
        self.file = file
        self.offset = offset
        boot = self._raw(0, 512)
        if boot[3:11] != b"NTFS    ":
            raise NtfsError("There is no NTFS boot sector.")
        self.sector_size, factor = struct.unpack_from("<HB", boot, 11)
        sectors = factor if factor <= 0x80 else 1 << (256 - factor)
        self.cluster_size = self.sector_size * sectors
        sector_count, self.mft_cluster = struct.unpack_from("<QQ", boot, 0x28)
        self.size_bytes = (sector_count + 1) * self.sector_size
        self.record_size = _record_size(boot[0x40], self.cluster_size)
        self.index_size = _record_size(boot[0x44], self.cluster_size)
        start = self.mft_cluster * self.cluster_size
        first = apply_fixups(self._raw(start, self.record_size), b"FILE")
        self.mft = self._find(self._attributes(first), ATTRIBUTE_DATA)
        for attribute in self._attributes(first):
            if attribute.kind == ATTRIBUTE_LIST:
                self._extend_mft(self.read(attribute, 0, attribute.size))

    def _extend_mft(self, entries: bytes) -> None:
        """Add the runs that are told in other records; in their order."""
        position = 0
        while len(entries) - position >= LIST_ENTRY.size:
            kind, length, lowest, reference = LIST_ENTRY.unpack_from(
                entries, position)
            if kind == ATTRIBUTE_DATA and lowest:
                more = self.attribute(reference & REFERENCE_MASK, kind)
                self.mft.runs.extend(more.runs)
            if length < LIST_ENTRY.size:
                raise NtfsError("An attribute list is cut short.")
            position += length

    def _raw(self, position: int, length: int) -> bytes:
        self.file.seek(self.offset + position)
        data = self.file.read(length)
        if len(data) != length:
            raise NtfsError("The image ends before the volume does.")
        return data

    @staticmethod
    def _find(attributes: list[Attribute], kind: int,
              name: str = "") -> Attribute:
        for attribute in attributes:
            if attribute.kind == kind and attribute.name == name:
                return attribute
        raise NtfsError(f"An attribute of type {kind:#x} is missing.")

    @staticmethod
    def _attributes(record: bytes) -> list[Attribute]:
        found = []
        offset, = struct.unpack_from("<H", record, 20)
        while len(record) - offset >= 16:
            kind, length, is_nonresident, name_length, name_offset = \
                struct.unpack_from("<IIBBH", record, offset)
            if kind == ATTRIBUTE_END:
                break
            if length < 24 or length > len(record) - offset:
                raise NtfsError("An attribute has an impossible length.")
            body = record[offset:offset + length]
            name = body[name_offset:name_offset + 2 * name_length].decode(
                "utf-16-le")
            if is_nonresident:
                runs_offset, = struct.unpack_from("<H", body, 32)
                size, = struct.unpack_from("<Q", body, 48)
                found.append(Attribute(kind, name, offset, 0, None,
                                       parse_runs(body[runs_offset:]), size))
            else:
                size, value_offset = struct.unpack_from("<IH", body, 16)
                value = body[value_offset:value_offset + size]
                found.append(Attribute(kind, name, offset, value_offset,
                                       value, [], size))
            offset += length
        return found

    def clusters(self, attribute: Attribute, first: int,
                 count: int) -> list[int]:
        """The cluster numbers of @count clusters from number @first on."""
        numbers: list[int] = []
        position = 0
        for start, length in attribute.runs:
            for i in range(max(first, position),
                           min(first + count, position + length)):
                if start is None:
                    raise NtfsError("There is a hole where data should be.")
                numbers.append(start + i - position)
            position += length
        if len(numbers) != count:
            raise NtfsError("The data ends before it should.")
        return numbers

    def read(self, attribute: Attribute, position: int, length: int) -> bytes:
        """Read @length bytes of an attribute's data."""
        if attribute.value is not None:
            return attribute.value[position:position + length]
        first = position // self.cluster_size
        last = -(-(position + length) // self.cluster_size)
        data = b"".join(
            self._raw(cluster * self.cluster_size, self.cluster_size)
            for cluster in self.clusters(attribute, first, last - first))
        skip = position - first * self.cluster_size
        return data[skip:skip + length]

    def write(self, attribute: Attribute, position: int, data: bytes) -> None:
        """Overwrite a part of non-resident data, in place."""
        first, skip = divmod(position, self.cluster_size)
        last = -(-(position + len(data)) // self.cluster_size)
        for cluster in self.clusters(attribute, first, last - first):
            piece = data[:self.cluster_size - skip]
            self.file.seek(self.offset + cluster * self.cluster_size + skip)
            self.file.write(piece)
            data, skip = data[len(piece):], 0

    def record(self, number: int) -> bytes:
        """One MFT record, fixups undone."""
        return apply_fixups(
            self.read(self.mft, number * self.record_size, self.record_size),
            b"FILE")

    def attributes(self, number: int) -> list[Attribute]:
        """All attributes of one MFT record."""
        return self._attributes(self.record(number))

    def attribute(self, number: int, kind: int, name: str = "") -> Attribute:
        """One attribute; raises NtfsError if it is not there."""
        return self._find(self.attributes(number), kind, name)

    def records_in_use(self):
        """Yield (number, record) for every used MFT record."""
        for number in range(self.mft.size // self.record_size):
            raw = self.read(self.mft, number * self.record_size,
                            self.record_size)
            if raw[:4] == b"FILE" and raw[22] & RECORD_IN_USE:
                yield number, apply_fixups(raw, b"FILE")

    def lookup(self, path: str) -> int:
        """The MFT record of "a/b/c", found through the $FILE_NAMEs."""
        parents: dict[tuple[int, str], int] = {}
        for number, record in self.records_in_use():
            for attribute in self._attributes(record):
                if attribute.kind == ATTRIBUTE_FILE_NAME:
                    name = FileName.parse(attribute.value or b"")
                    parents[name.parent, name.name.lower()] = number
        current = MFT_RECORD_ROOT
        for part in path.replace("\\", "/").strip("/").lower().split("/"):
            if (current, part) not in parents:
                raise NtfsError(f"There is no {path} on the volume.")
            current = parents[current, part]
        return current

    def is_dirty(self) -> bool:
        """Is VOLUME_IS_DIRTY set?"""
        value = self.attribute(MFT_RECORD_VOLUME,
                               ATTRIBUTE_VOLUME_INFORMATION).value or b""
        flags, = struct.unpack_from("<H", value, VOLUME_FLAGS_OFFSET)
        return bool(flags & VOLUME_IS_DIRTY)

    def directory(self, number: int) -> dict[str, FileName]:
        """The entries of a directory's index, by name, DOS names included."""
        attributes = self.attributes(number)
        root = self._find(attributes, ATTRIBUTE_INDEX_ROOT, "$I30")
        entries = self._index_entries((root.value or b"")[16:])
        if any(a.kind == ATTRIBUTE_INDEX_ALLOCATION for a in attributes):
            blocks = self._find(attributes, ATTRIBUTE_INDEX_ALLOCATION, "$I30")
            bitmap = self._find(attributes, ATTRIBUTE_BITMAP, "$I30")
            used = int.from_bytes(self.read(bitmap, 0, bitmap.size), "little")
            for i in range(blocks.size // self.index_size):
                if used >> i & 1:
                    block = apply_fixups(self.read(
                        blocks, i * self.index_size, self.index_size), b"INDX")
                    entries += self._index_entries(block[24:])
        return {entry.name: entry for entry in entries}

    @staticmethod
    def _index_entries(node: bytes) -> list[FileName]:
        entries = []
        position, end = struct.unpack_from("<II", node)
        while position + 16 <= min(end, len(node)):
            length, key, flags = struct.unpack_from("<HHH", node, position + 8)
            if flags & INDEX_ENTRY_LAST or length < 16:
                break
            entries.append(FileName.parse(
                node[position + 16:position + 16 + key]))
            position += length
        return entries
