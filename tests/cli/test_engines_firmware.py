#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""AES and SHA-256 inside firmware: the checks of test_engines.py as a UEFI
application on OVMF, on EDK2 for aarch64 and on U-Boot.  Firmware has its own
stack, calling convention and settings of the processor.
"""

import os
import tempfile
import unittest

import rig_folder  # pylint: disable=unused-import
from firmware import AAVMF, OVMF, UBOOT, Firmware
from qemu import POWER_OFF, Disk, Machine, boot
from suite import BUILD, main
from test_engines import C, INSTRUCTIONS, checks_expected
from toolbox import run_tool

MIB = 1024 * 1024
ESP_START = MIB
DISK_BYTES = 40 * MIB
ESP_BYTES = DISK_BYTES - 2 * MIB


OLD_PC = "qemu64"  # without instructions for AES and SHA-256


def make_disk(path: str, program: str) -> None:
    """A disk that starts one program."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path)) as esp:
        esp.truncate(ESP_BYTES)
        run_tool("mkfs.vfat", "-F", "32", "-s", "1", esp.name)
        run_tool("mmd", "-i", esp.name, "::/EFI", "::/EFI/BOOT")
        run_tool("mcopy", "-i", esp.name, program, "::/EFI/BOOT/")
        with open(path, "wb") as file:
            file.truncate(DISK_BYTES)
        run_tool("sgdisk", "-n", f"1:{ESP_START // 512}:+{ESP_BYTES // 512}",
                 "-t", "1:EF00", path)
        with open(path, "r+b") as file:
            file.seek(ESP_START)
            file.write(esp.read())


class EnginesInFirmware(unittest.TestCase):
    """One test for each firmware."""

    def expect(self, firmware: Firmware, aes: str, sha256: str,
               processor: str | None = None) -> None:
        """Every check is good, with these engines."""
        with tempfile.TemporaryDirectory() as directory:
            program = os.path.join(directory,
                                   f"BOOT{firmware.arch.upper()}.EFI")
            os.symlink(os.path.join(BUILD, f"engines-{firmware.arch}.efi"),
                       program)
            disk = os.path.join(directory, "disk")
            variables = os.path.join(directory, "variables")
            make_disk(disk, program)
            firmware.make_variables(variables)
            found = boot(Machine([Disk(disk, firmware.device)], variables,
                                 firmware=firmware, processor=processor))
        lines = found.lines()
        self.assertEqual(found.end, POWER_OFF, found.console[-2000:])
        self.assertIn("done, 0 failed", lines)
        self.assertIn(f"aes {aes}", lines)
        self.assertIn(f"sha256 {sha256}", lines)
        good = [line for line in lines if line.startswith("ok - ")]
        self.assertIn("ok - the stack is wiped", good)
        self.assertEqual(len(good), checks_expected(aes, sha256) + 1)

    def test_old_pc(self):
        self.expect(OVMF, C, C, OLD_PC)

    def test_pc(self):
        self.expect(OVMF, INSTRUCTIONS, C)

    def test_arm(self):
        self.expect(AAVMF, INSTRUCTIONS, INSTRUCTIONS)

    def test_uboot(self):
        self.expect(UBOOT, INSTRUCTIONS, INSTRUCTIONS)


if __name__ == "__main__":
    main()
