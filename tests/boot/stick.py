# SPDX-License-Identifier: GPL-2.0-or-later
"""A technician's stick: Loopbreaker where firmware looks for it, files with
keys beside it, and a partition for redo records.
"""

import hashlib
import os
import tempfile
import uuid

from bootvars import LoadOption
from redo_media import MEDIUM_BYTES, MEDIUM_START, make_redo_stick
from sparse import copy_part
from toolbox import run_tool

MIB = 1 << 20
SECTOR_BYTES = 512
FAT_START = MEDIUM_START + MEDIUM_BYTES
FAT_BYTES = 36 * MIB
FAT_GUID = uuid.UUID("8b2f6d1e-3045-4c67-9d89-aebcdef01234")
FAT_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"


def make_stick(path: str, application: str, target: str,
               files: dict[str, bytes]) -> None:
    """Make the image.

    @target: where @application goes: "\\EFI\\BOOT\\BOOTX64.EFI"
    @files: what lies in the root
    """
    make_redo_stick(path, [(FAT_START, FAT_BYTES, FAT_TYPE, str(FAT_GUID))])
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as parts:
        fat = os.path.join(parts, "fat")
        with open(fat, "wb") as file:
            file.truncate(FAT_BYTES)
        run_tool("mkfs.vfat", "-F", "16", "-i", "20240720", "-n", "RESCUE",
                 fat)
        folders = target.replace("\\", "/").split("/")[1:-1]
        for depth in range(1, len(folders) + 1):
            run_tool("mmd", "-i", fat, "::/" + "/".join(folders[:depth]))
        run_tool("mcopy", "-i", fat, application,
                 "::" + target.replace("\\", "/"))
        for name, content in files.items():
            source = os.path.join(parts, "content")
            with open(source, "wb") as file:
                file.write(content)
            run_tool("mcopy", "-i", fat, source, f"::/{name}")
        copy_part(fat, path, FAT_START, FAT_BYTES)


def take_away(path: str, names: list[str]) -> None:
    """Delete files in the root."""
    for name in names:
        run_tool("mdel", "-i", f"{path}@@{FAT_START}", f"::/{name}")


def stick_option(target: str) -> bytes:
    """Boot#### of the stick."""
    return LoadOption("Loopbreaker", FAT_GUID, target).encode(
        2, FAT_START // SECTOR_BYTES, FAT_BYTES // SECTOR_BYTES)


def fat_digest(path: str) -> str:
    """Of what nobody may change: all but the redo records."""
    with open(path, "rb") as file:
        file.seek(FAT_START)
        return hashlib.sha256(file.read(FAT_BYTES)).hexdigest()
