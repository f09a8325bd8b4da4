# SPDX-License-Identifier: GPL-2.0-or-later
"""Tables of relocations: the linker's in an ELF file, firmware's in a PE image.

Only one kind of each: a 64-bit pointer into the program itself.
"""
import struct

PAGE = 4096

# Machine in PE -> machine in ELF, R_..._RELATIVE.
MACHINES = {0x8664: (62, 8), 0xAA64: (183, 1027)}

# ELF-64: header from e_machine on (e_shoff, e_shentsize, e_shnum), section
# header (sh_type, sh_offset, sh_size), and one entry of a table.
ELF_MAGIC = b'\x7fELF\x02\x01'
ELF_HEADER = struct.Struct('<18xH20xQ10xHH')
ELF_SECTION = struct.Struct('<4xI16xQQ')
ELF_RELA = struct.Struct('<QQq')
SHT_RELA = 4
SHT_REL = 9
SHT_RELR = 19

# A block of base relocations begins with page and size; its entries, offset
# and kind, end on a multiple of 4 bytes.
BLOCK = struct.Struct('<II')
IMAGE_REL_BASED_ABSOLUTE = 0
IMAGE_REL_BASED_DIR64 = 10


class Refused(Exception):
    """What is wrong with the file, as one sentence."""


def elf_relocations(data, machine):
    """Address -> what it points to, of a shared object."""
    if data[:len(ELF_MAGIC)] != ELF_MAGIC:
        raise Refused('The linker output is not a 64-bit ELF file.')
    elf_machine, relative = MACHINES[machine]
    found, first, size, count = ELF_HEADER.unpack_from(data)
    if found != elf_machine:
        raise Refused('The linker output is for another processor.')
    relocations = {}
    for i in range(count):
        kind, start, length = ELF_SECTION.unpack_from(data, first + size * i)
        if kind in (SHT_REL, SHT_RELR):
            raise Refused('The linker output has relocations in a form that '
                          'is not known here.')
        if kind != SHT_RELA:
            continue
        if start > len(data) or length > len(data) - start:
            raise Refused('The linker output is not complete.')
        for address, info, addend in \
                ELF_RELA.iter_unpack(data[start:start + length]):
            if info != relative:
                raise Refused(f'The relocation at {address:#x} is of kind '
                              f'{info & 0xffffffff}, not {relative}.')
            relocations[address] = addend
    return relocations


def base_relocations(addresses):
    """The content of .reloc for pointers at @addresses."""
    pages = {}
    for address in sorted(addresses):
        pages.setdefault(address - address % PAGE, []).append(
            IMAGE_REL_BASED_DIR64 << 12 | address % PAGE)
    table = b''
    for page, entries in pages.items():
        entries += [IMAGE_REL_BASED_ABSOLUTE] * (len(entries) % 2)
        content = struct.pack(f'<{len(entries)}H', *entries)
        table += BLOCK.pack(page, BLOCK.size + len(content)) + content
    return table


def relocation_blocks(table):
    """(page, entries) of each block."""
    at = 0
    while at < len(table):
        if len(table) - at < BLOCK.size:
            raise Refused('The last block of relocations is cut off.')
        page, size = BLOCK.unpack_from(table, at)
        if size < BLOCK.size or size % 4 or size > len(table) - at or \
                page % PAGE:
            raise Refused(f'The block of relocations at {at:#x} has a wrong '
                          'size or page.')
        count = (size - BLOCK.size) // 2
        yield page, struct.unpack_from(f'<{count}H', table, at + BLOCK.size)
        at += size


def relocated_addresses(table):
    """What the relocations change."""
    for page, entries in relocation_blocks(table):
        if entries and entries[-1] == IMAGE_REL_BASED_ABSOLUTE:
            entries = entries[:-1]
        for entry in entries:
            address = page + entry % PAGE
            if entry >> 12 != IMAGE_REL_BASED_DIR64:
                raise Refused(f'The relocation at {address:#x} is of kind '
                              f'{entry >> 12}, not {IMAGE_REL_BASED_DIR64}.')
            yield address
