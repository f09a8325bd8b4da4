#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/pe-finish on damaged copies of the built application."""

import os
import sys
import tempfile

from pe_image import Pe, is_one_sentence, pe_finish, read, write
from suite import BUILD

MEM_WRITE = 0x80000000


def subsystem(pe):
    pe.put(pe.optional + 68, '<H', 11)


def section_alignment(pe):
    pe.put(pe.optional + 32, '<I', 512)


def file_alignment(pe):
    pe.put(pe.optional + 36, '<I', 512)


def writable_code(pe):
    pe.flags_or('.text', MEM_WRITE)


def no_sbat(pe):
    pe.put(pe.sections['.sbat'], '8s', b'.other')


def no_reloc(pe):
    pe.put(pe.sections['.reloc'], '8s', b'.other')


def no_directory(pe):
    pe.put(pe.optional + 112 + 5 * 8 + 4, '<I', 0)


def stripped(pe):
    pe.put(pe.pe + 22, '<H', 0x20f)


def image_base(pe):
    pe.put(pe.optional + 24, '<Q', 0x400000)


def other_machine(pe):
    pe.put(pe.pe + 4, '<H', 0x14c)


def truncated(pe):
    del pe.data[pe.optional + 20:]


def not_pe(pe):
    pe.put(0, '2s', b'XX')


def no_nx(pe):
    pe.put(pe.optional + 70, '<H', 0x40)


def time_stamp(pe):
    pe.put(pe.pe + 8, '<I', 1721361540)


def writable_table(pe):
    pe.flags_or('.reloc', MEM_WRITE)


def writable_pointers(pe):
    pe.flags_or('.rodata', MEM_WRITE)


REFUSED = (subsystem, section_alignment, file_alignment, writable_code,
           no_sbat, no_reloc, no_directory, stripped, image_base,
           other_machine, truncated, not_pe)
MENDED = (no_nx, time_stamp, writable_table, writable_pointers)


def check_refused(good, damage, path):
    pe = Pe(good)
    damage(pe)
    write(path, pe.data)
    for arguments in ((path,), ('--check', path)):
        if not is_one_sentence(pe_finish(*arguments)):
            return False
    return read(path) == bytes(pe.data)


def check_mended(good, damage, path):
    pe = Pe(good)
    damage(pe)
    write(path, pe.data)
    if not is_one_sentence(pe_finish('--check', path)):
        return False
    return pe_finish(path).returncode == 0 and read(path) == good


def checks(good, path):
    for damage in REFUSED:
        yield damage.__name__, check_refused(good, damage, path)
    for damage in MENDED:
        yield damage.__name__, check_mended(good, damage, path)
    write(path, good)
    yield 'good', pe_finish('--check', path).returncode == 0
    yield 'twice', pe_finish(path).returncode == 0 and read(path) == good
    yield 'usage', (pe_finish().returncode == 2 and
                    pe_finish('a', 'b').returncode == 2 and
                    pe_finish('--check', '--relocate', path,
                              path).returncode == 2)
    yield 'no file', pe_finish(path + '.absent').returncode == 2


def main():
    passed = failed = 0
    for arch in ('x64', 'aa64'):
        good = read(os.path.join(BUILD, f'loopbreaker-{arch}.efi'))
        with tempfile.TemporaryDirectory() as directory:
            for name, is_good in checks(good,
                                        os.path.join(directory, 'x.efi')):
                passed += is_good
                failed += not is_good
                if not is_good:
                    print(f'FAIL  {arch} {name}')
    print(f'{passed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
