#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig itself: does its judge notice what is wrong?  Ends with
"N passed, N failed".
"""

import shutil
import struct

import suite
from rig_folder import MIB, Folder  # before modules of the rig
from diskimage import NTFS_START
from judge import Judge, unchanged
from ntfs_image import (
    ATTRIBUTE_DATA, ATTRIBUTE_STANDARD_INFORMATION, NtfsVolume)
from pc import Builds, Pc
from scenario import Expect, Scenario
from toolbox import run_tool
from windows_image import STATUS_PATH, VENDOR_FOLDER


BAD = "C-00000291-00000000-00000032.sys"
VENDOR = VENDOR_FOLDER.lstrip("/")


class Judging(Folder):
    """A right repair, and the same spoiled in many ways."""

    def setUp(self):
        super().setUp()
        builds = Builds(suite.BUILD, self.path("programs"))
        scenario = Scenario("x", "", [], content=[
            {"name": BAD, "text": "BAD", "short_name": "C-0000~2.SYS",
             "stream": "[ZoneTransfer]"}])
        disk = Pc(scenario, self.directory, builds).disk
        self.before = shutil.copy(disk, self.path("before.img"))
        self.after = disk
        run_tool(builds.command, "apply", "--hold", f"{VENDOR}/{BAD}", disk)

    def complaints(self, **expect):
        expect = Expect(**{"held": [BAD], **expect})
        return Judge(self.before, self.after, 512, expect).repair(None)

    def spoil(self, offset, image=None):
        with open(image or self.after, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))

    def place(self, path, kind, position, image=None):
        """The disk offset of a byte of a file's attribute."""
        with open(image or self.before, "rb") as file:
            volume = NtfsVolume(file, NTFS_START)
            number = volume.lookup(path)
            attribute = volume.attribute(number, kind)
            if attribute.value is None:
                holder, start = attribute, position
            else:
                holder = volume.mft
                start = (number * volume.record_size + attribute.offset +
                         attribute.value_offset + position)
            first, skip = divmod(start, volume.cluster_size)
            cluster = volume.clusters(holder, first, 1)[0]
            return NTFS_START + cluster * volume.cluster_size + skip

    def assert_complains(self, word, **expect):
        found = self.complaints(**expect)
        self.assertTrue(any(word in text for text in found),
                        f"{word!r} is not in {found}")

    def test_a_right_repair_passes(self):
        self.assertEqual(self.complaints(), [])

    def test_no_repair(self):
        shutil.copy(self.before, self.after)
        self.assert_complains("still has its name")
        self.assertEqual(unchanged(self.before, self.after), [])

    def test_a_write_nobody_asked_for(self):
        self.spoil(NTFS_START + 60 * MIB)
        self.assert_complains("nobody knows")
        self.assertNotEqual(unchanged(self.before, self.after), [])

    def test_a_changed_byte_of_the_held_file(self):
        self.spoil(self.place(f"{VENDOR}/{BAD}", ATTRIBUTE_DATA, 5))
        self.assert_complains("not the same file")

    def test_each_changed_time(self):
        for position in (1, 9, 17, 25):
            place = self.place(f"{VENDOR}/{BAD}",
                               ATTRIBUTE_STANDARD_INFORMATION, position)
            self.spoil(place)
            self.assert_complains("not the same file")
            self.spoil(place)
        self.assertEqual(self.complaints(), [])

    def test_a_changed_time_in_the_index(self):
        with open(self.after, "rb") as file:
            data = file.read()
        name = (BAD + ".held-").encode("utf-16-le")
        index = data.find(name, data.find(b"INDX", NTFS_START))
        while data[index - index % 4096:][:4] != b"INDX":
            index = data.find(name, index + 1)
        self.spoil(index - 66 + 8 + 1)  # creation time of the entry
        self.assert_complains("index has other times")

    def test_another_file(self):
        self.assert_complains("is held 0 times", held=[
            BAD, "C-00000291-00000000-00000028.sys"])
        self.assert_complains("other files changed", held=[])

    def test_boot_status(self):
        self.assert_complains("not marked good: (1, 1, 1, 1)", marked=True)
        self.spoil(self.place(STATUS_PATH.lstrip("/"), ATTRIBUTE_DATA, 0x30))
        self.assert_complains("bootstat.dat was changed")
        self.assert_complains("wrong checksum", marked=True)

    def write_log(self, steps):
        """A log as QEMU keeps it; each step a disk offset, None a flush."""
        log = bytearray(512)
        for step in steps:
            flags, sectors = (1, 0) if step is None else (0, 1)
            log += struct.pack("<QQQQ", (step or 0) // 512, sectors, flags,
                               0).ljust(512, b"\0") + bytes(512 * sectors)
        with open(self.path("log"), "wb") as file:
            file.write(log)
        return self.path("log")

    def test_order_of_writes(self):
        judge = Judge(self.before, self.after, 512, Expect(held=[BAD]))
        flags = self.place("$Volume", 0x70, 0)
        folder = self.place(VENDOR, 0x10, 0)
        held = self.place(f"{VENDOR}/{BAD}", 0x10, 0)
        right = [flags, None, folder, held, None, flags, None]
        self.assertEqual(judge.order_of_writes(self.write_log(right)), [])
        for wrong in ([folder, held, None], right[:-1], right[2:],
                      [flags, folder, held, None, flags, None],
                      right + [folder, None]):
            self.assertNotEqual(
                judge.order_of_writes(self.write_log(wrong)), [])

    def test_dirty_flag(self):
        self.assert_complains("not marked dirty", dirty=True)


if __name__ == "__main__":
    suite.main()
