# SPDX-License-Identifier: GPL-2.0-or-later
"""Which part of a disk a byte belongs to, by name.

Used to tell whether a repair changed only what it may, and in which order it
wrote.  Read from the image as it was before.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from ntfs_image import (  # noqa: E402
    ATTRIBUTE_BITMAP, ATTRIBUTE_DATA, ATTRIBUTE_INDEX_ALLOCATION, MFT_RECORD_LOGFILE,
    MFT_RECORD_VOLUME, NtfsError, NtfsVolume)
from diskimage import NTFS_START  # noqa: E402
from redo_media import MEDIUM_BYTES, REDO_FILE  # noqa: E402

MFT_RECORD_MFT = 0
MFT_RECORD_MIRROR = 1
MFT_RECORD_BITMAP = 6  # of the clusters
JOURNAL_PAGE_BYTES = 4096
RESTART_PAGES = 2
STATUS_AREA_BYTES = 2048
SECTOR_BYTES = 512

RESTART = "journal restart pages"
VOLUME_FLAGS = "volume flags"
STATUS = "boot status"
FOLDER = "folder"
REDO = "redo records"


class Regions:
    """Named byte ranges of one disk."""

    def __init__(self, image: str, folder: str, status: str,
                 files: list[str]):
        """@files: paths whose MFT records get the name of the path"""
        self._ranges: list[tuple[int, int, str]] = []
        with open(image, "rb") as file:
            self._volume = NtfsVolume(file, NTFS_START)
            self._add_data(MFT_RECORD_LOGFILE, ATTRIBUTE_DATA, "",
                           RESTART_PAGES * JOURNAL_PAGE_BYTES, RESTART)
            self._mft_bytes = self._volume.mft.size
            self._add_record(MFT_RECORD_VOLUME, VOLUME_FLAGS)
            record = self._volume.record_size
            self._add_data(MFT_RECORD_MIRROR, ATTRIBUTE_DATA, "",
                           record, VOLUME_FLAGS,
                           MFT_RECORD_VOLUME * record)
            self._add_folder(folder)
            self._add_file(status, STATUS_AREA_BYTES, STATUS)
            self._add_file(REDO_FILE.lstrip("/"), MEDIUM_BYTES, REDO)
            for path in files:
                self._add_record(self._volume.lookup(path), path)

    def _add_file(self, path: str, length: int, name: str) -> None:
        try:
            number = self._volume.lookup(path)
        except NtfsError:
            return  # a volume without the file
        self._add_data(number, ATTRIBUTE_DATA, "", length, name)

    def add_growth(self, image: str, folder: str) -> None:
        """What an index that grew has taken, as it is in @image."""
        with open(image, "rb") as file:
            self._volume = NtfsVolume(file, NTFS_START)
            self._add_folder(folder)
            bitmap = self._volume.attribute(MFT_RECORD_BITMAP, ATTRIBUTE_DATA)
            self._add(bitmap, 0, bitmap.size, FOLDER)

    def add_move(self, image: str, parent: str, beside: str) -> None:
        """The folder @beside that is new in @image, and what it needs."""
        with open(image, "rb") as file:
            self._volume = NtfsVolume(file, NTFS_START)
            self._add_folder(parent)
            self._add_folder(beside)
            records = self._volume.attribute(MFT_RECORD_MFT, ATTRIBUTE_BITMAP)
            if records.value is None:
                # Written by the sector.
                self._add(records, 0, -(-records.size // SECTOR_BYTES) *
                          SECTOR_BYTES, FOLDER)
            # Where there was no free record the $MFT has grown; after a power
            # cut a record may have been taken for nothing.
            grown = self._volume.mft.size - self._mft_bytes
            self._add(self._volume.mft, self._mft_bytes, grown, FOLDER)
            size = self._volume.record_size
            self._add_record(MFT_RECORD_MFT, FOLDER)
            self._add_data(MFT_RECORD_MIRROR, ATTRIBUTE_DATA, "", size, FOLDER)

    def _add_record(self, number: int, name: str) -> None:
        size = self._volume.record_size
        self._add(self._volume.mft, number * size, size, name)

    def _add_data(self, number: int, kind: int, stream: str, length: int,
                  name: str, position: int = 0) -> None:
        attribute = self._volume.attribute(number, kind, stream)
        if attribute.value is None:
            self._add(attribute, position, length, name)

    def _add(self, attribute, position: int, length: int, name: str) -> None:
        volume = self._volume
        end = position + length
        while position < end:
            first, skip = divmod(position, volume.cluster_size)
            cluster = volume.clusters(attribute, first, 1)[0]
            piece = min(volume.cluster_size - skip, end - position)
            start = NTFS_START + cluster * volume.cluster_size + skip
            self._ranges.append((start, start + piece, name))
            position += piece

    def _add_folder(self, path: str) -> None:
        number = self._volume.lookup(path)
        self._add_record(number, FOLDER)
        for attribute in self._volume.attributes(number):
            if attribute.kind == ATTRIBUTE_INDEX_ALLOCATION:
                self._add(attribute, 0, attribute.size, FOLDER)

    def names(self, start: int, end: int) -> set[str]:
        """The regions that [start, end) touches; None stands for others."""
        touched = set()
        reached = start
        for first, last, name in sorted(self._ranges):
            if first >= end or last <= start:
                continue
            touched.add(name)
            if first > reached:
                touched.add("")
            reached = max(reached, last)
        if reached < end:
            touched.add("")
        return touched
