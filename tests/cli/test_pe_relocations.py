#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Base relocations: do they say what the linker said, and is a table refused
that firmware might read otherwise, or not at all?"""

import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

from pe_image import Pe, is_one_sentence, pe_finish, read, write
from suite import BUILD, main

ARCHES = ("x64", "aa64")
PROGRAMS = ("loopbreaker", "standin", "faulty")
DIRECTORY = 112 + 5 * 8  # in the optional header
SIZE_OF_IMAGE = 56
DIR64 = 10
LOAD_ADDRESS = 0x12345000

# One entry as "readelf --relocs --wide" prints it: offset, info, type, addend.
ENTRY = re.compile(r"^([0-9a-f]{16})\s+[0-9a-f]+\s+R_\w+_RELATIVE\s+"
                   r"([0-9a-f]+)$",
                   re.M)


def application(arch: str, program: str = "loopbreaker") -> str:
    """The finished one."""
    return os.path.join(BUILD, f"{program}-{arch}.efi")


def linked(arch: str, program: str = "loopbreaker") -> str:
    """What it was copied from."""
    return os.path.join(BUILD, f"efi-{arch}", f"{program}.so")


def linker_says(path: str) -> dict[int, int]:
    """Address -> what it points to, as binutils reads it."""
    done = subprocess.run(["readelf", "--relocs", "--wide", path], text=True,
                          stdout=subprocess.PIPE, check=True)
    count = re.search(r" contains (\d+) entr", done.stdout)[1]
    found = {int(address, 16): int(addend, 16)
             for address, addend in ENTRY.findall(done.stdout)}
    assert len(found) == int(count)
    return found


def lay_out(pe: Pe) -> bytearray:
    """The sections where a loader has them before it relocates."""
    memory = bytearray(pe.get(pe.optional + SIZE_OF_IMAGE, "<I"))
    for name in pe.sections:
        size, address, raw_size, raw = pe.place(name)
        size = min(size, raw_size)
        memory[address:address + size] = pe.data[raw:raw + size]
    return memory


def load(pe: Pe) -> bytearray:
    """The image as firmware has it at LOAD_ADDRESS."""
    memory = lay_out(pe)
    at = pe.get(pe.optional + DIRECTORY, "<I")
    end = at + pe.get(pe.optional + DIRECTORY + 4, "<I")
    while at < end:
        page, size = struct.unpack_from("<II", memory, at)
        for entry, in struct.iter_unpack("<H", memory[at + 8:at + size]):
            if entry >> 12 == DIR64:
                where = page + (entry & 0xfff)
                value, = struct.unpack_from("<Q", memory, where)
                struct.pack_into("<Q", memory, where, value + LOAD_ADDRESS)
        at += size
    return memory


class SameAsTheLinker(unittest.TestCase):
    """Firmware makes of the table what self-relocation made of the ELF's."""

    def test_every_pointer(self):
        for arch in ARCHES:
            for program in PROGRAMS:
                with self.subTest(arch=arch, program=program):
                    self.check(Pe(read(application(arch, program))),
                               linker_says(linked(arch, program)))

    def check(self, pe: Pe, expected: dict[int, int]) -> None:
        """Each pointer of the linker, and nothing else."""
        self.assertGreater(len(expected), 30)
        memory = lay_out(pe)
        for address, target in expected.items():
            struct.pack_into("<Q", memory, address, target + LOAD_ADDRESS)
        self.assertEqual(load(pe), memory)

    def test_not_writable(self):
        """What a relocation changes is read-only, but for variables."""
        for arch in ARCHES:
            pe = Pe(read(application(arch)))
            size, address, _, _ = pe.place(".rodata")
            inside = sum(address <= at < address + size
                         for at in linker_says(linked(arch)))
            self.assertGreater(inside, 100)
            flags = pe.get(pe.sections[".rodata"] + 36, "<I")
            self.assertEqual(flags & 0xe0000000, 0x40000000)
            self.assertNotIn(".rela", pe.sections)

    def test_again(self):
        """Made anew of the finished application: the same bytes."""
        with tempfile.TemporaryDirectory() as directory:
            for arch in ARCHES:
                path = os.path.join(directory, arch)
                shutil.copy(application(arch), path)
                done = pe_finish("--relocate", linked(arch), path)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.assertEqual(read(path), read(application(arch)))


class Table(Pe):
    """An application and the first block of its relocations."""

    def __init__(self, data: bytes):
        super().__init__(data)
        self.size, self.address, _, self.block = self.place(".reloc")
        self.entry = self.block + 8

    def kind(self, number: int) -> None:
        """Make the first entry one of that kind."""
        entry = self.get(self.entry, "<H")
        self.put(self.entry, "<H", entry & 0xfff | number << 12)

    def offset(self, value: int) -> None:
        """Make the first entry one of that offset."""
        self.put(self.entry, "<H", DIR64 << 12 | value)

    def resize(self, size: int) -> None:
        """Another size of the table, in both places."""
        self.put(self.optional + DIRECTORY + 4, "<I", size)
        self.put(self.sections[".reloc"] + 8, "<I", size)

    def pointer(self) -> int:
        """Where in the file the first pointer is."""
        address = self.get(self.block, "<I") + \
            (self.get(self.entry, "<H") & 0xfff)
        for name in self.sections:
            size, start, _, raw = self.place(name)
            if start <= address < start + size:
                return raw + address - start
        raise AssertionError(f"{address:#x} is nowhere")

    def swap_entries(self) -> None:
        """The first two."""
        first, second = struct.unpack_from("<HH", self.data, self.entry)
        self.put(self.entry, "<H", second)
        self.put(self.entry + 2, "<H", first)

    def swap_blocks(self) -> None:
        """The first two."""
        middle = self.block + self.get(self.block + 4, "<I")
        end = middle + self.get(middle + 4, "<I")
        self.data[self.block:end] = \
            self.data[middle:end] + self.data[self.block:middle]


def at_block(offset: int, value: int):
    """Damage: a field of the first block."""
    return lambda t: t.put(t.block + offset, "<I", value)


TABLES = {
    "of an unknown kind": (lambda t: t.kind(3), "of kind 3, not 10"),
    "padding that is not at the end": (lambda t: t.kind(0), "of kind 0"),
    "over the end of its page": (lambda t: t.offset(0xffc), "not aligned"),
    "not aligned": (lambda t: t.offset(1), "not aligned"),
    "unsorted": (Table.swap_entries, "not in order"),
    "twice": (lambda t: t.put(t.entry + 2, "<H", t.get(t.entry, "<H")),
              "not in order"),
    "blocks unsorted": (Table.swap_blocks, "not in order"),
    "in code": (at_block(0, 0x1000), "in no section"),
    "in the headers": (at_block(0, 0), "in no section"),
    "behind the image": (at_block(0, 0x7ffff000), "in no section"),
    "no page": (at_block(0, 0x1004), "wrong size or page"),
    "block of nothing": (at_block(4, 0), "wrong size or page"),
    "block of an odd size": (at_block(4, 10), "wrong size or page"),
    "block over the end": (at_block(4, 1 << 31), "wrong size or page"),
    "cut off": (lambda t: t.resize(t.size - 4), "wrong size or page"),
    "cut off in a header": (lambda t: t.resize(4), "is cut off"),
    "empty": (lambda t: (t.resize(8), at_block(4, 8)(t)),
              "There are no relocations"),
    "directory of another size": (
        lambda t: t.put(t.optional + DIRECTORY + 4, "<I", t.size - 2),
        "directory is not section"),
    "directory elsewhere": (
        lambda t: t.put(t.optional + DIRECTORY, "<I", 0x1000),
        "directory is not section"),
    "more than the file has": (lambda t: t.resize(1 << 20),
                               "directory is not section"),
    "file without its end": (
        lambda t: t.data.__delitem__(slice(t.block + 8, None)),
        "directory is not section"),
    "addend not written": (lambda t: t.put(t.pointer(), "<Q", 0),
                           "does not point into"),
    "pointer out of the image": (
        lambda t: t.put(t.pointer(), "<Q", 1 << 40), "does not point into"),
    "pointer before the image": (
        lambda t: t.put(t.pointer(), "<q", -8), "does not point into"),
}


class Damaged(unittest.TestCase):
    """Copies of an application and of what the linker wrote."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "x.efi")
        self.elf = os.path.join(directory.name, "x.so")

    def expect_refusal(self, words: str, *arguments: str) -> None:
        """One sentence, and nothing written."""
        before = read(self.path)
        done = pe_finish(*arguments, self.path)
        self.assertTrue(is_one_sentence(done), done.stdout)
        self.assertIn(words, done.stdout)
        self.assertEqual(read(self.path), before)

    def test_tables(self):
        for arch in ARCHES:
            for name, (damage, words) in TABLES.items():
                with self.subTest(name, arch=arch):
                    table = Table(read(application(arch)))
                    damage(table)
                    write(self.path, table.data)
                    self.expect_refusal(words)
                    self.expect_refusal(words, "--check")

    def test_placeholder(self):
        """As objcopy leaves it, before there are base relocations."""
        table = Table(read(application("x64")))
        del table.data[table.block:]
        table.data += struct.pack("<II", 0, 8).ljust(4096, b"\0")
        table.resize(8)
        write(self.path, table.data)
        self.expect_refusal("There are no relocations")

    def test_something_behind(self):
        """Keys or a signature: the table cannot grow."""
        write(self.path, read(application("x64")) + bytes(512))
        self.expect_refusal("not the last", "--relocate", linked("x64"))

    def test_what_the_linker_wrote(self):
        for arch in ARCHES:
            shutil.copy(application(arch), self.path)
            other = ARCHES[arch == "x64"]
            good = read(linked(arch))
            for name, damage, words in self.elves(good, other):
                with self.subTest(name, arch=arch):
                    write(self.elf, damage)
                    self.expect_refusal(words, "--relocate", self.elf)

    def elves(self, good: bytes, other: str):
        """(name, bytes, what is said) of each."""
        table, header = rela(good)
        size = len(good)

        def put(at, form, value):
            data = bytearray(good)
            struct.pack_into(form, data, at, value)
            return data

        yield "another processor", read(linked(other)), "another processor"
        yield "no ELF", read(self.path), "not a 64-bit ELF"
        yield "nothing", b"", "not a 64-bit ELF"
        yield "kind", put(table + 8, "<I", 1), "is of kind 1, not "
        yield "symbol", put(table + 12, "<I", 1), "is of kind "
        yield "outside", put(table, "<Q", 1 << 40), "in no section"
        yield "in code", put(table, "<Q", 0x1000), "in no section"
        yield "unaligned", put(table, "<Q", good_address(good, table) + 4), \
            "not aligned"
        yield "far target", put(table + 16, "<Q", 1 << 40), \
            "does not point into"
        yield "target before", put(table + 16, "<q", -1), \
            "does not point into"
        for kind in (9, 19):
            yield f"type {kind}", put(header + 4, "<I", kind), "not known"
        yield "no table", put(header + 4, "<I", 1), "There are no relocations"
        yield "size", put(header + 32, "<Q", size), "not complete"
        yield "odd size", put(header + 32, "<Q", 23), "not complete"
        yield "offset", put(header + 24, "<Q", 1 << 63), "not complete"
        for length in (6, 40, 63, size // 2, size - 64):
            yield f"cut at {length}", good[:length], "not complete"


def rela(data: bytes) -> tuple[int, int]:
    """Offset of the table of relocations, and of its section header."""
    first, size, count = struct.unpack("<Q10xHH", data[40:62])
    for at in range(first, first + size * count, size):
        kind, start = struct.unpack_from("<4xI16xQ", data, at)
        if kind == 4:
            return start, at
    raise AssertionError("no table")


def good_address(data: bytes, at: int) -> int:
    """What the relocation there changes."""
    return struct.unpack_from("<Q", data, at)[0]


if __name__ == "__main__":
    main()
