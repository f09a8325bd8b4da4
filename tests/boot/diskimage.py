# SPDX-License-Identifier: GPL-2.0-or-later
"""Builds the disk of a test PC as an image file, without root.

A GPT disk with an EFI system partition and a Windows volume, made with
mkfs.vfat, mtools, mkntfs, fdisk and our ntfs_populate.
"""

import dataclasses
import os
import tempfile
import uuid

from bootvars import LoadOption
from sparse import copy_part
from toolbox import run_tool
from windows_image import (
    WINDOWS_SERIAL, VolumeSpec, make_neighbour, make_windows_volume)

MIB = 1 << 20
ESP_START = 1 * MIB
ESP_BYTES = 40 * MIB
NTFS_START = ESP_START + ESP_BYTES
TAIL_BYTES = 1 * MIB  # room for the second partition table
NEIGHBOUR_BYTES = 16 * MIB
SERIALS_PER_DISK = 16

DISK_GUID = uuid.UUID("a1f3c5d7-0b2e-4c6a-8d10-2e4f60718293")
ESP_GUID = uuid.UUID("b2e4d6f8-1a3c-4e5f-9021-3143516577a9")
NTFS_GUID = uuid.UUID("c3d5e7f9-2b4d-4f61-a132-425364758697")
BESIDE_GUID = uuid.UUID("d4e6f80a-3c5e-4072-b243-536475869700")  # the first
ESP_TYPE = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
RESERVED_TYPE = "E3C9E316-0B5C-4DB8-817D-F92DF00215AE"
WINRE_TYPE = "DE94BBA4-06D1-4D40-A16A-BFD50179D6AC"
DATA_TYPE = "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"

# What may lie behind the Windows volume; the types of such partitions.
RESERVED, WINRE, DATA, TWIN, WINDOWS, ENCRYPTED = (
    "reserved", "winre", "data", "twin", "windows", "encrypted")
BESIDE = {RESERVED: RESERVED_TYPE, WINRE: WINRE_TYPE, DATA: DATA_TYPE,
          TWIN: DATA_TYPE, WINDOWS: DATA_TYPE, ENCRYPTED: DATA_TYPE}

# A BitLocker volume, as much of it as identifies one.
BITLOCKER_METADATA = 65536
BITLOCKER_SECTOR = (b"\xeb\x58\x90-FVE-FS-" + (512).to_bytes(2, "little") +
                    b"\x08").ljust(21, b"\0") + b"\xf8"
BITLOCKER_GUID = uuid.UUID("4967d63b-2e29-4ad8-8399-f6a339e3d001")

WINDOWS_PATH = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi"
LOOPBREAKER_FOLDER = "EFI/Loopbreaker"
LOOPBREAKER_PATH = "\\EFI\\Loopbreaker\\loopbreaker.efi"
# What Windows puts behind its own boot option.
WINDOWS_OPTIONAL_DATA = (
    b"WINDOWS\0" + (1).to_bytes(4, "little") + (0x88).to_bytes(4, "little") +
    (0x78).to_bytes(4, "little") +
    "BCDOBJECT={9dea862c-5cdd-4e70-acc1-f32b344d4795}".encode("utf-16-le") +
    b"\0\0").ljust(0x88, b"\0")


@dataclasses.dataclass
class DiskSpec:
    """What the disk of a test PC is to look like."""

    volume: VolumeSpec
    sector_bytes: int = 512
    beside: list[str] = dataclasses.field(default_factory=list)  # of BESIDE
    number: int = 0  # two disks of one PC have no identity in common
    is_beside_first: bool = False  # ... has the lower partition numbers
    windows_path: str = WINDOWS_PATH


def _write_bitlocker(file) -> None:
    """What tells a volume that only its key opens."""
    file.write(BITLOCKER_SECTOR)
    file.seek(160)
    file.write(BITLOCKER_GUID.bytes_le)
    file.seek(176)
    file.write(BITLOCKER_METADATA.to_bytes(8, "little"))
    file.seek(510)
    file.write(b"\x55\xaa")
    file.seek(BITLOCKER_METADATA)
    file.write(b"-FVE-FS-" + (64).to_bytes(2, "little") +
               (2).to_bytes(2, "little"))


def own_guid(guid: uuid.UUID, number: int) -> str:
    """No two disks of a PC have one GUID."""
    return str(uuid.UUID(int=guid.int + (number << 64)))


class DiskBuilder:
    """Makes one disk image."""

    def __init__(self, path: str, spec: DiskSpec, tools: str):
        self.path = path
        self.spec = spec
        self.tools = tools

    def build(self, windows_efi: str, loopbreaker_efi: str | None,
              script: str) -> None:
        """Make the image."""
        with tempfile.TemporaryDirectory(
                dir=os.path.dirname(self.path)) as parts:
            esp = self._make_esp(parts, windows_efi, loopbreaker_efi, script)
            ntfs, room = self._make_windows(parts, NTFS_START, 0)
            images = [(ESP_START, ESP_BYTES, ESP_TYPE, ESP_GUID, "EFI", esp),
                      (NTFS_START, room, DATA_TYPE, NTFS_GUID, "Windows",
                       ntfs)]
            for place, kind in enumerate(self.spec.beside, 1):
                start = images[-1][0] + images[-1][1]
                image, room = self._make_beside(parts, kind, start, place)
                guid = uuid.UUID(int=BESIDE_GUID.int + place)
                images.append((start, room, BESIDE[kind], guid, kind, image))
            end = images[-1][0] + images[-1][1]
            with open(self.path, "wb") as file:
                file.truncate(end + TAIL_BYTES)
            self._partition(parts, images)
            for start, size, _, _, _, image in images:
                copy_part(image, self.path, start, size)

    def _serial(self, place: int) -> int:
        """Of the volume in that place of the disk; Windows' is 0."""
        return WINDOWS_SERIAL + place + SERIALS_PER_DISK * self.spec.number

    def _make_windows(self, parts: str, start: int,
                      place: int) -> tuple[str, int]:
        directory = os.path.join(parts, f"windows-{place}")
        os.mkdir(directory)
        return make_windows_volume(
            directory, self.spec.volume, self.spec.sector_bytes, start,
            self._serial(place), self.tools)

    def _make_beside(self, parts: str, kind: str, start: int,
                     place: int) -> tuple[str, int]:
        """A partition behind the Windows volume; returns image and size."""
        if kind == WINDOWS:
            return self._make_windows(parts, start, place)
        if kind in (RESERVED, ENCRYPTED):
            image = os.path.join(parts, kind + ".img")
            with open(image, "wb") as file:
                file.truncate(NEIGHBOUR_BYTES)
                if kind == ENCRYPTED:
                    _write_bitlocker(file)
            return image, NEIGHBOUR_BYTES
        serial = self._serial(0 if kind == TWIN else place)
        return make_neighbour(parts, kind, NEIGHBOUR_BYTES,
                              self.spec.sector_bytes, start, serial,
                              self.tools), NEIGHBOUR_BYTES

    def _partition(self, parts: str, table: list[tuple]) -> None:
        sector = self.spec.sector_bytes
        if self.spec.is_beside_first:
            table = [table[0], *table[2:], table[1]]
        answers = ["g"]
        for number, (start, size, *_) in enumerate(table, 1):
            answers += ["n", str(number), str(start // sector),
                        str((start + size) // sector - 1)]
        for number, (_, _, kind, *_) in enumerate(table, 1):
            answers += ["t", str(number), kind]
        answers += ["x", "i", self._own(DISK_GUID)]
        for number, (_, _, _, guid, name, _) in enumerate(table, 1):
            answers += ["u", str(number), self._own(guid), "n", str(number),
                        name]
        answers += ["r", "w"]
        script = os.path.join(parts, "answers")
        with open(script, "w", encoding="ascii") as file:
            file.write("\n".join(answers) + "\n")
        run_tool("fdisk", "-w", "never", "-W", "never", "-b", str(sector),
                 self.path, feed=script)

    def _own(self, guid: uuid.UUID) -> str:
        return own_guid(guid, self.spec.number)

    def _make_esp(self, parts: str, windows_efi: str,
                  loopbreaker_efi: str | None, script: str) -> str:
        esp = os.path.join(parts, "esp.img")
        with open(esp, "wb") as file:
            file.truncate(ESP_BYTES)
        fat = "32" if self.spec.sector_bytes == 512 else "16"
        run_tool("mkfs.vfat", "-F", fat, "-s", "1", "-i", "20240719", "-S",
                 str(self.spec.sector_bytes), "-n", "SYSTEM", esp)
        run_tool("mmd", "-i", esp, "::/EFI", "::/EFI/Microsoft",
                 "::/EFI/Microsoft/Boot", "::/EFI/Loopbreaker",
                 "::/EFI/BOOT")
        run_tool("mcopy", "-i", esp, windows_efi,
                 "::" + self.spec.windows_path.replace("\\", "/"))
        if loopbreaker_efi:
            run_tool("mcopy", "-i", esp, loopbreaker_efi,
                     "::" + LOOPBREAKER_PATH.replace("\\", "/"))
        text = os.path.join(parts, "standin.txt")
        with open(text, "w", encoding="ascii") as file:
            file.write(script)
        run_tool("mcopy", "-i", esp, text, "::/standin.txt")
        return esp


def put_file(disk: str, path: str, content: bytes,
             appends: bool = False) -> None:
    """Put a file on the system partition of an image; "FOLDER/NAME"

    @appends: to what it holds
    """
    place = ["-i", f"{disk}@@{ESP_START}"]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(disk)) as directory:
        source = os.path.join(directory, "file")
        if appends:
            run_tool("mcopy", *place, f"::/{path}", source)
        with open(source, "ab") as file:
            file.write(content)
        run_tool("mcopy", "-o", *place, source, f"::/{path}")


def delete_files(disk: str, paths: list[str]) -> None:
    """Delete files on the system partition of an image; "FOLDER/NAME" """
    for path in paths:
        run_tool("mdel", "-i", f"{disk}@@{ESP_START}", f"::/{path}")


def put_boot_file(disk: str, name: str, content: bytes) -> None:
    """Put a file beside the boot manager on the system partition of an image.
    """
    put_file(disk, f"EFI/Microsoft/Boot/{name}", content)


def windows_option(sector_bytes: int, path: str = WINDOWS_PATH,
                   optional_data: bytes = WINDOWS_OPTIONAL_DATA) -> bytes:
    """Boot#### as Windows makes it."""
    return LoadOption("Windows Boot Manager", ESP_GUID, path,
                      optional_data=optional_data).encode(
                          1, ESP_START // sector_bytes,
                          ESP_BYTES // sector_bytes)


def loopbreaker_option(sector_bytes: int) -> bytes:
    """Boot#### as the installer makes it."""
    return LoadOption("Loopbreaker", ESP_GUID, LOOPBREAKER_PATH).encode(
        1, ESP_START // sector_bytes, ESP_BYTES // sector_bytes)
