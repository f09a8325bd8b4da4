# SPDX-License-Identifier: GPL-2.0-or-later
"""What Linux ntfs3 says of a repair, and whether anybody but Windows wrote.

Where Windows is a Linux kernel, ntfs3 has to read the volume next.
"""

import os
import re
import sys

sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)),
                             "..", part) for part in ("cli", "support")]
from ntfs3 import Volume, read_volume  # noqa: E402
from ntfs_image import ATTRIBUTE_DATA, NtfsVolume  # noqa: E402
from diskimage import NTFS_START  # noqa: E402
from judge import HELD_SUFFIX, VENDOR  # noqa: E402
from locked import LockedVolume  # noqa: E402
from sparse import changed_ranges  # noqa: E402
from windows_image import STATUS_PATH  # noqa: E402

KERNEL_TIME = re.compile(r"^\[ *[0-9.]+\] ")


def _ask_ntfs3(image: str, locked: LockedVolume | None) -> Volume:
    if locked:
        return read_volume(image, NTFS_START, locked.bytes,
                           locked.passwords[0])
    with open(image, "rb") as file:
        size = NtfsVolume(file, NTFS_START).size_bytes
    return read_volume(image, NTFS_START, size)


def _messages(volume: Volume) -> set[str]:
    return {KERNEL_TIME.sub("", line) for line in volume.messages}


def _original_name(path: str, held: list[str]) -> str:
    """The path of a file before it was put on hold."""
    for name in held:
        if re.fullmatch(re.escape(f"{VENDOR}/{name}") + HELD_SUFFIX, path):
            return f"{VENDOR}/{name}"
    return path


def worsened(before: str, after: str, held: list[str],
             locked: LockedVolume | None = None) -> list[str]:
    """Complaints, none if ntfs3 can do no less with the disk @after, finds
    nothing new to say, and sees the same files but for the names of @held.

    @locked: cryptsetup has to open the volume, and dm-crypt decrypts it
    """
    old, new = _ask_ntfs3(before, locked), _ask_ntfs3(after, locked)
    if not new.mounts:
        return [f"ntfs3 cannot read it: {'; '.join(new.messages)}"]
    complaints = [f"ntfs3 says now: {message}"
                  for message in sorted(_messages(new) - _messages(old))]
    if old.mounts_for_writing and not new.mounts_for_writing:
        complaints.append("ntfs3 would not write to it any more")
    found = {_original_name(path, held): file
             for path, file in new.files.items()}
    if old.mounts and found != old.files:
        differ = sorted(path for path in found.keys() | old.files.keys()
                        if found.get(path) != old.files.get(path))
        complaints.append(f"to ntfs3 other files changed: {differ}")
    if len(found) != len(new.files):
        complaints.append("ntfs3 sees a file on hold and under its old name")
    return complaints


def written_by_others(before: str, after: str) -> list[str]:
    """Complaints, none if the disks differ only in \\Windows\\bootstat.dat,
    which Windows itself keeps.
    """
    with open(before, "rb") as file:
        volume = NtfsVolume(file, NTFS_START)
        status = volume.attribute(volume.lookup(STATUS_PATH.lstrip("/")),
                                  ATTRIBUTE_DATA)
        count = -(-status.size // volume.cluster_size)
        own = {NTFS_START + cluster * volume.cluster_size
               for cluster in volume.clusters(status, 0, count)}
    ranges = changed_ranges(before, after)
    complaints = [] if ranges else ["Windows did not keep bootstat.dat"]
    for start, end in ranges:
        first = start - (start - NTFS_START) % volume.cluster_size
        touched = set(range(first, end, volume.cluster_size))
        if not touched <= own:
            complaints.append(f"bytes {start} to {end} were written")
    return complaints
