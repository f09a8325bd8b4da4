# SPDX-License-Identifier: GPL-2.0-or-later
"""Disks that fail, and disks that hold the machine at each write; made of
QEMU's blkdebug driver.
"""

import dataclasses
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from ntfs_image import (  # noqa: E402
    ATTRIBUTE_DATA, ATTRIBUTE_INDEX_ALLOCATION, MFT_RECORD_LOGFILE,
    NtfsVolume)
from diskimage import NTFS_START  # noqa: E402
from windows_image import STATUS_PATH, VENDOR_FOLDER  # noqa: E402

SECTOR_BYTES = 512  # of blkdebug, whatever the disk's
WRITE_EVENT = "write_aio"
JOURNAL_PAGE_BYTES = 4096
FIRST_STATE = 1  # of blkdebug


@dataclasses.dataclass
class DiskFault:
    """What is wrong with a disk."""

    read: int | None = None  # the sector with this byte cannot be read
    write: int | None = None  # the N-th write fails, and those after it
    is_passing: bool = False  # only the N-th
    holds: int = 0  # before so many writes the machine is held, as if the
    # power failed there; it then goes on

    def _error(self, kind: str, **more) -> dict:
        return dict(more, iotype=kind, errno=errno.EIO)

    def rules(self) -> dict:
        """Options of blkdebug."""
        errors, steps = [], []
        if self.read is not None:
            errors.append(self._error(
                "read", event="none", sector=self.read // SECTOR_BYTES))
        if self.write is not None:
            steps = [self._step(state) for state in range(1, self.write)]
            errors.append(self._error(
                "write", event=WRITE_EVENT, state=self.write,
                once=self.is_passing))
        for i in range(self.holds):
            # In one state the write is refused, in the next the same write,
            # tried again when the machine goes on, is let through.
            state = FIRST_STATE + 2 * i
            errors.append(self._error(
                "write", event=WRITE_EVENT, state=state, once=True))
            steps += [self._step(state), self._step(state + 1)]
        # QEMU takes no empty list.
        return {name: rules for name, rules in (
            ("inject-error", errors), ("set-state", steps)) if rules}

    @staticmethod
    def _step(state: int) -> dict:
        return {"event": WRITE_EVENT, "state": state, "new_state": state + 1}

    def node(self, name: str, path: str) -> dict:
        """The block device that behaves so; its events are those of raw."""
        return {"driver": "raw", "node-name": name, "file": dict(
            self.rules(), driver="blkdebug",
            image={"driver": "file", "filename": path})}


def _byte_of(volume: NtfsVolume, path: str | int, kind: int,
             position: int) -> int:
    """Where a byte of a file is on the disk."""
    number = path if isinstance(path, int) else volume.lookup(path)
    attribute = volume.attribute(
        number, kind, "$I30" if kind == ATTRIBUTE_INDEX_ALLOCATION else "")
    first, skip = divmod(position, volume.cluster_size)
    cluster = volume.clusters(attribute, first, 1)[0]
    return NTFS_START + cluster * volume.cluster_size + skip


def place_of(image: str, what: str) -> int:
    """The disk's byte that @what begins with: a name, or a file's record."""
    folder = VENDOR_FOLDER.lstrip("/")
    with open(image, "rb") as file:
        volume = NtfsVolume(file, NTFS_START)
        mft = 0, ATTRIBUTE_DATA
        place = {
            "boot-sector": None,
            "mft": (*mft, 0),
            "mft-folder": (*mft, volume.lookup(folder) * volume.record_size),
            "journal": (MFT_RECORD_LOGFILE, ATTRIBUTE_DATA, 0),
            "journal-page": (MFT_RECORD_LOGFILE, ATTRIBUTE_DATA,
                             2 * JOURNAL_PAGE_BYTES),
            "folder": (folder, ATTRIBUTE_INDEX_ALLOCATION, 0),
            "status": (STATUS_PATH.lstrip("/"), ATTRIBUTE_DATA, 0),
        }[what]
        return _byte_of(volume, *place) if place else NTFS_START
