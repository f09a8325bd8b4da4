#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes kernel dumps of Windows PCs that crashed, x64 and ARM64.

No byte comes from a real dump.  The layout is that of rizin's dmp_specs.h and
of kdmp-parser, the page tables those of the processors' manuals; this shares
no code with the readers under test.  The same options give the same bytes.

usage: mkdump.py [options] FILE
       mkdump.py --help

A full or bitmap dump is that of a machine with so much memory; only the pages
that a reader of the module list needs have content, everything else is a hole
in a sparse file.
"""

import argparse
import dataclasses
import random
import struct

PAGE = 4096
HEADER_BYTES = 0x2000
UNFILLED = b"PAGE"

TYPES = {"full": 1, "summary": 2, "triage": 4, "bitmap-full": 5, "bitmap": 6,
         "automatic": 7}
MACHINES = {"x64": 0x8664, "arm64": 0xAA64}
# In the context record: program counter, stack pointer.
CONTEXT_FIELDS = {"x64": (0xF8, 0x98), "arm64": (0x108, 0x100)}

KERNEL_BASE = 0xFFFFF80123400000
LIST_HEAD = KERNEL_BASE + 0xC31100
POOL = 0xFFFFBF0F12340000  # where list entries are allocated
STACK_TOP = 0xFFFF8504AB122E20
BUILD = 19045

# Path, size; what is in the middle is the driver that is to blame.
BEFORE = (("\\SystemRoot\\system32\\ntoskrnl.exe", 0x1046000),
          ("\\SystemRoot\\system32\\hal.dll", 0x6000),
          ("\\SystemRoot\\System32\\drivers\\FLTMGR.SYS", 0x6F000),
          ("\\SystemRoot\\System32\\drivers\\ACPI.sys", 0xCC000))
AFTER = (("\\SystemRoot\\System32\\drivers\\fabrikamguard.sys", 0x41000),
         ("\\SystemRoot\\System32\\Drivers\\Ntfs.sys", 0x2E0000))
DRIVER_FOLDER = "\\SystemRoot\\System32\\drivers\\"
DRIVER_SIZE = 0x2A6000
UNLOADED = ("dump_a.sys", "dump_b.sys", "WdBoot.sys")

ENTRY_BYTES = 0xA0  # KLDR_DATA_TABLE_ENTRY; its name follows
TRIAGE_BYTES = 0xD0
TRIAGE_ENTRY = 0x90


@dataclasses.dataclass
class Crash:
    """What the dump is to say."""

    machine: str = "x64"
    kind: str = "triage"
    code: int = 0x50
    module: str = "contososensor.sys"
    other: str = "other.sys"  # one more driver, of which nothing is said
    offset: int = 0xE14ED
    by: str = "parameter"  # or "context", "stack", "nobody"
    parameter: int = 3  # of the four: which is the code address
    time: int = 133658364000000000  # FILETIME
    uptime: int = 41250000
    boot_id: int | None = 58
    drivers: int = 120  # others that are loaded
    memory_gib: int = 4
    present: int = 64  # pages without content, for a bitmap
    levels: int = 4
    seed: int = 20240719


@dataclasses.dataclass
class Module:
    """A loaded image."""

    path: str
    base: int
    size: int

    @property
    def name(self) -> str:
        """Without its folder."""
        return self.path.rsplit("\\", 1)[1]


def modules_of(crash: Crash) -> list[Module]:
    """The modules in the order of loading, one after the other in memory."""
    images = list(BEFORE)
    images += [(DRIVER_FOLDER + f"filler{i:03d}.sys", 0x8000 + 0x1000 * (i % 23))
               for i in range(crash.drivers)]
    images.insert(len(images) - crash.drivers // 2,
                  (DRIVER_FOLDER + crash.module, DRIVER_SIZE))
    images += AFTER
    images.append((DRIVER_FOLDER + crash.other, DRIVER_SIZE))
    modules, base = [], KERNEL_BASE
    for path, size in images:
        modules.append(Module(path, base, size))
        base += (size + 0xFFFFF) & ~0xFFFF
    return modules


def address_in(modules: list[Module], name: str, offset: int) -> int:
    """A code address in that module."""
    return next(m.base for m in modules if m.name == name) + offset


def stack_words(crash: Crash, modules: list[Module]) -> list[int]:
    """What lies on the kernel's stack; a driver's address among it or not."""
    rng = random.Random(crash.seed)
    words = [rng.choice((0, 1, 0xFFFF850400000000 + rng.randrange(1 << 30) * 8,
                         rng.randrange(1 << 16))) for _ in range(400)]
    words[4] = address_in(modules, "ntoskrnl.exe", 0x40CE00)
    words[9] = address_in(modules, "FLTMGR.SYS", 0x5100)
    if crash.by != "nobody":
        words[40] = address_in(modules, crash.module, crash.offset)
    return words


# --- The header ---------------------------------------------------------------

def header(crash: Crash, modules: list[Module], tables: int) -> bytearray:
    """DUMP_HEADER64; @tables: physical address of their root."""
    kernel = address_in(modules, "ntoskrnl.exe", 0x3F7D40)
    driver = address_in(modules, crash.module, crash.offset)
    parameters = [0xFFFF840500000074, 0, 2, 0x1234]
    if crash.by == "parameter":
        parameters[crash.parameter - 1] = driver
    else:
        parameters[crash.parameter - 1] = kernel
    pc_at, sp_at = CONTEXT_FIELDS[crash.machine]
    b = bytearray(UNFILLED * (HEADER_BYTES // 4))
    struct.pack_into("<8sIIQQQQII", b, 0, b"PAGEDU64", 15, BUILD, tables,
                     KERNEL_BASE + 0xD01000, LIST_HEAD, KERNEL_BASE + 0xC22200,
                     MACHINES[crash.machine], 8)
    struct.pack_into("<I4x4Q", b, 0x38, crash.code, *parameters)
    b[0x348:0x348 + 0x4D0] = bytes(0x4D0)
    struct.pack_into("<Q", b, 0x348 + pc_at,
                     driver if crash.by in ("parameter", "context") else kernel)
    struct.pack_into("<Q", b, 0x348 + sp_at, STACK_TOP)
    struct.pack_into("<IIQQI", b, 0xF00, 0x80000003, 1, 0, kernel, 0)
    struct.pack_into("<I", b, 0xF98, TYPES[crash.kind])
    struct.pack_into("<Q", b, 0xFA8, crash.time)
    struct.pack_into("<Q", b, 0x1030, crash.uptime)
    if crash.boot_id is not None:
        struct.pack_into("<I", b, 0x1054, crash.boot_id)
    return b


# --- Triage dumps -------------------------------------------------------------

class _Growing(bytearray):
    """Bytes that grow at the end."""

    def here(self, align: int = 8) -> int:
        """Where the next thing goes."""
        self.extend(bytes(-len(self) % align))
        return len(self)

    def put(self, data: bytes, align: int = 8) -> int:
        """Append; returns where."""
        at = self.here(align)
        self.extend(data)
        return at


def triage_dump(crash: Crash) -> bytes:
    """A whole "minidump"."""
    modules = modules_of(crash)
    words = stack_words(crash, modules)
    b = _Growing(header(crash, modules, 0x1AE000))
    b.put(bytes(TRIAGE_BYTES))
    unloaded = b.put(struct.pack("<II", len(UNLOADED), 0))
    for i, name in enumerate(UNLOADED):
        utf16 = name.encode("utf-16-le")[:24]
        b += struct.pack("<HH12x24sQQ", len(utf16), len(utf16), utf16,
                         0xFFFFF80199000000 + (i << 20),
                         0xFFFFF80199010000 + (i << 20))
    stack = b.put(struct.pack(f"<{len(words)}Q", *words))
    entries = b.put(bytes(TRIAGE_ENTRY * len(modules)))
    strings = b.here()
    for i, m in enumerate(modules):
        at = b.put(struct.pack("<I", len(m.path)) + m.path.encode("utf-16-le")
                   + b"\0\0", 4)
        entry = entries + i * TRIAGE_ENTRY
        struct.pack_into("<I", b, entry, at)
        struct.pack_into("<Q", b, entry + 0x38, m.base)
        struct.pack_into("<I", b, entry + 0x48, m.size)
        struct.pack_into("<I", b, entry + 0x88, 0x5F000000 + i)
    length = b.here() - strings
    valid = b.put(b"TRGD", 4)
    struct.pack_into("<18I", b, HEADER_BYTES, 0, len(b), valid, 0x348, 0xF00, 0,
                     unloaded, 0, 0, 0, stack, 8 * len(words), entries,
                     len(modules), strings, length, 0, 0xFFFFFFFF)
    struct.pack_into("<Q", b, HEADER_BYTES + 0x48, STACK_TOP)
    return bytes(b)


# --- Physical memory and page tables ------------------------------------------

class Memory:
    """The pages of a machine that have content, and what maps them."""

    def __init__(self, crash: Crash):
        self.machine = crash.machine
        self.levels = crash.levels
        # Memory below the hole for devices at 3 GiB, the rest above 4 GiB.
        total = crash.memory_gib << 18
        low = min(total, 3 << 18)
        self.runs = [(1, low - 1)]
        if total > low:
            self.runs.append((4 << 18, total - low))
        self.pages = {}
        self._random = random.Random(crash.seed)
        self.root = self.take()

    def take(self) -> int:
        """A page of its own, anywhere; all zeros."""
        while True:
            first, count = self._random.choice(self.runs)
            page = first + self._random.randrange(count)
            if page % 512 and page not in self.pages:
                self.pages[page] = bytearray(PAGE)
                return page

    def take_large(self) -> int:
        """The first page of 2 MiB; only those that are written have content."""
        first, count = self.runs[-1]
        return (first + 511 + self._random.randrange(count // 2)) & ~511

    def _entry(self, page: int, level: int, is_table: bool) -> int:
        if self.machine == "x64":  # present, writable, accessed, dirty
            large = 0x80 if level and not is_table else 0
            return page << 12 | 0x63 | large | 1 << 63
        kind = 3 if is_table or not level else 1  # table or page; block
        return page << 12 | 0x700 | kind | 0x60 << 48

    def map(self, address: int, page: int, at_level: int = 0) -> None:
        """Let @address be in @page; @at_level 1: a page of 2 MiB."""
        table = self.root
        for level in range(self.levels - 1, at_level - 1, -1):
            entry_at = (address >> 12 + 9 * level & 511) * 8
            entry = struct.unpack_from("<Q", self.pages[table], entry_at)[0]
            if level == at_level:
                entry = self._entry(page, level, False)
            elif not entry:
                entry = self._entry(self.take(), level, True)
            struct.pack_into("<Q", self.pages[table], entry_at, entry)
            table = entry >> 12 & 0xFFFFFFFFF

    def _page_of(self, address: int) -> int:
        """The page that @address is mapped to, mapped first if need be."""
        table = self.root
        for level in range(self.levels - 1, -1, -1):
            entry = struct.unpack_from(
                "<Q", self.pages[table], (address >> 12 + 9 * level & 511) * 8)[0]
            if not entry:
                page = self.take()
                self.map(address & ~(PAGE - 1), page)
                return page
            table = entry >> 12 & 0xFFFFFFFFF
            is_block = (entry & 0x80 if self.machine == "x64"
                        else not entry & 2)
            if level and is_block:
                table += address >> 12 & ((1 << 9 * level) - 1)
                self.pages.setdefault(table, bytearray(PAGE))
                return table
        return table

    def write(self, address: int, data: bytes) -> None:
        """To virtual memory."""
        while data:
            skip = address % PAGE
            piece = data[:PAGE - skip]
            self.pages[self._page_of(address)][skip:skip + len(piece)] = piece
            address += len(piece)
            data = data[len(piece):]

    def present(self, extra: int) -> list[int]:
        """The pages in a kernel dump: those with content and others."""
        pages = set(self.pages)
        while extra:
            first, count = self._random.choice(self.runs)
            start = first + self._random.randrange(count)
            # Kernel memory lies in groups.
            for page in range(start, min(start + 32, first + count)):
                if extra and page not in pages:
                    pages.add(page)
                    extra -= 1
        return sorted(pages)


def kernel_memory(crash: Crash, modules: list[Module]) -> Memory:
    """Page tables, module list and stack."""
    memory = Memory(crash)
    # The kernel's image is in large pages.
    memory.map(LIST_HEAD & ~0x1FFFFF, memory.take_large(), 1)
    where = [LIST_HEAD]
    at = POOL
    for i, m in enumerate(modules):
        # Those of the start of Windows lie together, later ones anywhere.
        at += 0x100 if i < 60 else 0x100 * (1 + i * 7 % 5)
        where.append(at)
        at += 0x40 + 2 * len(m.name)
        at += -at % 16
    for i, m in enumerate(modules):
        entry = bytearray(ENTRY_BYTES)
        name = m.name.encode("utf-16-le")
        path = m.path.encode("utf-16-le")
        struct.pack_into("<QQ", entry, 0, where[(i + 2) % len(where)], where[i])
        struct.pack_into("<QQI", entry, 0x30, m.base, m.base + 0x1000, m.size)
        # The path is not in the dump: it can be paged.
        struct.pack_into("<HHIQ", entry, 0x48, len(path), len(path) + 2, 0,
                         0xFFFFC20000000000 + 0x200 * i)
        struct.pack_into("<HHIQ", entry, 0x58, len(name), len(name) + 2, 0,
                         where[i + 1] + ENTRY_BYTES)
        memory.write(where[i + 1], bytes(entry) + name + b"\0\0")
    memory.write(LIST_HEAD, struct.pack("<QQ", where[1], where[-1]))
    words = stack_words(crash, modules)
    memory.write(STACK_TOP, struct.pack(f"<{len(words)}Q", *words))
    return memory


# --- Full and bitmap dumps ----------------------------------------------------

def _write_pages(file, first: int, pages: list[int], memory: Memory) -> None:
    for i, page in enumerate(pages):
        if page in memory.pages:
            file.seek(first + i * PAGE)
            file.write(memory.pages[page])
    file.truncate(first + len(pages) * PAGE)


def write_bitmap_dump(file, crash: Crash) -> None:
    """SDMP or FDMP, and the pages whose bits are set."""
    modules = modules_of(crash)
    memory = kernel_memory(crash, modules)
    pages = memory.present(crash.present)
    first, count = memory.runs[-1]
    bits = first + count
    bitmap = bytearray((bits + 7) // 8)
    for page in pages:
        bitmap[page // 8] |= 1 << page % 8
    start = HEADER_BYTES + 0x38 + len(bitmap)
    start += -start % PAGE
    file.write(header(crash, modules, memory.root * PAGE))
    mark = b"FDMPDUMP" if crash.kind == "bitmap-full" else b"SDMPDUMP"
    file.write(struct.pack("<8s24xQQQ", mark, start, len(pages), bits))
    file.write(bitmap)
    _write_pages(file, start, pages, memory)


def write_full_dump(file, crash: Crash) -> None:
    """All runs of memory, one after the other."""
    modules = modules_of(crash)
    memory = kernel_memory(crash, modules)
    head = header(crash, modules, memory.root * PAGE)
    struct.pack_into("<IIQ", head, 0x88, len(memory.runs), 0,
                     sum(count for _, count in memory.runs))
    for i, run in enumerate(memory.runs):
        struct.pack_into("<QQ", head, 0x98 + 16 * i, *run)
    file.write(head)
    at = HEADER_BYTES
    for first, count in memory.runs:
        for page, content in memory.pages.items():
            if first <= page < first + count:
                file.seek(at + (page - first) * PAGE)
                file.write(content)
        at += count * PAGE
    file.truncate(at)


def write_dump(path: str, crash: Crash) -> None:
    """A dump in a file of its own."""
    with open(path, "wb") as file:
        if crash.kind in ("triage", "summary"):
            file.write(triage_dump(crash))
        elif crash.kind == "full":
            write_full_dump(file, crash)
        else:
            write_bitmap_dump(file, crash)


def main() -> None:
    """The command."""
    def number(text: str) -> int:
        return int(text, 0)
    parser = argparse.ArgumentParser(
        description="Make a kernel dump of a Windows PC that crashed.")
    parser.add_argument("file")
    for field in dataclasses.fields(Crash):
        is_number = not isinstance(field.default, str)
        parser.add_argument("--" + field.name.replace("_", "-"),
                            type=number if is_number else str,
                            default=field.default)
    parser.add_argument("--no-boot-id", action="store_const", const=None,
                        dest="boot_id", help="leave it unfilled")
    options = vars(parser.parse_args())
    write_dump(options.pop("file"), Crash(**options))


if __name__ == "__main__":
    main()
