#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig's further judges: do they notice what is wrong?  Ends with
"N passed, N failed".
"""

import os
import shutil
import tempfile
import unittest
from dataclasses import replace
from unittest.mock import patch

import suite
from rig_folder import MIB  # before modules of the rig
from diskimage import NTFS_START
from measured import compare_starts
from ntfs3 import File, Volume
from ntfs_image import ATTRIBUTE_DATA, NtfsVolume
from pc import Builds, Pc
from qemu import Boot
from scenario import Scenario
from second_opinion import worsened, written_by_others
from windows_image import STATUS_PATH, VENDOR_FOLDER

BAD = "C-00000291-00000000-00000032.sys"
VENDOR = VENDOR_FOLDER.lstrip("/")


class WrittenByOthers(unittest.TestCase):
    """Only bootstat.dat may differ."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.after = Pc(Scenario("x", "", []), directory.name, Builds(
            suite.BUILD, os.path.join(directory.name, "programs"))).disk
        self.before = shutil.copy(self.after, self.after + ".before")
        with open(self.after, "rb") as file:
            volume = NtfsVolume(file, NTFS_START)
            status = volume.attribute(
                volume.lookup(STATUS_PATH.lstrip("/")), ATTRIBUTE_DATA)
            self.clusters = volume.clusters(
                status, 0, -(-status.size // volume.cluster_size))
            self.cluster_bytes = volume.cluster_size

    def spoil(self, offset):
        with open(self.after, "r+b") as file:
            file.seek(offset)
            file.write(b"\xa5")

    def found(self):
        return written_by_others(self.before, self.after)

    def test_each_cluster_of_the_file(self):
        self.assertIn("did not keep", self.found()[0])
        for cluster in self.clusters:
            self.spoil(NTFS_START + cluster * self.cluster_bytes + 7)
        self.assertEqual(self.found(), [])

    def test_one_byte_elsewhere(self):
        own = NTFS_START + self.clusters[0] * self.cluster_bytes
        for offset in (0, NTFS_START - 1, NTFS_START, NTFS_START + 60 * MIB,
                       own - 1):
            shutil.copy(self.before, self.after)
            self.spoil(own)
            self.assertEqual(self.found(), [])
            self.spoil(offset)
            self.assertEqual(len(self.found()), 1, offset)


class Worsened(unittest.TestCase):
    """With answers of Linux that are made up."""

    def setUp(self):
        self.old = Volume(True, True, {
            f"{VENDOR}/{BAD}": File(70, 40960, False, "aa"),
            "Windows/explorer.exe": File(71, 70000, False, "bb"),
        }, ("[    1.5] ntfs3(vda): something",))
        files = dict(self.old.files)
        files[f"{VENDOR}/{BAD}.held-00000001"] = files.pop(f"{VENDOR}/{BAD}")
        self.new = replace(self.old, files=files, messages=(
            "[    2.25] ntfs3(vda): something",))

    def found(self, held=(BAD,), **changes):
        with patch("second_opinion._ask_ntfs3", side_effect=[
                self.old, replace(self.new, **changes)]):
            return worsened("before", "after", list(held))

    def with_file(self, path, file):
        return dict(self.new.files, **{path: file})

    def test_a_right_repair_passes(self):
        self.assertEqual(self.found(), [])

    def test_what_is_worse(self):
        other = "Windows/explorer.exe"
        for word, changes in (
                ("cannot read", {"mounts": False}),
                ("would not write", {"mounts_for_writing": False}),
                ("says now", {"messages": ("[ 1.5] ntfs3(vda): oh",)}),
                ("other files", {"files": self.with_file(
                    other, File(71, 70000, False, "cc"))}),
                ("other files", {"files": self.with_file(
                    "new", File(72, 1, False, "dd"))}),
                ("both", {"files": self.with_file(
                    f"{VENDOR}/{BAD}", self.old.files[f"{VENDOR}/{BAD}"])}),
                ("other files", {"files": {}}),
                ("other files", {"held": ()})):
            found = " ".join(self.found(**changes))
            self.assertIn(word.replace("both", "under its old name"), found)


class Measured(unittest.TestCase):
    """PCRs at each start of Windows."""

    @staticmethod
    def start(**changed):
        values = {"0": "a", "2": "b", "4": "c", "7": "d", **changed}
        return Boot("reset", "\r\n".join(
            ["BdsDxe: starting"] +
            [f"STANDIN: PCR {i} {value * 64}" for i, value in values.items()
             if value] + ["STANDIN: HEALTHY"]), 0)

    def found(self, *boots, **differ):
        return " ".join(compare_starts(list(boots), {
            number.lstrip("_"): pcrs for number, pcrs in differ.items()}))

    def test_equal_starts(self):
        pass_between = Boot("reset", "{}", 0)
        self.assertEqual(self.found(
            self.start(), pass_between, self.start()), "")

    def test_what_was_to_differ(self):
        other = self.start(**{"4": "e"})
        self.assertEqual(self.found(self.start(), other, _2=[4]), "")
        self.assertIn("[4] differ", self.found(self.start(), other))
        self.assertIn("not [4, 7]", self.found(self.start(), other,
                                               _2=[7, 4]))
        self.assertIn("not [4]", self.found(self.start(), self.start(),
                                            _2=[4]))

    def test_nothing_that_proves_anything(self):
        self.assertIn("nothing to compare", self.found(self.start()))
        self.assertIn("nothing to compare", self.found())
        for changed in ({"4": ""}, {"4": "0"}):
            self.assertIn("were {", self.found(
                self.start(**changed), self.start(**changed)))
        self.assertIn("told no PCRs", self.found(
            self.start(), self.start(), Boot("reset", "", 0), _3=[]))


if __name__ == "__main__":
    suite.main()
