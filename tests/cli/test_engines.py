#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""AES and SHA-256 on processors that this machine is not: is the right engine
chosen, and is what it computes right?  QEMU plays the processor.
"""

import os
import platform
import shutil
import subprocess
import unittest

from suite import BUILD, main

C, INSTRUCTIONS = "C", "instructions"
# What QEMU calls a processor; the engines for AES and for SHA-256.  QEMU 7.2
# plays no x86 processor with SHA instructions: those are tested where the
# machine has them (test_sha256, and the last test here).
PROCESSORS = {
    "aarch64": (
        ("max", INSTRUCTIONS, INSTRUCTIONS),
        ("cortex-a57", INSTRUCTIONS, INSTRUCTIONS),
    ),
    "x86_64": (
        ("max,-sha-ni", INSTRUCTIONS, C),
        ("max,-sha-ni,-aes", C, C),
        ("max,-sse4.1", C, C),
        ("qemu64", C, C),
    ),
}
FLAVOURS = {"aarch64": "linux-aa64", "x86_64": "linux-x64"}
AES_CHECKS, SHA256_CHECKS = 7, 3
AES_CALLS, SHA256_CALLS = 7, 1  # of a kernel, for what they leave behind


def run(architecture: str, processor: str):
    """The checks on one processor, whatever becomes of them."""
    program = os.path.join(BUILD, FLAVOURS[architecture], "crypto_check")
    return subprocess.run(
        [f"qemu-{architecture}", "-cpu", processor, program],
        text=True, capture_output=True, check=False, timeout=300)


def checks_expected(aes: str, sha256: str) -> int:
    """How many there are, if each engine that is there is checked."""
    return (AES_CHECKS + SHA256_CHECKS +
            (AES_CHECKS + AES_CALLS) * (aes == INSTRUCTIONS) +
            (SHA256_CHECKS + SHA256_CALLS) * (sha256 == INSTRUCTIONS))


class Engines(unittest.TestCase):
    """One test for each architecture."""

    def expect(self, architecture: str) -> None:
        """Every processor of it."""
        self.assertIsNotNone(shutil.which(f"qemu-{architecture}"))
        for processor, aes, sha256 in PROCESSORS[architecture]:
            with self.subTest(processor=processor):
                done = run(architecture, processor)
                lines = done.stdout.splitlines()
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertIn(f"aes {aes}", lines)
                self.assertIn(f"sha256 {sha256}", lines)
                good = [line for line in lines if line.startswith("ok - ")]
                self.assertEqual(len(good), checks_expected(aes, sha256))

    def test_aarch64(self):
        self.expect("aarch64")

    def test_x86_64(self):
        self.expect("x86_64")

    def test_this_machine(self):
        """The real processor, whatever it has."""
        flavour = FLAVOURS.get(platform.machine())
        if not flavour:
            self.skipTest(f"no kernels for {platform.machine()}")
        done = subprocess.run(
            [os.path.join(BUILD, flavour, "crypto_check")], text=True,
            capture_output=True, check=False, timeout=300)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("not ok", done.stdout)


if __name__ == "__main__":
    main()
