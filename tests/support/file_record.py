# SPDX-License-Identifier: GPL-2.0-or-later
"""An MFT record taken apart and put together again, for what a journal does.

Shares nothing with the code that is tested: an attribute is a string of bytes
in a list, and lengths and counts follow from what the list holds.
"""

import struct

END = struct.pack("<II", 0xFFFFFFFF, 0)
ATTRIBUTE_FILE_NAME = 0x30
LINKS, FIRST_ATTRIBUTE, USED, NEXT_ID = 0x12, 0x14, 0x18, 0x28
LENGTH, NAME_LENGTH, NAME_OFFSET = 4, 9, 10
VALUE_LENGTH, VALUE_OFFSET, ATTRIBUTE_ID = 16, 20, 14
LAST_VCN, MAPPING_OFFSET = 24, 32
INDEX_HEADER = 16  # in the value of an index root: entries, used, allocated


def u16(data: bytes, offset: int) -> int:
    """Two bytes."""
    return struct.unpack_from("<H", data, offset)[0]


def u32(data: bytes, offset: int) -> int:
    """Four bytes."""
    return struct.unpack_from("<I", data, offset)[0]


def with_u16(data: bytes, offset: int, value: int) -> bytes:
    """@data with two bytes of it changed."""
    return data[:offset] + struct.pack("<H", value) + data[offset + 2:]


def with_u32(data: bytes, offset: int, value: int) -> bytes:
    """@data with four bytes of it changed."""
    return data[:offset] + struct.pack("<I", value) + data[offset + 4:]


def aligned(data: bytes) -> bytes:
    """Filled up to a multiple of eight bytes."""
    return data + bytes(-len(data) % 8)


class FileRecord:
    """One MFT record; update sequence not in place."""

    def __init__(self, raw: bytes):
        self.size = len(raw)
        position = u16(raw, FIRST_ATTRIBUTE)
        self.head = raw[:position]
        self.attributes: list[bytes] = []
        while u32(raw, position) != 0xFFFFFFFF:
            length = u32(raw, position + LENGTH)
            self.attributes.append(raw[position:position + length])
            position += length
        self.end = raw[position:position + len(END)]

    def find(self, kind: int, name: str | None = None) -> int:
        """Which attribute has this type, and this name if one is given."""
        for i, data in enumerate(self.attributes):
            start = u16(data, NAME_OFFSET)
            found = data[start:start + 2 * data[NAME_LENGTH]]
            if u32(data, 0) == kind and (
                    name is None or found == name.encode("utf-16-le")):
                return i
        raise LookupError(f"attribute {kind:#x}")

    def offset(self, i: int) -> int:
        """Where attribute @i begins in the record."""
        return len(self.head) + sum(map(len, self.attributes[:i]))

    def encode(self) -> bytes:
        """The record, with its lengths; nothing behind what is used."""
        body = b"".join(self.attributes) + self.end
        head = with_u32(self.head, USED, len(self.head) + len(body))
        return (head + body).ljust(self.size, b"\0")

    # --- Changes --------------------------------------------------------------

    def insert(self, i: int, attribute: bytes) -> None:
        """A new attribute; links and ids are counted."""
        self.attributes.insert(i, attribute)
        next_id = u16(attribute, ATTRIBUTE_ID) + 1
        if next_id > u16(self.head, NEXT_ID):
            self.head = with_u16(self.head, NEXT_ID, next_id)
        self._count_link(attribute, 1)

    def remove(self, i: int) -> None:
        """An attribute less."""
        self._count_link(self.attributes.pop(i), -1)

    def _count_link(self, attribute: bytes, step: int) -> None:
        if u32(attribute, 0) == ATTRIBUTE_FILE_NAME:
            self.head = with_u16(self.head, LINKS,
                                 u16(self.head, LINKS) + step)

    def value(self, i: int) -> bytes:
        """The value of a resident attribute."""
        data = self.attributes[i]
        start = u16(data, VALUE_OFFSET)
        return data[start:start + u32(data, VALUE_LENGTH)]

    def set_value(self, i: int, value: bytes) -> None:
        """Another value of a resident attribute."""
        data = self.attributes[i]
        head = with_u32(data[:u16(data, VALUE_OFFSET)], VALUE_LENGTH,
                        len(value))
        whole = aligned(head + value)
        self.attributes[i] = with_u32(whole, LENGTH, len(whole))

    def set_mapping(self, i: int, mapping: bytes, last_vcn: int) -> None:
        """Other data runs of a non-resident attribute."""
        data = self.attributes[i]
        whole = aligned(data[:u16(data, MAPPING_OFFSET)] + mapping)
        whole = with_u32(whole, LAST_VCN, last_vcn)
        self.attributes[i] = with_u32(whole, LENGTH, len(whole))

    def set_root_entries(self, i: int, entries: bytes) -> None:
        """Other entries of an index root."""
        value = self.value(i)
        start = INDEX_HEADER + u32(value, INDEX_HEADER)
        used = start - INDEX_HEADER + len(entries)
        head = with_u32(value[:start], INDEX_HEADER + 4, used)
        self.set_value(i, with_u32(head, INDEX_HEADER + 8, used) + entries)
