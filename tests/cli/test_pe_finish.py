#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""scripts/pe-finish on damaged copies of the built application."""

import os
import struct
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.environ.get('LOOPBREAKER_BUILD', os.path.join(TOP, 'build'))
TOOL = os.path.join(TOP, 'scripts', 'pe-finish')

MEM_WRITE = 0x80000000


class Pe:
    """The application's bytes and where its fields are."""

    def __init__(self, data):
        self.data = bytearray(data)
        self.pe, = struct.unpack_from('<I', data, 60)
        self.optional = self.pe + 24
        count, = struct.unpack_from('<H', data, self.pe + 6)
        size, = struct.unpack_from('<H', data, self.pe + 20)
        first = self.optional + size
        self.sections = {
            bytes(data[at:at + 8]).rstrip(b'\0').decode(): at
            for at in range(first, first + 40 * count, 40)}

    def put(self, at, form, value):
        struct.pack_into(form, self.data, at, value)

    def flags_or(self, section, bits):
        at = self.sections[section] + 36
        self.put(at, '<I', struct.unpack_from('<I', self.data, at)[0] | bits)


def subsystem(pe):
    pe.put(pe.optional + 68, '<H', 11)


def section_alignment(pe):
    pe.put(pe.optional + 32, '<I', 512)


def file_alignment(pe):
    pe.put(pe.optional + 36, '<I', 4096)


def writable_code(pe):
    pe.flags_or('.text', MEM_WRITE)


def no_sbat(pe):
    pe.put(pe.sections['.sbat'], '8s', b'.other')


def no_reloc(pe):
    pe.put(pe.sections['.reloc'], '8s', b'.other')


def no_directory(pe):
    pe.put(pe.optional + 112 + 5 * 8 + 4, '<I', 0)


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
    pe.flags_or('.rela', MEM_WRITE)


REFUSED = (subsystem, section_alignment, file_alignment, writable_code,
           no_sbat, no_reloc, no_directory, other_machine, truncated, not_pe)
MENDED = (no_nx, time_stamp, writable_table)


def run(*arguments):
    return subprocess.run([TOOL, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def write(path, data):
    with open(path, 'wb') as file:
        file.write(data)


def read(path):
    with open(path, 'rb') as file:
        return file.read()


def is_one_sentence(done):
    lines = done.stdout.splitlines()
    return done.returncode == 1 and len(lines) == 1 and \
        lines[0].startswith('pe-finish: ') and lines[0].endswith('.')


def check_refused(good, damage, path):
    pe = Pe(good)
    damage(pe)
    write(path, pe.data)
    for arguments in ((path,), ('--check', path)):
        if not is_one_sentence(run(*arguments)):
            return False
    return read(path) == bytes(pe.data)


def check_mended(good, damage, path):
    pe = Pe(good)
    damage(pe)
    write(path, pe.data)
    if not is_one_sentence(run('--check', path)):
        return False
    return run(path).returncode == 0 and read(path) == good


def checks(good, path):
    for damage in REFUSED:
        yield damage.__name__, check_refused(good, damage, path)
    for damage in MENDED:
        yield damage.__name__, check_mended(good, damage, path)
    write(path, good)
    yield 'good', run('--check', path).returncode == 0
    yield 'twice', run(path).returncode == 0 and read(path) == good
    yield 'usage', run().returncode == 2 and run('a', 'b').returncode == 2
    yield 'no file', run(path + '.absent').returncode == 2


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
