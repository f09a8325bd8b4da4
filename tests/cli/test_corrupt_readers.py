#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Damaged volumes on which files were put on hold all the same, as The Sleuth
Kit sees them before and after; test_corrupt_... make them.

Every file has the record, times, sizes and content that it had, and its name;
but two files have got held names.
"""

import hashlib
import os
import tempfile

import suite
from class_room import ClassRoom
from kept_volumes import keep_volumes
from volume_maker import run_tool
from toolbox import ToolError

# Not "journal": The Sleuth Kit replays none, and a replay changes other files.
PROGRAMS = ("volume", "folder", "tree", "list")
SUFFIX = ".held-00000001"
HELD = ("C-00000291-00000000-00000032.sys", "C-00000292-00000000-00000007.sys")
# The repair writes it in place.
STATUS = "bootstat.dat"
FEWEST = 24


def describe(image: str) -> set[str]:
    """Every name with record, attribute, kind, size and times.

    Not the size of a name, which is that of its characters; nor what once was
    in an index and still stands behind its end.
    """
    lines = set()
    for line in run_tool("fls", "-f", "ntfs", "-r", "-m", "/",
                         image).splitlines():
        fields = line.split("|")
        if "(deleted" in line or "$OrphanFiles" in line:
            continue
        if fields[1].endswith(" ($FILE_NAME)"):
            fields[6] = ""
        lines.add("|".join(fields))
    return lines


def contents(image: str) -> dict[str, str]:
    """The checksum of every file by its path."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        run_tool("tsk_recover", "-a", "-f", "ntfs", image, folder)
        for path, _, names in os.walk(folder):
            for name in names:
                full = os.path.join(path, name)
                with open(full, "rb") as file:
                    digest = hashlib.sha256(file.read()).hexdigest()
                found[os.path.relpath(full, folder)] = digest
    return found


def without_suffix(found):
    """The same with the names that held files had."""
    if isinstance(found, set):
        return {line.replace(SUFFIX, "") for line in found}
    return {path.replace(SUFFIX, ""): digest
            for path, digest in found.items() if not path.endswith(STATUS)}


class DamagedVolumes(ClassRoom):
    """One folder of volumes for all tests."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in PROGRAMS:
            keep_volumes(f"test_corrupt_{name}", cls.room.name,
                         LOOPBREAKER_DEEP=None)

    def cases(self) -> list[str]:
        """What was held on."""
        return sorted(name.removesuffix(",before")
                      for name in os.listdir(self.room.name)
                      if name.endswith(",before"))

    def check(self, before: str, after: str) -> None:
        """One volume that can be read."""
        names, names_after = describe(before), describe(after)
        self.assertEqual(without_suffix(names_after), without_suffix(names))
        held = {line.split("|")[1].rsplit("/", 1)[1] for line in names_after
                if line.split("|")[1].endswith(SUFFIX)}
        self.assertEqual(held, {name + SUFFIX for name in HELD})
        self.assertEqual(without_suffix(contents(after)),
                         without_suffix(contents(before)))

    def is_readable(self, image: str) -> bool:
        """The Sleuth Kit may refuse what libntfs-3g takes."""
        try:
            return bool(describe(image)) and bool(contents(image))
        except ToolError:
            return False

    def test_nothing_else_changed(self):
        """Every volume that The Sleuth Kit can read before the hold."""
        read = 0
        for name in self.cases():
            before = self.path(name + ",before")
            if not self.is_readable(before):
                continue
            with self.subTest(case=name):
                self.check(before, self.path(name + ",after"))
                read += 1
        self.assertGreaterEqual(read, FEWEST)
        print(f"counted: damaged volumes read by The Sleuth Kit: {read} of "
              f"{len(self.cases())}")


if __name__ == "__main__":
    suite.main()
