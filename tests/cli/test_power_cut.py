#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The command is cut off at each of its writes, before it and in the middle of
it: run once more, it finishes, and readers see what they see without a cut.
"""

import os
import subprocess
import tempfile
import unittest

import suite
from command import BAD_INPUT, DONE, PROGRAMS, REFUSED, loopbreaker
from ntfs_readers import VolumeReader
from volume_maker import BAD_FILE, copy, digest, make_volume

CUT_STATUS = 77
MAX_WRITES = 200
SECTOR_BYTES = 512
VOLUME_RECORD = 3
FIXTURES = os.environ.get("LOOPBREAKER_FIXTURES",
                          os.path.join(suite.TOP, "../shared/fixtures"))
DIRTY = os.path.join(FIXTURES, "ntfs/win10-dirty-log20-10m.dd.xz")


class Cuts:
    """Cuts on one volume; a subclass each."""

    path = BAD_FILE

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.library = os.path.join(cls.room.name, "power_cut.so")
        subprocess.run(
            ["gcc", "-shared", "-fPIC", "-O1", "-D_GNU_SOURCE",
             "-D_FILE_OFFSET_BITS=64", "-o", cls.library,
             os.path.join(suite.TOP, "tests/cli/power_cut.c"), "-ldl"],
            check=True)
        cls.volume = cls.make(os.path.join(cls.room.name, "volume"))

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def make(cls, path: str) -> str:
        """The volume before anything is done."""
        raise NotImplementedError

    def cut(self, words: tuple[str, ...], image: str, number: int,
            some: int) -> bool:
        """Run the command; false if it ended before its power was cut."""
        done = subprocess.run(
            [PROGRAMS["host"], *words, image], capture_output=True,
            check=False, env=dict(
                os.environ, LD_PRELOAD=self.library, CUT_AT=str(number),
                CUT_BYTES=str(some)))
        self.assertIn(done.returncode, (DONE, CUT_STATUS), done)
        return done.returncode == CUT_STATUS

    def facts(self, image: str) -> tuple:
        """What readers see; the dirty flag and remains of names left out."""
        reader = VolumeReader(image, 0)
        self.assertEqual(reader.probe(), 0)
        files = reader.user_files()
        file = next(n for path, n in files.items()
                    if path.startswith(self.path))
        others = {n: record for n, record in reader.records().items()
                  if n not in (VOLUME_RECORD, reader.parent(file))}
        return reader.entries(), files, others, reader.contents(file)

    def check_torn(self, words: tuple[str, ...], image: str, wanted: tuple):
        """No program can mend half a record that is nowhere else: then it is
        said, nothing more is written, and Windows will check the volume.
        """
        before = digest(image)
        run = loopbreaker(*words, image)
        if run.status == DONE:
            self.assertEqual(self.facts(image), wanted)
            return
        self.assertIn(run.status, (REFUSED, BAD_INPUT), run)
        self.assertTrue(run.reason())
        self.assertEqual(digest(image), before)
        reader = VolumeReader(image, 0)
        self.assertTrue(reader.is_dirty() or reader.probe(), run)

    def try_cuts(self, start: str, *words: str):
        """Cut at each write; then finish."""
        whole = copy(start, os.path.join(self.room.name, "whole"))
        run = loopbreaker(*words, whole)
        self.assertEqual(run.status, DONE, run)
        wanted = self.facts(whole)
        image = os.path.join(self.room.name, "cut")
        for number in range(1, MAX_WRITES):
            copy(start, image)
            if not self.cut(words, image, number, 0):
                break
            with self.subTest(write=number):
                run = loopbreaker(*words, image)
                self.assertEqual((run.status, run.words), (DONE, ""), run)
                self.assertEqual(self.facts(image), wanted)
            copy(start, image)
            self.assertTrue(self.cut(words, image, number, SECTOR_BYTES))
            with self.subTest(torn=number):
                self.check_torn(words, image, wanted)
        self.assertGreater(number, 5)
        self.assertLess(number, MAX_WRITES - 1)

    def test_hold(self):
        self.try_cuts(self.volume, "apply", "--hold", self.path)

    def test_undo(self):
        held = copy(self.volume, os.path.join(self.room.name, "held"))
        self.assertEqual(
            loopbreaker("apply", "--hold", self.path, held).status, DONE)
        self.try_cuts(held, "undo", "--path", self.path)


class Made(Cuts, unittest.TestCase):
    """A small volume."""

    @classmethod
    def make(cls, path):
        return make_volume(path, f"dosname /{BAD_FILE} BAD~1.SYS")


class LargeFolder(Cuts, unittest.TestCase):
    """A folder with an index of its own."""

    @classmethod
    def make(cls, path):
        return make_volume(path, "filler /Folder 200")


@unittest.skipUnless(os.path.exists(DIRTY), f"{DIRTY} is absent")
class DirtyJournal(Cuts, unittest.TestCase):
    """A volume made by Windows whose journal is replayed first."""

    path = "ones.bin"

    @classmethod
    def make(cls, path):
        with open(path, "wb") as file:
            subprocess.run(["xz", "-dc", DIRTY], stdout=file, check=True)
        return path


if __name__ == "__main__":
    suite.main()
