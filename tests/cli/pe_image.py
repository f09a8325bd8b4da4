# SPDX-License-Identifier: GPL-2.0-or-later
"""PE images to be damaged, and scripts/pe-finish to look at them."""

import os
import struct
import subprocess

from suite import TOP

TOOL = os.path.join(TOP, "scripts", "pe-finish")


class Pe:
    """The application's bytes and where its fields are."""

    def __init__(self, data: bytes):
        self.data = bytearray(data)
        self.pe = self.get(60, "<I")
        self.optional = self.pe + 24
        first = self.optional + self.get(self.pe + 20, "<H")
        self.sections = {
            bytes(data[at:at + 8]).rstrip(b"\0").decode(): at
            for at in range(first, first + 40 * self.get(self.pe + 6, "<H"),
                            40)}

    def get(self, at: int, form: str) -> int:
        """One field."""
        return struct.unpack_from(form, self.data, at)[0]

    def put(self, at: int, form: str, value) -> None:
        """Change one field."""
        struct.pack_into(form, self.data, at, value)

    def flags_or(self, section: str, bits: int) -> None:
        """Set flags of a section."""
        at = self.sections[section] + 36
        self.put(at, "<I", self.get(at, "<I") | bits)

    def place(self, section: str) -> tuple[int, int, int, int]:
        """Virtual size, address, size and offset in the file."""
        return struct.unpack_from("<IIII", self.data,
                                  self.sections[section] + 8)


def pe_finish(*arguments: str) -> subprocess.CompletedProcess:
    """scripts/pe-finish, whatever it says."""
    return subprocess.run([TOOL, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False)


def is_one_sentence(done: subprocess.CompletedProcess) -> bool:
    """Did it refuse, and say why in one?"""
    lines = done.stdout.splitlines()
    return done.returncode == 1 and len(lines) == 1 and \
        lines[0].startswith("pe-finish: ") and lines[0].endswith(".")


def read(path: str) -> bytes:
    """A file."""
    with open(path, "rb") as file:
        return file.read()


def write(path: str, data: bytes) -> None:
    """A file."""
    with open(path, "wb") as file:
        file.write(data)
