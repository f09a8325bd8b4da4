# SPDX-License-Identifier: GPL-2.0-or-later
"""The product's own images as the second disk of a test PC: made as "make images"
makes them, and put onto a stick that is larger than the image.
"""

import dataclasses
import hashlib
import os
import re
import shutil
import struct
import sys
import tempfile

from bootvars import END_NODE, LOAD_OPTION_ACTIVE
from sparse import copy_image
from toolbox import run_tool

HERE = os.path.dirname(os.path.abspath(__file__))
MAKE = os.path.join(HERE, "..", "..", "images", "make.py")
USB, ISO = "usb-image", "iso"
NAMES = {USB: "loopbreaker-usb.img", ISO: "loopbreaker.iso"}
WORDS = {USB: "usb", ISO: "iso"}  # for --only
MIB = 1 << 20
SECTOR_BYTES = 512
STICK_TAIL_BYTES = 24 * MIB  # of the stick, behind the image
REDO_NUMBER = "2"

# EFI_DEV_PATH nodes: ACPI, PCI, SATA, and the short form for every USB storage
# device (UEFI 2.10, 10.3 and 3.1.2).
ACPI_ROOT = struct.pack("<BBHII", 2, 1, 12, 0x0a0341d0, 0)
AHCI_OF_Q35 = struct.pack("<BBHBB", 1, 1, 6, 2, 0x1f)
USB_STORAGE = struct.pack("<BBHHHBBB", 3, 15, 11, 0xffff, 0xffff, 8, 0xff, 0xff)


@dataclasses.dataclass
class Wishes:
    """What goes onto an image beside the applications."""

    policy: str | None = None  # paths
    policy_key: str | None = None
    keys: str | None = None
    signer: tuple[str, str] | None = None  # key and certificate
    shim: str | None = None  # folder


def make_image(kind: str, path: str, build: str, wishes: Wishes) -> None:
    """Make the image; @build: a folder like build/"""
    words = []
    for option in ("policy", "policy_key", "keys", "shim"):
        value = getattr(wishes, option)
        if value:
            words += ["--" + option.replace("_", "-"), value]
    if wishes.signer:
        words += ["--key", wishes.signer[0], "--cert", wishes.signer[1]]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as parts:
        run_tool(sys.executable, MAKE, "--build", build, "--output",
                 os.path.join(parts, "images"), "--only", WORDS[kind], *words)
        copy_image(os.path.join(parts, "images", NAMES[kind]), path)
    if kind == USB:
        os.truncate(path, os.path.getsize(path) + STICK_TAIL_BYTES)


def copy_programs(build: str, directory: str) -> str:
    """What make_image() wants, as it is now; returns a folder like build/"""
    os.makedirs(os.path.join(directory, "host"), exist_ok=True)
    for name in ("loopbreaker-x64.efi", "loopbreaker-aa64.efi",
                 "host/loopbreaker"):
        shutil.copy(os.path.join(build, name), os.path.join(directory, name))
    return directory


def _option(nodes: bytes) -> bytes:
    """Boot#### without a file: the firmware looks for its default one."""
    nodes += END_NODE
    return (struct.pack("<IH", LOAD_OPTION_ACTIVE, len(nodes)) +
            "From outside\0".encode("utf-16-le") + nodes)


def image_option(device: str, index: int) -> bytes:
    """Boot#### as the firmware's menu has it; @index: of the disk"""
    if device == "sata-cd":
        return _option(ACPI_ROOT + AHCI_OF_Q35 + struct.pack(
            "<BBHHHH", 3, 18, 10, index, 0xffff, 0))
    return _option(USB_STORAGE)


def redo_place(path: str) -> tuple[int, int]:
    """Start and bytes of the partition for redo records, as sgdisk has it."""
    said = run_tool("sgdisk", "-i", REDO_NUMBER, path)
    first, last = (int(re.search(rf"{word} sector: (\d+)", said)[1])
                   for word in ("First", "Last"))
    return first * SECTOR_BYTES, (last - first + 1) * SECTOR_BYTES


def digest_without_redo(path: str) -> str:
    """Of what nobody may change."""
    start, size = redo_place(path)
    total = hashlib.sha256()
    with open(path, "rb") as file:
        total.update(file.read(start))
        file.seek(start + size)
        total.update(file.read())
    return total.hexdigest()
