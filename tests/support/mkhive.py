#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes registry hives, clean or with their newest changes only in the logs.

A hive is described as a Python (or JSON) dictionary: the path of a key, parts
separated by '/', and its values by name, "" for the default value.

    {'Select': {'Current': 1},
     'ControlSet001/Services/disk': {'Start': 0, 'ImagePath': 'disk.sys'}}

What a value is written as:

    1                       REG_DWORD
    'text'                  REG_SZ
    ['one', 'two']          REG_MULTI_SZ
    b'bytes'                REG_BINARY
    {'expand': '%x%'}       REG_EXPAND_SZ
    {'qword': 1}            REG_QWORD
    {'type': 3, 'hex': '00ff'}

The structures are those of msuhanov/regf, "Windows registry file format
specification".

usage: mkhive.py [--lists lf|lh|li] [--leaf N] [--minor N] [--old-log]
                 [--first N] OUT DESCRIPTION [CHANGE...]

OUT has what DESCRIPTION says.  Each CHANGE is a description of what is added or
replaced afterwards; it reaches only OUT.LOG1 and OUT.LOG2 (and OUT is dirty).
--first N: how many changes go into LOG1 (all).  --old-log: as Windows 7 wrote
it; the changes are one then.
"""

import argparse
import ast
import dataclasses
import struct

BASE_BYTES = 4096
BIN_BYTES = 4096
BIN_HEADER = 32
SECTOR_BYTES = 512
PIECE_BYTES = 16344  # of big data
NOTHING = 0xFFFFFFFF
WRITTEN = 133658352000000000  # 2024-07-19 04:00 UTC
FIRST_SEQUENCE = 7

KEY = struct.Struct("<2sHQIIIIIIIIIIIIIIIHH")
VALUE = struct.Struct("<2sHIIIHH")
ROOT_NAME = "ROOT"
ROOT_FLAGS = 0x0C
COMPRESSED = 0x20
LOG_ENTRY = struct.Struct("<4sIIIII")

# Everybody may read: a security descriptor without an access control list.
SECURITY = struct.pack("<BBHIIII", 1, 0, 0x8000, 0, 0, 0, 0)


@dataclasses.dataclass
class Layout:
    """How a hive is written, apart from what it says."""

    lists: str = "lh"  # lf, lh or li
    leaf: int = 512  # subkeys in one list; more make a list of lists
    minor: int = 5


def encoded_name(name: str) -> tuple[bytes, bool]:
    """A name's bytes, and whether it is one byte for each character."""
    try:
        return name.encode("latin-1"), True
    except UnicodeEncodeError:
        return name.encode("utf-16-le"), False


def name_hash(name: str) -> int:
    """What a hash leaf has of a key's name."""
    result = 0
    units = name.upper().encode("utf-16-le")
    for (unit,) in struct.iter_unpack("<H", units):
        result = (result * 37 + unit) & 0xFFFFFFFF
    return result


def value_data(value) -> tuple[int, bytes]:
    """Type and data of a value."""
    if isinstance(value, int):
        return 4, struct.pack("<I", value)
    if isinstance(value, str):
        return 1, (value + "\0").encode("utf-16-le")
    if isinstance(value, list):
        return 7, "".join(s + "\0" for s in value + [""]).encode("utf-16-le")
    if isinstance(value, bytes):
        return 3, value
    if "expand" in value:
        return 2, (value["expand"] + "\0").encode("utf-16-le")
    if "qword" in value:
        return 11, struct.pack("<Q", value["qword"])
    return value["type"], bytes.fromhex(value["hex"])


class Bins:
    """The bins, growing cell by cell."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.data = bytearray()
        self.left = 0  # in the last bin
        # It stays in its place whatever is changed, as Windows has it.
        self.root = self.cell(bytes(KEY.size + len(ROOT_NAME)))
        # The one that all keys share.
        content = struct.pack("<2sHIIII", b"sk", 0, 0, 0, 1, len(SECURITY))
        self.security = self.cell(content + SECURITY)
        struct.pack_into("<II", self.data, self.security + 4 + 4,
                         self.security, self.security)

    def cell(self, content: bytes) -> int:
        """Put a cell; its offset."""
        size = (4 + len(content) + 7) // 8 * 8
        if size > self.left:
            self.close()
            self.grow(size)
        at = len(self.data) - self.left
        struct.pack_into("<i", self.data, at, -size)
        self.data[at + 4:at + 4 + len(content)] = content
        self.left -= size
        return at

    def grow(self, size: int) -> None:
        """A new bin that a cell of this size fits into."""
        whole = (BIN_HEADER + size + BIN_BYTES - 1) // BIN_BYTES * BIN_BYTES
        self.data += struct.pack("<4sIIQQI", b"hbin", len(self.data), whole, 0,
                                 WRITTEN, 0).ljust(whole, b"\0")
        self.left = whole - BIN_HEADER

    def close(self) -> None:
        """What is left of the last bin is one free cell."""
        if self.left:
            struct.pack_into("<i", self.data, len(self.data) - self.left,
                             self.left)
        self.left = 0

    # --- Values ---

    def big_data(self, data: bytes) -> int:
        """Data of more than one cell."""
        pieces = [self.cell(data[at:at + PIECE_BYTES])
                  for at in range(0, len(data), PIECE_BYTES)]
        of_pieces = self.cell(struct.pack(f"<{len(pieces)}I", *pieces))
        return self.cell(struct.pack("<2sHII", b"db", len(pieces), of_pieces,
                                     0))

    def value(self, name: str, value) -> int:
        """A value with its data."""
        kind, data = value_data(value)
        size = len(data)
        if size <= 4:
            place, = struct.unpack("<I", data.ljust(4, b"\0"))
            size |= 0x80000000
        elif size > PIECE_BYTES and self.layout.minor >= 4:
            place = self.big_data(data)
        else:
            place = self.cell(data)
        raw, compressed = encoded_name(name)
        return self.cell(VALUE.pack(b"vk", len(raw), size, place, kind,
                                    int(compressed), 0) + raw)

    # --- Keys ---

    def leaf(self, keys: list[tuple[str, int]]) -> int:
        """One list of subkeys."""
        kind = self.layout.lists
        content = struct.pack("<2sH", kind.encode(), len(keys))
        for name, place in keys:
            content += struct.pack("<I", place)
            raw, compressed = encoded_name(name)
            if kind == "lh":
                content += struct.pack("<I", name_hash(name))
            elif kind == "lf":
                content += (raw[:4] if compressed else b"").ljust(4, b"\0")
        return self.cell(content)

    def subkey_list(self, keys: list[tuple[str, int]]) -> int:
        """The list, or the list of lists."""
        if not keys:
            return NOTHING
        step = self.layout.leaf
        leaves = [self.leaf(keys[at:at + step])
                  for at in range(0, len(keys), step)]
        if len(leaves) == 1:
            return leaves[0]
        return self.cell(struct.pack(f"<2sH{len(leaves)}I", b"ri", len(leaves),
                                     *leaves))

    def key(self, name: str, tree: "Key", is_root: bool = False) -> int:
        """A key with all below it."""
        keys = sorted(tree.keys.items(), key=lambda item: item[0].upper())
        below = [(sub, self.key(sub, key)) for sub, key in keys]
        values = [self.value(*item) for item in tree.values.items()]
        place = NOTHING
        if values:
            place = self.cell(struct.pack(f"<{len(values)}I", *values))
        raw, compressed = encoded_name(name)
        flags = COMPRESSED * compressed | ROOT_FLAGS * is_root
        longest = max([len(n) for n, _ in below], default=0) * 2
        longest_value = max([len(n) for n in tree.values], default=0) * 2
        longest_data = max([len(value_data(v)[1])
                            for v in tree.values.values()], default=0)
        content = KEY.pack(
            b"nk", flags, WRITTEN, 0, NOTHING, len(below), 0,
            self.subkey_list(below), NOTHING, len(values), place,
            self.security, NOTHING, longest, 0, longest_value, longest_data, 0,
            len(raw), 0) + raw
        if is_root:
            at = self.root
            self.data[at + 4:at + 4 + len(content)] = content
        else:
            at = self.cell(content)
        for _, child in below:
            struct.pack_into("<I", self.data, child + 4 + 0x10, at)
        return at


class Key:
    """A key of a description."""

    def __init__(self):
        self.keys: dict[str, Key] = {}
        self.values: dict = {}

    def below(self, path: str) -> "Key":
        """The key at a path, made if need be."""
        key = self
        for part in filter(None, path.split("/")):
            key = key.keys.setdefault(part, Key())
        return key


def tree_of(description: dict) -> Key:
    """The keys that a description has."""
    root = Key()
    for path, values in description.items():
        root.below(path).values.update(values)
    return root


# --- Files -------------------------------------------------------------------


def checksum(block: bytes) -> int:
    """Of a base block."""
    result = 0
    for (word,) in struct.iter_unpack("<I", block[:508]):
        result ^= word
    return {0: 1, 0xFFFFFFFF: 0xFFFFFFFE}.get(result, result)


def base(root: int, bins: int, layout: Layout,
         sequences: tuple[int, int], kind: int = 0) -> bytes:
    """The first sector of a hive or of a log."""
    block = struct.pack("<4sIIQIIIIIII64s", b"regf", *sequences, WRITTEN, 1,
                        layout.minor, kind, 1, root, bins, 1,
                        "made".encode("utf-16-le")).ljust(508, b"\0")
    return block + struct.pack("<I", checksum(block))


def parts(description: dict, layout: Layout) -> tuple[int, bytes]:
    """Root cell, and bins."""
    bins = Bins(layout)
    bins.key(ROOT_NAME, tree_of(description), is_root=True)
    bins.close()
    return bins.root, bytes(bins.data)


def hive(description: dict, layout: Layout = Layout()) -> bytes:
    """A clean hive."""
    root, bins = parts(description, layout)
    sequences = (FIRST_SEQUENCE, FIRST_SEQUENCE)
    return base(root, len(bins), layout, sequences).ljust(
        BASE_BYTES, b"\0") + bins


def changed(description: dict, change: dict) -> dict:
    """A description with what a change adds or replaces."""
    result = {path: dict(values) for path, values in description.items()}
    for path, values in change.items():
        result.setdefault(path, {}).update(values)
    return result


# --- Logs --------------------------------------------------------------------


def marvin32(data: bytes) -> int:
    """The hash of log entries; data of a multiple of four bytes."""
    low, high = 0x7A4E55C5, 0x82EF4D88

    def turn(value: int, bits: int) -> int:
        return (value << bits | value >> (32 - bits)) & 0xFFFFFFFF

    words = [word for (word,) in struct.iter_unpack("<I", data)]
    for word in words + [0x80, 0]:
        low = (low + word) & 0xFFFFFFFF
        high ^= low
        low = (turn(low, 20) + high) & 0xFFFFFFFF
        high = turn(high, 9) ^ low
        low = (turn(low, 27) + high) & 0xFFFFFFFF
        high = turn(high, 19)
    return high << 32 | low


def dirty_pages(before: bytes, after: bytes, size: int) -> list[int]:
    """Offsets of the pages that differ."""
    return [at for at in range(0, len(after), size)
            if before[at:at + size] != after[at:at + size]]


def log_entry(sequence: int, before: bytes, after: bytes) -> bytes:
    """What turns one state of the bins into the next."""
    pages = dirty_pages(before, after, BIN_BYTES)
    body = b"".join(struct.pack("<II", at, BIN_BYTES) for at in pages)
    body += b"".join(after[at:at + BIN_BYTES] for at in pages)
    size = (40 + len(body) + SECTOR_BYTES - 1) // SECTOR_BYTES * SECTOR_BYTES
    body = body.ljust(size - 40, b"\0")
    head = LOG_ENTRY.pack(b"HvLE", size, 0, sequence, len(after), len(pages))
    head += struct.pack("<Q", marvin32(body))
    return head + struct.pack("<Q", marvin32(head)) + body


def new_logs(states: list[tuple[int, bytes]], layout: Layout,
             first: int) -> list[bytes]:
    """LOG1 with the first changes, LOG2 with the others."""
    logs = [b"", b""]
    for number in range(1, len(states)):
        which = int(number > first)
        sequence = FIRST_SEQUENCE + number
        if not logs[which]:
            root, bins = states[number - 1]
            logs[which] = base(root, len(bins), layout, (sequence, sequence),
                               kind=6)
        logs[which] += log_entry(sequence, states[number - 1][1],
                                 states[number][1])
    return logs


def old_log(before: bytes, state: tuple[int, bytes], layout: Layout) -> bytes:
    """As Windows 7 wrote it: a map of dirty sectors, and these."""
    root, after = state
    pages = dirty_pages(before, after, SECTOR_BYTES)
    bits = bytearray(len(after) // SECTOR_BYTES // 8)
    for at in pages:
        bits[at // SECTOR_BYTES // 8] |= 1 << at // SECTOR_BYTES % 8
    vector = b"DIRT" + bytes(bits)
    vector += bytes(-len(vector) % SECTOR_BYTES)
    sequence = FIRST_SEQUENCE + 1
    return base(root, len(after), layout, (sequence, sequence), kind=1) \
        + vector + b"".join(after[at:at + SECTOR_BYTES] for at in pages)


def dirty_hive(description: dict, changes: list[dict],
               layout: Layout = Layout(), first: int | None = None,
               is_old: bool = False) -> tuple[bytes, bytes, bytes]:
    """A hive that ends before the changes, and its two logs."""
    states = [parts(description, layout)]
    for change in changes:
        description = changed(description, change)
        states.append(parts(description, layout))
    root, bins = states[0]
    primary = base(root, len(bins), layout,
                   (FIRST_SEQUENCE + 1, FIRST_SEQUENCE))
    primary = primary.ljust(BASE_BYTES, b"\0") + bins
    if is_old:
        return primary, old_log(bins, states[-1], layout), b""
    logs = new_logs(states, layout, len(changes) if first is None else first)
    return primary, logs[0], logs[1]


def main() -> None:
    """For shells and C programs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lists", choices=("lf", "lh", "li"), default="lh")
    parser.add_argument("--leaf", type=int, default=512)
    parser.add_argument("--minor", type=int, default=5)
    parser.add_argument("--old-log", action="store_true")
    parser.add_argument("--first", type=int)
    parser.add_argument("out")
    parser.add_argument("descriptions", nargs="+", type=ast.literal_eval)
    words = parser.parse_args()
    layout = Layout(words.lists, words.leaf, words.minor)
    description, *changes = words.descriptions
    files = [hive(description, layout)]
    if changes:
        files = dirty_hive(description, changes, layout, words.first,
                           words.old_log)
    for content, suffix in zip(files, ("", ".LOG1", ".LOG2")):
        with open(words.out + suffix, "wb") as file:
            file.write(content)


if __name__ == "__main__":
    main()
