# SPDX-License-Identifier: GPL-2.0-or-later
"""The Windows volume of a test PC under BitLocker: encrypting it in place, the
keys that open it, and the plain disk as dislocker sees it.

Keys are made up from the scenario's name: the same in every run, and nobody
else's.
"""

import dataclasses
import functools
import hashlib
import mmap
import os
import re
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from ntfs_image import ATTRIBUTE_DATA, NtfsVolume  # noqa: E402
from diskimage import NTFS_START, put_file  # noqa: E402
from sparse import changed_ranges, copy_image, copy_part  # noqa: E402
from toolbox import run_tool  # noqa: E402

BLOCK_BYTES = 65536
START_BYTES = 8192  # of the volume, kept elsewhere
MIB = 1 << 20

# Where Windows has its metadata: files that nobody can open, so that NTFS gives
# the space to nobody else.  The volume's start is behind the first of them.
FOLDER = "/System Volume Information"
FILES = [f"FVE2.{{e40ad34d-dae9-4bc7-95bd-b16218c10f72}}.{number}"
         for number in (1, 2, 3)]
FILE_BYTES = (BLOCK_BYTES + START_BYTES, BLOCK_BYTES, BLOCK_BYTES)

METHODS = {"cbc-128-diffuser": 0x8000, "cbc-256-diffuser": 0x8001,
           "cbc-128": 0x8002, "cbc-256": 0x8003, "xts-128": 0x8004,
           "xts-256": 0x8005}
GROUPS = 8
TYPING_PAGE = re.compile(r"Loopbreaker: BitLocker recovery key.*?\x1b\[2J",
                         re.DOTALL)
SALT_ENTRY = bytes.fromhex("0300 0100 0010 0000")  # stretching
SALT_BYTES = 16
PAUSED = 3  # in the metadata
TPM, RECOVERY, STARTUP, CLEAR = "tpm", "recovery", "bek", "clear"


@dataclasses.dataclass
class Lock:
    """[bitlocker]: how a volume is encrypted, and what opens it."""

    method: str = "xts-128"
    protectors: list[str] = dataclasses.field(
        default_factory=lambda: [TPM, RECOVERY])
    paused: bool = False  # in the midst of being encrypted

    def __post_init__(self):
        unknown = set(self.protectors) - {TPM, RECOVERY, STARTUP, CLEAR}
        if unknown or self.method not in METHODS:
            raise ValueError(f"bitlocker: {self.method}, {unknown}")


def recovery_password(of: str, number: int) -> str:
    """48 digits; nobody has drawn them by lot."""
    digest = hashlib.sha256(f"{of} {number}".encode()).digest()
    return "-".join(f"{int.from_bytes(digest[2 * i:2 * i + 2]) * 11:06}"
                    for i in range(GROUPS))


def metadata_lines() -> list[str]:
    """For the manifest of a volume: the files that become the metadata."""
    lines = []
    for name, size in zip(FILES, FILE_BYTES):
        path = f"\"{FOLDER}/{name}\""
        lines += [f"file {path} zero {size}", f"flags {path} hidden system"]
    return lines


def _places(disk: str) -> list[int]:
    """Where these files are in the volume; each has to be in one piece."""
    places = []
    with open(disk, "rb") as file:
        volume = NtfsVolume(file, NTFS_START)
        for name, size in zip(FILES, FILE_BYTES):
            data = volume.attribute(
                volume.lookup(f"{FOLDER}/{name}".lstrip("/")), ATTRIBUTE_DATA)
            count = -(-size // volume.cluster_size)
            clusters = volume.clusters(data, 0, count)
            if clusters != list(range(clusters[0], clusters[0] + count)):
                raise ValueError(f"{name} is in pieces")
            places.append(clusters[0] * volume.cluster_size)
    return places


@dataclasses.dataclass
class Keys:
    """Everything that is secret about a volume, but for its digits."""

    key_ids: list[str]  # of the protectors
    vmk: bytes
    fvek: bytes
    method: int

    @staticmethod
    def read(path: str) -> "Keys":
        """What make-bitlocker has written."""
        with open(path, encoding="ascii") as file:
            words = [line.split() for line in file]
        found = {line[0]: line[1:] for line in words}
        return Keys([line[1].upper() for line in words
                     if line[0] == "protector"],
                    bytes.fromhex(found["vmk"][0]),
                    bytes.fromhex(found["fvek"][1]), int(found["fvek"][0], 16))


def plain_text_in(path: str, names: list[str]) -> list[str]:
    """What gives plain NTFS away on a medium: the headers of its records, and
    file names.
    """
    forms = {"an MFT record": b"FILE0\0\x03\0",
             "a piece of an index": b"INDX(\0\x09\0",
             **{f"the name {name}": name.encode("utf-16-le")
                for name in names}}
    with open(path, "rb") as file, mmap.mmap(
            file.fileno(), 0, access=mmap.ACCESS_READ) as medium:
        return [what for what, form in forms.items()
                if medium.find(form) >= 0]


class LockedVolume:
    """One that was encrypted."""

    def __init__(self, lock: Lock, name: str, disk: str, maker: str):
        """Encrypt the Windows volume of @disk, which is plain.

        @name: the keys are made of it
        @maker: make-bitlocker
        """
        self.lock = lock
        self.name = name
        self.places = _places(disk)
        self.passwords = [recovery_password(name, number)
                          for number, kind in enumerate(lock.protectors)
                          if kind == RECOVERY]
        with open(disk, "rb") as file:
            volume = NtfsVolume(file, NTFS_START)
            self.bytes = volume.size_bytes
            self.sector_bytes = volume.sector_size
        # By the protector's place among them all.
        self.bek_files = {number: f"{disk}.{number}.bek"
                          for number, kind in enumerate(lock.protectors)
                          if kind == STARTUP}
        self.keys = self._encrypt(disk, maker)

    def password(self, number: int) -> str:
        """The digits of protector @number, from 0."""
        return recovery_password(self.name, number)

    def _options(self, keys: str) -> list[str]:
        options = ["--method", hex(METHODS[self.lock.method]), "--sector",
                   str(self.sector_bytes), "--keys", keys, "--seed",
                   str(int.from_bytes(hashlib.sha256(
                       self.name.encode()).digest()[:4]))]
        for place in self.places:
            options += ["--place", str(place)]
        for number, kind in enumerate(self.lock.protectors):
            options += {TPM: ["--tpm"], CLEAR: ["--clear-key"],
                        RECOVERY: ["--recovery", self.password(number)],
                        STARTUP: ["--bek", self.bek_files.get(number, "")]
                        }[kind]
        if self.lock.paused:
            options += ["--state", str(PAUSED), "--next-state", "1",
                        "--encrypted", str(self.bytes // 2)]
        return options

    def _encrypt(self, disk: str, maker: str) -> Keys:
        plain, locked, keys = (disk + suffix for suffix in
                               (".plain", ".locked", ".keys"))
        with open(plain, "wb") as file:
            file.truncate(self.bytes)
        copy_part(disk, plain, 0, self.bytes, NTFS_START)
        run_tool(maker, plain, locked, *self._options(keys))
        copy_part(locked, disk, NTFS_START, self.bytes)
        found = Keys.read(keys)
        for path in (plain, locked, keys):
            os.remove(path)
        put_file(disk, "standin.txt", (
            f"volume-key {found.method:#x} {found.fvek.hex()}\n").encode(),
                 appends=True)
        return found

    def make_plain(self, disk: str, out: str) -> str:
        """Make @out a copy of a disk, its volume as dislocker decrypts it."""
        volume = out + ".volume"
        key = f"-p{self.passwords[0]}" if self.passwords else "-c"
        run_tool("dislocker-file", "-r", "-O", str(NTFS_START), "-V", disk,
                 key, "--", volume)
        copy_image(disk, out)
        with open(out, "r+b") as file:
            file.seek(NTFS_START)
            with open(volume, "rb") as source:
                while piece := source.read(MIB):
                    file.write(piece)
        os.remove(volume)
        return out

    def salt(self, disk: str, number: int) -> bytes:
        """Of recovery password @number, from the first block."""
        with open(disk, "rb") as file:
            file.seek(NTFS_START + self.places[0])
            block = file.read(BLOCK_BYTES)
        entry = block.index(uuid.UUID(self.keys.key_ids[number]).bytes_le)
        at = block.index(SALT_ENTRY, entry) + len(SALT_ENTRY)
        return block[at:at + SALT_BYTES]

    def metadata_ranges(self) -> list[tuple[int, int]]:
        """Bytes of the disk, (start, end), that nobody but Windows may write.
        """
        return [(NTFS_START + start, NTFS_START + start + size)
                for start, size in ((0, START_BYTES),
                                    *zip(self.places, FILE_BYTES))]

    def metadata_changed(self, before: str, after: str) -> list[str]:
        """Complaints, none if it is locked as it was."""
        return [f"the metadata of BitLocker were written: bytes {start} to "
                f"{end}" for start, end in changed_ranges(before, after)
                for first, last in self.metadata_ranges()
                if start < last and end > first]

    @functools.cached_property
    def secret_texts(self) -> list[str]:
        """Expressions for what may be in no log, report or picture."""
        found = []
        for password in self.passwords:
            groups = password.split("-")
            # Two groups in a row are no accident.
            found += [f"{a}[^0-9]{{0,3}}{b}" for a, b in
                      zip(groups, groups[1:])]
        keys = self.keys
        found += [re.escape(part.hex()) for part in (
            keys.vmk[:16], keys.fvek[:16])]
        return found

    def said(self, text: str) -> list[str]:
        """Complaints, none if there is no secret in @text, but for the page
        on which one is being typed: that is shown, and firmware shows all
        on its serial port as well.
        """
        text = TYPING_PAGE.sub("", text)
        return [f"a secret was said: /{pattern}/"
                for pattern in self.secret_texts
                if re.search(pattern, text, re.IGNORECASE)]
