# SPDX-License-Identifier: GPL-2.0-or-later
"""What independent readers say about a volume: The Sleuth Kit, ntfs-3g's own
programs, and our library-free reader.  Never Loopbreaker's own code.
"""

import dataclasses
import hashlib
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from ntfs_image import NtfsVolume  # noqa: E402
from diskimage import NTFS_START  # noqa: E402
from sparse import copy_part  # noqa: E402
from toolbox import ToolError, run_tool  # noqa: E402

FLS_LINE = re.compile(r"^(?P<type>[a-zA-Z-])/\S+ (?P<deleted>\* )?"
                      r"(?P<inode>\d+)-(?P<attribute>\d+-\d+)"
                      r"(?P<orphan>\(realloc\))?:\t(?P<path>.*)$")
# What a new name changes in the description of a file.
NAME_LINES = re.compile(
    r"^(Name: .*|\$LogFile Sequence Number: .*|"
    r"Type: \$FILE_NAME .*)\n", re.MULTILINE)
PARENT_LINES = re.compile(r"^Parent MFT Entry: .*\n", re.MULTILINE)
DATA_ATTRIBUTE = re.compile(r"^Type: \$DATA \((128-\d+)\)", re.MULTILINE)


@dataclasses.dataclass(frozen=True)
class FileFacts:
    """Everything about a file that a rename must not change."""

    inode: int
    description: str  # The Sleuth Kit's, without the names
    contents: tuple[tuple[str, str], ...]  # attribute, sha256

    def without_parents(self) -> "FileFacts":
        """Of a file that may have been moved."""
        return dataclasses.replace(self, description=PARENT_LINES.sub(
            "", self.description))


class Witness:
    """Questions about the Windows volume of one disk image."""

    def __init__(self, image: str, sector_bytes: int = 512):
        self.image = image
        self.place = ["-b", str(sector_bytes), "-o",
                      str(NTFS_START // sector_bytes)]

    def files(self) -> dict[str, int]:
        """Every file and stream by path, with its inode."""
        found = {}
        for line in run_tool("fls", *self.place, "-r", "-p",
                             self.image).splitlines():
            match = FLS_LINE.match(line)
            if match and not match["deleted"] and match["type"] != "V":
                found[match["path"]] = int(match["inode"])
        return found

    def facts(self, inode: int) -> FileFacts:
        """The facts of one file."""
        text = run_tool("istat", *self.place, self.image, str(inode))
        contents = []
        for attribute in DATA_ATTRIBUTE.findall(text):
            data = subprocess.run(
                ["icat", *self.place, self.image, f"{inode}-{attribute}"],
                capture_output=True, check=True).stdout
            contents.append((attribute, hashlib.sha256(data).hexdigest()))
        return FileFacts(inode, NAME_LINES.sub("", text), tuple(contents))

    def content(self, inode: int) -> bytes:
        """A file's unnamed data."""
        return subprocess.run(["icat", *self.place, self.image, str(inode)],
                              capture_output=True, check=True).stdout

    def is_mountable(self) -> str:
        """"" if ntfs-3g would mount it read-write, else why not."""
        with tempfile.TemporaryDirectory() as directory:
            volume = extract_volume(self.image, directory)
            try:
                run_tool("ntfs-3g.probe", "--readwrite", volume)
                run_tool("ntfsfix", "-n", volume)
            except ToolError as error:
                return str(error)
        return ""


def extract_volume(image: str, directory: str) -> str:
    """Copy the Windows volume out of a disk; returns the copy's path."""
    volume = os.path.join(directory, "volume.img")
    with open(image, "rb") as file:
        room = NtfsVolume(file, NTFS_START).size_bytes
    with open(volume, "wb") as file:
        file.truncate(room)
    copy_part(image, volume, 0, room, NTFS_START)
    return volume


def replayed_copy(image: str) -> str:
    """A copy of the disk whose journal ntfs-3g's own program has replayed."""
    copy, size = image + ".replayed", os.path.getsize(image)
    with open(copy, "wb") as file:
        file.truncate(size)
    with tempfile.TemporaryDirectory() as directory:
        volume = extract_volume(image, directory)
        run_tool("ntfsrecover", "-k", volume)
        room = os.path.getsize(volume)
        copy_part(image, copy, 0, NTFS_START)
        copy_part(volume, copy, NTFS_START, room)
        copy_part(image, copy, NTFS_START + room, size, NTFS_START + room)
    return copy
