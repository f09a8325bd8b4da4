# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of BitLocker share: a folder with a plain volume, encrypted
ones made of it, and keys.
"""

import os
import shutil
import subprocess
import unittest
import zlib
from collections.abc import Callable

from class_room import ClassRoom
from command import loopbreaker
from suite import BUILD
from volume_maker import run_tool

MIB = 1 << 20
DIGITS = "000011-000022-000033-000044-000055-000066-000077-720885"
OTHER_DIGITS = "000451-715011-000077-574442-333333-135795-666666-010989"
PASSWORD = "Pässwört 🔑"


class Room(ClassRoom):
    """A folder of its own."""

    def write(self, name: str, content: str) -> str:
        """A file with this text; returns its path."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(content)
        return self.path(name)

    def plain(self, sector_bytes: int = 512, size: int = 16 * MIB) -> str:
        """An NTFS volume, most of which is noise."""
        path = self.path(f"plain-{sector_bytes}-{size}")
        if os.path.exists(path):
            return path
        with open(path, "wb") as file:
            file.truncate(size)
        run_tool("mkntfs", "-q", "-F", "-Q", "-s", str(sector_bytes), "-p",
                 "0", "-H", "255", "-S", "63", "-c", "4096", path)
        return path

    def make(self, *options: str, plain: str = "", name: str = "volume") -> str:
        """An encrypted volume."""
        path = self.path(name)
        self.places = subprocess.run(
            [os.path.join(BUILD, "host/make-bitlocker"),
             plain or self.plain(), path, *options],
            check=True, capture_output=True, text=True).stdout
        return path

    def change_blocks(self, volume: str,
                      change: Callable[[bytes], bytes]) -> None:
        """Change the metadata of the last make(); their checksums fit."""
        with open(volume, "r+b") as file:
            for place in map(int, self.places.split()[1:4]):
                file.seek(place)
                old = file.read(65536)
                block = bytearray(change(old))
                assert len(block) == len(old) and block != old
                size = int.from_bytes(block[8:10], "little") * 16
                block[size + 4:size + 8] = zlib.crc32(
                    block[:size]).to_bytes(4, "little")
                file.seek(place)
                file.write(block)

    def info(self, image: str) -> dict:
        """What the command says about the one volume of an image."""
        run = loopbreaker("bitlocker", "info", "--json", image)
        self.assertEqual((run.status, run.words), (0, ""), run)
        return run.event("bitlocker")

    def decrypt(self, image: str, *options: str, out: str = "out", **more):
        """A run of decrypt; what it would write is deleted before."""
        path = self.path(out)
        if os.path.exists(path):
            os.unlink(path)
        return loopbreaker("bitlocker", "decrypt", "--out", path, *options,
                           image, **more)


def tool(name: str) -> str:
    """Where a program of the distribution is; skips the test without it."""
    path = shutil.which(name, path=os.environ["PATH"] + ":/sbin:/usr/sbin")
    if not path:
        raise unittest.SkipTest(f"{name} is not installed")
    return path
