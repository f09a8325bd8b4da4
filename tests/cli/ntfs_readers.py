# SPDX-License-Identifier: GPL-2.0-or-later
"""One NTFS volume in an image, as independent readers see it: The Sleuth Kit,
ntfs-3g's programs, and a reader without any library.
"""

import dataclasses
import functools
import hashlib
import os
import re
import shutil
import struct
import subprocess
import tempfile

# pylint: disable=wrong-import-order
from volume_maker import NtfsVolume, pieces, run_tool
from ntfs_image import (ATTRIBUTE_FILE_NAME, ATTRIBUTE_INDEX_ALLOCATION,
                        MFT_RECORD_ROOT, FileName)
from toolbox import ToolError

SECTOR_BYTES = 512
NAMESPACE_DOS = 2
MFT_RECORD_MIRROR = 1
MFT_RECORD_VOLUME = 3
MIRRORED_RECORDS = 4
FIRST_USER_RECORD = 24
# Their content is the volume's own administration, or all of the volume.
RECORDS_NOT_COMPARED = (0, 1, 2, 6, 8)

FLS_LINE = re.compile(r"^(?P<type>[a-zA-Z-])/(?P<kind>\S+) (?P<deleted>\* )?"
                      r"(?P<inode>\d+)-(?P<attribute>\d+-\d+)"
                      r"(\(realloc\))?:\t(?P<path>.*)$", re.M)
DATA_ATTRIBUTE = re.compile(r"^Type: \$DATA \((128-\d+)\)", re.M)
# What a name changes in The Sleuth Kit's description of a file: the name, the
# size of its attribute, and the attribute's number.
NAME_LINES = re.compile(r"^(Name: .*|Type: \$FILE_NAME .*|Type: 48-\d+ .*)\n",
                        re.M)


class Unreadable(Exception):
    """A reader does not know this form of NTFS."""


@dataclasses.dataclass(frozen=True)
class Entry:
    """One name of a file, or of a stream of it."""

    inode: int
    attribute: str


def find_volume(image: str) -> int:
    """Where the one NTFS volume begins: at 0, or at an MBR's partition."""
    with open(image, "rb") as file:
        sector = file.read(SECTOR_BYTES)
    if sector[3:7] == b"NTFS":
        return 0
    start, = struct.unpack_from("<I", sector, 446 + 8)
    return start * SECTOR_BYTES


class VolumeReader:
    """Questions about one volume, which stays as it is meanwhile: answers are
    kept.
    """

    def __init__(self, image: str, offset: int):
        self.image = image
        self.offset = offset
        self.place = ["-o", str(offset // SECTOR_BYTES)]

    def open(self, file) -> NtfsVolume:
        """The volume in an opened image, for the reader without a library."""
        return NtfsVolume(file, self.offset)

    def cluster_bytes(self) -> int:
        """The Sleuth Kit only knows clusters up to 64 KiB."""
        with open(self.image, "rb") as file:
            return self.open(file).cluster_size

    # --- The Sleuth Kit -------------------------------------------------------

    def _ask(self, program: str, *words: str) -> str:
        try:
            return run_tool(program, "-f", "ntfs", *self.place, *words)
        except ToolError as error:
            raise Unreadable(str(error)) from error

    @functools.cache
    def listing(self) -> str:
        """Every name on the volume."""
        return self._ask("fls", "-r", "-p", self.image)

    def entries(self) -> dict[str, Entry]:
        """Every file, folder and stream by path; deleted ones left out."""
        return {m["path"]: Entry(int(m["inode"]), m["attribute"])
                for m in FLS_LINE.finditer(self.listing())
                if not m["deleted"] and m["type"] not in "Vv"}

    @functools.cache
    def description(self, inode: int) -> str:
        """All that istat says: flags, times, names, sizes, data runs."""
        return self._ask("istat", "-z", "UTC", self.image, str(inode))

    def descriptions(self) -> dict[int, str]:
        """Of every used MFT record."""
        return {n: self.description(n) for n in self.records()}

    @functools.cache
    def contents(self, inode: int) -> dict[str, str]:
        """The checksum of each stream of a file."""
        found = {}
        for attribute in DATA_ATTRIBUTE.findall(self.description(inode)):
            data = subprocess.run(
                ["icat", "-f", "ntfs", *self.place, self.image,
                 f"{inode}-{attribute}"],
                capture_output=True, check=True).stdout
            found[attribute] = hashlib.sha256(data).hexdigest()
        return found

    def unnamed(self, inode: int) -> str:
        """The checksum of a file's main stream, which comes first."""
        return next(iter(self.contents(inode).values()))

    def all_contents(self) -> dict[int, dict[str, str]]:
        """Of every used MFT record but the volume's administration."""
        return {n: self.contents(n) for n in self.records()
                if n not in RECORDS_NOT_COMPARED}

    # --- Without a library ----------------------------------------------------

    @functools.cache
    def records(self) -> dict[int, bytes]:
        """Every used MFT record, without the counter of its writes."""
        with open(self.image, "rb") as file:
            return {number: _without_update_sequence(record)
                    for number, record in self.open(file).records_in_use()}

    def parent(self, number: int) -> int:
        """The folder a file's record names."""
        with open(self.image, "rb") as file:
            value = self.open(file).attribute(
                number, ATTRIBUTE_FILE_NAME).value
        return FileName.parse(value).parent

    def folder_entry(self, folder: int, name: str) -> FileName:
        """What a directory's index says about a name."""
        with open(self.image, "rb") as file:
            return self.open(file).directory(folder)[name]

    def is_dirty(self) -> bool:
        """Is VOLUME_IS_DIRTY set?"""
        with open(self.image, "rb") as file:
            return self.open(file).is_dirty()

    def user_files(self) -> dict[str, int]:
        """The plain files by path, found through the names in the records."""
        names: dict[int, tuple[int, str]] = {}
        folders = set()
        with open(self.image, "rb") as file:
            volume = self.open(file)
            for number, record in volume.records_in_use():
                if record[22] & 2:
                    folders.add(number)
                for attribute in volume.attributes(number):
                    if attribute.kind != ATTRIBUTE_FILE_NAME:
                        continue
                    name = FileName.parse(attribute.value)
                    if name.namespace != NAMESPACE_DOS:
                        names[number] = (name.parent, name.name)
        found = {}
        for number, (parent, name) in names.items():
            if number < FIRST_USER_RECORD or number in folders:
                continue
            path = name
            while parent in names and parent != MFT_RECORD_ROOT:
                path = f"{names[parent][1]}/{path}"
                parent = names[parent][0]
            if not path.startswith("$Extend/"):
                found[path] = number
        return found

    def places(self, file_record: int, folder: int) -> list[tuple[int, int]]:
        """The byte ranges of the image that a new name of a file touches: its
        record, the folder's, and the blocks of the folder's index; and the
        volume's record, written twice so that its counter goes up.  Copies of
        records in $MFTMirr, which is a whole cluster long, are like them.
        """
        with open(self.image, "rb") as file:
            volume = self.open(file)
            size = volume.record_size
            mirror = volume.attribute(MFT_RECORD_MIRROR, 0x80)
            found = [(table, n * size, size) for table in (volume.mft, mirror)
                     for n in (file_record, folder, MFT_RECORD_VOLUME)
                     if (n + 1) * size <= table.size]
            found += [(a, 0, a.size) for a in volume.attributes(folder)
                      if a.kind == ATTRIBUTE_INDEX_ALLOCATION]
            return [place for a, position, length in found
                    for place in self._places(volume, a, position, length)]

    def _places(self, volume, attribute, position, length):
        end = position + length
        while position < end:
            first, skip = divmod(position, volume.cluster_size)
            cluster = volume.clusters(attribute, first, 1)[0]
            piece = min(volume.cluster_size - skip, end - position)
            start = self.offset + cluster * volume.cluster_size + skip
            yield start, start + piece
            position += piece

    def copy_with_mirror(self, path: str) -> "VolumeReader":
        """A copy in which $MFTMirr is what the $MFT begins with."""
        shutil.copyfile(self.image, path)
        with open(path, "r+b") as file:
            volume = self.open(file)
            first = volume.read(volume.mft, 0,
                                MIRRORED_RECORDS * volume.record_size)
            volume.write(volume.attribute(MFT_RECORD_MIRROR, 0x80), 0, first)
        return VolumeReader(path, self.offset)

    # --- ntfs-3g's programs ---------------------------------------------------

    def probe(self, mode: str = "--readwrite") -> int:
        """The exit status of ntfs-3g.probe: 0 where ntfs-3g would mount."""
        with tempfile.TemporaryDirectory() as folder:
            return subprocess.run(
                ["ntfs-3g.probe", mode, self.extract(folder)],
                capture_output=True, check=False).returncode

    def complaints_of_ntfsfix(self) -> str:
        """What ntfsfix would repair."""
        with tempfile.TemporaryDirectory() as folder:
            try:
                words = run_tool("ntfsfix", "-n", self.extract(folder))
            except ToolError as error:
                return str(error)
        return "" if "processed successfully" in words else words

    def extract(self, folder: str) -> str:
        """The volume as an image of its own."""
        if not self.offset:
            return self.image
        path = os.path.join(folder, "volume")
        with open(self.image, "rb") as file:
            size = self.open(file).size_bytes
        with open(path, "wb") as file:
            file.truncate(size)
            for start, data in pieces(self.image):
                if start + len(data) > self.offset:
                    skip = max(0, self.offset - start)
                    file.seek(start + skip - self.offset)
                    file.write(data[skip:][:size - file.tell()])
        return path


def _without_update_sequence(record: bytes) -> bytes:
    offset, count = struct.unpack_from("<HH", record, 4)
    return record[:offset] + record[offset + 2 * count:]


def changed_sectors(before: str, after: str) -> list[int]:
    """The offsets of the sectors that differ between two images."""
    if os.path.getsize(before) != os.path.getsize(after):
        raise AssertionError(f"{after} has another size than {before}")
    found = set()
    for path, other in ((before, after), (after, before)):
        with open(other, "rb") as file:
            for start, data in pieces(path):
                file.seek(start)
                found |= _differences(start, data, file.read(len(data)))
    return sorted(found)


def _differences(start: int, left: bytes, right: bytes) -> set[int]:
    if left == right:
        return set()
    return {start + i for i in range(0, len(left), SECTOR_BYTES)
            if left[i:i + SECTOR_BYTES] != right[i:i + SECTOR_BYTES]}
