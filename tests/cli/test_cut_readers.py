#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Volumes right after a power cut, as readers see them that are not ours: The
Sleuth Kit, ntfs-3g's programs and Linux ntfs3.  test_run_cuts makes them.

Every file that was there before has its content, from before or from after; a
file that a reader does not find any more is one of a folder whose index was
being changed, and the volume is marked.
"""

import functools
import os
import unittest

import suite
from class_room import ClassRoom
from kept_volumes import keep_volumes
from ntfs3 import read_volume, why_missing
from ntfs_readers import VolumeReader

DEEP = "LOOPBREAKER_DEEP" in os.environ

# Repairs and their cuts; deep ones try all up to a number that none reaches.
CUTS = {
    "hold": (3, 6),
    "replay": (2,),
    "move": (4, 8),
    "undo-move": (5,),
    "batch": (6, 12),
}
ALL_CUTS = range(1, 40)
MODELS = ("none", "prefix") if DEEP else ("prefix",)
# Its index can lose names: docs/reliability.md.
LOSES_NAMES = ("batch",)
# The repair changes them.
CHANGING = ("bootstat.dat", "ntoskrnl.exe")
LINUX_CASES = ("move:cut:8:prefix:0",)
CORRUPT = 13  # what ntfs-3g.probe says of a mirror that differs


def case_names() -> list[str]:
    """The cases to look at."""
    return [f"{scenario}:cut:{n}:{model}:0"
            for scenario, cuts in CUTS.items() for model in MODELS
            for n in (ALL_CUTS if DEEP else cuts)]


class CutVolumes(ClassRoom):
    """One folder of volumes for all tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keep_volumes("test_run_cuts", cls.room.name,
                     LOOPBREAKER_ONLY=",".join(case_names()))
        cls.cases = [name for name in case_names()
                     if os.path.exists(cls.path(f"{name},cut"))]

    @classmethod
    @functools.cache
    def reader(cls, name: str, when: str) -> VolumeReader:
        """Someone who looks at such a volume."""
        return VolumeReader(cls.path(f"{name},{when}"), 0)

    def check_contents(self, name: str, cut: VolumeReader) -> None:
        """By record: The Sleuth Kit reads them all, listed or not."""
        scenario = name.split(":")[0]
        before = self.reader(scenario, "before")
        after = self.reader(scenario, "after")
        for path, number in before.user_files().items():
            self.assertIn(
                cut.contents(number),
                (before.contents(number), after.contents(number)), path)
        listed = {entry.inode for entry in cut.entries().values()}
        missing = set(before.user_files().values()) - listed
        if scenario not in LOSES_NAMES:
            self.assertEqual(missing, set())
        if missing:
            self.assertTrue(cut.is_dirty())

    def check_probe(self, cut: VolumeReader, before: VolumeReader) -> bool:
        """An open journal keeps ntfs-3g off, as before; and so does a cut
        between a record and its copy in $MFTMirr, which Windows does not
        mind and Loopbreaker mends.  False if it is that.
        """
        status = cut.probe()
        if status != CORRUPT:
            self.assertIn(status, (0, before.probe()))
            return True
        path = self.path("mirrored")
        self.assertIn(cut.copy_with_mirror(path).probe(), (0, before.probe()))
        return False

    def test_right_after_the_cut(self):
        """Each can be mounted, and holds every file."""
        self.assertGreater(len(self.cases), 7)
        mounted = 0
        for name in self.cases:
            with self.subTest(case=name):
                cut = self.reader(name, "cut")
                before = self.reader(name.split(":")[0], "before")
                mounted += self.check_probe(cut, before)
                self.check_contents(name, cut)
        print(f"counted: volumes read after a power cut: {len(self.cases)}, "
              f"{len(self.cases) - mounted} of them with a $MFTMirr that "
              "differs")

    def test_after_the_next_run(self):
        """Where the repair is complete, it is what it is without a cut."""
        for name in self.cases:
            scenario = name.split(":")[0]
            if scenario in LOSES_NAMES:
                continue
            with self.subTest(case=name):
                end = self.reader(name, "end")
                after = self.reader(scenario, "after")
                self.assertEqual(end.probe(), after.probe())
                self.assertEqual(end.complaints_of_ntfsfix(), "")
                self.assertEqual(end.user_files().keys(),
                                 after.user_files().keys())
                self.check_contents(name, end)

    @unittest.skipIf(why_missing(), why_missing())
    def test_linux_reads_them(self):
        """Every file that Linux lists has its content."""
        cases = self.cases if DEEP else LINUX_CASES
        for name in cases:
            with self.subTest(case=name):
                self.check_linux(name)
        print(f"counted: volumes read by Linux after a power cut: {len(cases)}")

    def check_linux(self, name: str) -> None:
        """One volume: what Linux lists, and what it reads."""
        scenario = name.split(":")[0]
        before = self.reader(scenario, "before")
        cut = read_volume(self.path(f"{name},cut"))
        self.assertTrue(cut.mounts, cut.messages)
        contents = {file.inode: file.sha256 for file in cut.files.values()
                    if not file.is_folder}
        wanted = {number: before.unnamed(number)
                  for path, number in before.user_files().items()
                  if not path.endswith(CHANGING)}
        if scenario not in LOSES_NAMES:
            self.assertLessEqual(wanted.keys(), contents.keys())
        for inode in wanted.keys() & contents.keys():
            self.assertEqual(contents[inode], wanted[inode], inode)


if __name__ == "__main__":
    suite.main()
