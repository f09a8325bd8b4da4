#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Volumes that our layer has written into, read by implementations that are
not ours.  Ends with "N passed, N failed".

Which reader can do what (Debian 12):

    dislocker 0.7.3      all six methods, both sector sizes, To Go
    libbde 20190102      the same but for AES-XTS 256, of which it cannot read
                         the key
    cryptsetup 2.6.1     the metadata (bitlkDump); to decrypt it needs the
                         kernel's device mapper
"""

import filecmp
import os
import subprocess
import sys
import unittest

import suite
from bitlocker_room import DIGITS, Room, tool

METHODS = {0x8000: ("cbc-elephant", 256), 0x8001: ("cbc-elephant", 512),
           0x8002: ("cbc-eboiv", 128), 0x8003: ("cbc-eboiv", 256),
           0x8004: ("xts-plain64", 256), 0x8005: ("xts-plain64", 512)}
XTS_256 = 0x8005
PYTHON = "/usr/bin/python3"  # the one that python3-libbde is for
LIBBDE_CANNOT = 3
TIMEOUT_SECONDS = 120


class Readers(Room):
    """Each method with each sector size, after a thousand writes."""

    def written(self, method: int, sector: int, *options: str):
        """A volume that was written into, and its plain text."""
        plain = self.plain(sector)
        volume = self.make("--method", hex(method), "--sector", str(sector),
                           "--recovery", DIGITS, "--clear-key", "--seed",
                           str(method + sector), *options, plain=plain)
        expected = self.path("expected")
        with open(plain, "rb") as old, open(expected, "wb") as new:
            new.write(old.read())
        subprocess.run([os.path.join(suite.BUILD, "host/write-bitlocker"),
                        volume, expected, str(method)], check=True)
        self.assertFalse(filecmp.cmp(plain, expected, shallow=False))
        return volume, expected

    def dislocker(self, volume: str) -> str:
        """What dislocker reads."""
        out = self.path("dislocker")
        if os.path.exists(out):
            os.unlink(out)
        subprocess.run([tool("dislocker-file"), "-V", volume, f"-p{DIGITS}",
                        "--", out], check=True, capture_output=True,
                       timeout=TIMEOUT_SECONDS)
        return out

    def libbde(self, volume: str, method: int) -> str:
        """What libbde reads; "" of what it cannot."""
        out = self.path("libbde")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                              "libbde_read.py")
        done = subprocess.run([PYTHON, script, volume, out, DIGITS],
                              check=False, capture_output=True, text=True,
                              timeout=TIMEOUT_SECONDS)
        if method == XTS_256:
            self.assertEqual(done.returncode, LIBBDE_CANNOT, done)
            self.assertIn("tweak key", done.stderr)
            return ""
        self.assertEqual(done.returncode, 0, done)
        return out

    def dump(self, volume: str) -> str:
        """What cryptsetup says about the metadata."""
        return subprocess.run([tool("cryptsetup"), "bitlkDump", volume],
                              check=True, capture_output=True, text=True,
                              timeout=TIMEOUT_SECONDS).stdout

    def check(self, method: int, sector: int, *options: str):
        """All three readers agree with us."""
        volume, expected = self.written(method, sector, *options)
        with open(expected, "rb") as file:
            plain = file.read()
        with open(self.dislocker(volume), "rb") as file:
            self.assertTrue(file.read() == plain, "dislocker reads otherwise")
        libbde = self.libbde(volume, method)
        if libbde:
            with open(libbde, "rb") as file:
                # By the boot sector of NTFS: without its last sector.
                read = file.read()
            self.assertGreaterEqual(len(read), len(plain) - sector)
            self.assertTrue(plain.startswith(read), "libbde reads otherwise")
        text = self.dump(volume)
        mode, bits = METHODS[method]
        for pattern in (rf"Sector size:\s+{sector} ", rf"mode:\s+{mode}\n",
                        rf"key:\s+{bits} bits", "VMK protected with recovery",
                        rf"Volume size:\s+{len(plain)} "):
            self.assertRegex(text, pattern)

    def test_every_method(self):
        for method in METHODS:
            for sector in (512, 4096):
                with self.subTest(method=hex(method), sector=sector):
                    self.check(method, sector)

    def test_to_go(self):
        self.check(0x8004, 512, "--to-go")


def main() -> None:
    """Without the module of libbde there is nothing to be said of it."""
    found = subprocess.run([PYTHON, "-c", "import pybde"], check=False,
                           capture_output=True)
    if found.returncode:
        print("skipped: python3-libbde is not installed")
        print("0 passed, 0 failed")
        sys.exit(0)
    suite.main()


if __name__ == "__main__":
    main()
