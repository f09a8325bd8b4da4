#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Takes a picture of the page on which a recovery key is typed.

usage: key_page.py OUTPUT.png

Boots a PC with a locked volume from a stick, types two groups, the second of
them wrong, and has zbarimg read the QR code off the picture.
"""

import os
import re
import sys
import tempfile

import picture
from firmware import OVMF
from qemu import STOPPED, Disk, Machine, boot
from toolbox import run_tool

MIB = 1 << 20
DIGITS = "000011-000022-000033-000044-000055-000066-000077-720885"
TYPED = "000011-000032-"
# ... and the cursor is back in the line.
WRONG_GROUP = re.compile(r"Group 2 is wrong.*Esc[^\x1b]*\x1b\[[0-9;]*H",
                         re.DOTALL)
KEY_ID = re.compile("Key ID: ([0-9A-F-]{36})")


def make_stick(path: str, application: str) -> None:
    """A stick with nothing but Loopbreaker."""
    with open(path, "wb") as file:
        file.truncate(40 * MIB)
    run_tool("mkfs.vfat", "-F", "16", path)
    run_tool("mmd", "-i", path, "::EFI", "::EFI/BOOT")
    run_tool("mcopy", "-i", path, application, "::EFI/BOOT/BOOTX64.EFI")


def make_disk(path: str, maker: str) -> None:
    """A disk with one locked volume."""
    plain, locked = path + ".plain", path + ".locked"
    with open(plain, "wb") as file:
        file.truncate(16 * MIB)
    run_tool("mkntfs", "-q", "-F", "-Q", "-s", "512", "-p", "0", "-H", "255",
             "-S", "63", plain)
    run_tool(maker, plain, locked, "--recovery", DIGITS)
    with open(path, "wb") as disk, open(locked, "rb") as volume:
        disk.truncate(18 * MIB)
        disk.seek(MIB)
        disk.write(volume.read())
    run_tool("sgdisk", "-n", "1:2048:34815", "-t", "1:0700", path)


def take(build: str, output: str) -> None:
    """Boot once and look."""
    with tempfile.TemporaryDirectory() as directory:
        disk, stick, variables = (os.path.join(directory, name)
                                  for name in ("disk", "stick", "variables"))
        make_stick(stick, os.path.join(build, "loopbreaker-x64.efi"))
        make_disk(disk, os.path.join(build, "host/make-bitlocker"))
        OVMF.make_variables(variables)
        run = boot(Machine([Disk(stick, "usb", is_removable=True),
                            Disk(disk)], variables, screenshot=output,
                           keys=TYPED), stop_at=WRONG_GROUP)
    said = KEY_ID.search(run.console)
    if run.end != STOPPED or not said:
        raise picture.NotTaken(f"the boot ended by {run.end}: {run.error}")
    seen = run_tool("zbarimg", "--quiet", "--raw", output).strip()
    if seen != said.group(1):
        raise picture.NotTaken(f"the QR code says {seen!r}, the text "
                               f"{said.group(1)!r}")


if __name__ == "__main__":
    sys.exit(picture.main(__doc__, take))
