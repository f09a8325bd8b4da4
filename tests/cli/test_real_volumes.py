#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Hold and undo on volumes made by Windows, judged by independent readers: The
Sleuth Kit, ntfs-3g's programs, Linux ntfs3, and the bytes themselves.

Where the journal has to be replayed first, the result is compared with what
ntfs-3g's own ntfsrecover makes of the same volume.
"""

import glob
import os
import re
import subprocess
import tempfile
import unittest

import ntfs3
import suite
from command import DONE, REFUSED, loopbreaker
from ntfs_readers import (FIRST_USER_RECORD, NAME_LINES, Entry, Unreadable,
                          VolumeReader, changed_sectors, find_volume)
from volume_maker import copy, digest, fingerprint, run_tool

FIXTURES = os.environ.get("LOOPBREAKER_FIXTURES",
                          os.path.join(suite.TOP, "../shared/fixtures"))
IS_DEEP = bool(os.environ.get("LOOPBREAKER_DEEP"))
UNCLEAN = 14  # of ntfs-3g.probe: Windows left a journal in use
# In The Sleuth Kit's description of a record.
ATTRIBUTES = "\nAttributes:"
INDEX = "Name: $I30"
HELD_SUFFIX = re.compile(r"\.held-[0-9a-f]{8}$")


class RealVolume:
    """The tests of one image; a subclass each."""

    packed = ""  # the image as it is stored

    @classmethod
    def setUpClass(cls):
        cls.room = tempfile.TemporaryDirectory()
        cls.original = os.path.join(cls.room.name, "original")
        with open(cls.original, "wb") as file:
            subprocess.run(["xz", "-dc", cls.packed], stdout=file, check=True)
        cls.offset = find_volume(cls.original)
        cls.needs_replay = cls.reader(cls.original).probe() == UNCLEAN
        cls.before = cls.original
        if cls.needs_replay:
            cls.before = copy(cls.original,
                              os.path.join(cls.room.name, "replayed"))
            run_tool("ntfsrecover", "-s", "-k", cls.before)
        cls.old = cls.reader(cls.before)
        cls.targets = cls.choose_targets()

    @classmethod
    def tearDownClass(cls):
        cls.room.cleanup()

    @classmethod
    def reader(cls, image: str) -> VolumeReader:
        """The readers of the volume in an image."""
        return VolumeReader(image, cls.offset)

    @classmethod
    def choose_targets(cls) -> list[str]:
        """The file with the most streams, and the largest."""
        files = cls.old.user_files()
        if IS_DEEP:
            return sorted(files)
        by_streams = sorted(files, key=lambda p: len(cls.streams(files[p])))
        by_size = sorted(files, key=lambda p: cls.size(files[p]))
        return list(dict.fromkeys((by_streams[-1], by_size[-1])))

    @classmethod
    def streams(cls, record: int) -> list:
        """The data attributes of a file."""
        with open(cls.before, "rb") as file:
            volume = cls.old.open(file)
            return [a for a in volume.attributes(record) if a.kind == 0x80]

    @classmethod
    def size(cls, record: int) -> int:
        """The size of all data of a file; large where it has its own list."""
        with open(cls.before, "rb") as file:
            attributes = cls.old.open(file).attributes(record)
        if any(a.kind == 0x20 for a in attributes):
            return 1 << 62
        return sum(a.size for a in attributes if a.kind == 0x80)

    def apply(self, path: str, image: str = "") -> str:
        """A copy of the volume with this file on hold."""
        image = image or copy(self.original,
                              os.path.join(self.room.name, "held"))
        run = loopbreaker("apply", "--json", "--hold", path, image)
        self.assertEqual((run.status, run.words), (DONE, ""), run)
        self.assertTrue(run.event("result")["applied"], run)
        self.assertEqual(run.event("volume")["replayed"],
                         self.needs_replay and not image.endswith("all"))
        self.held_path = os.path.join(os.path.dirname(path),
                                      run.event("held")["to"])
        self.assertRegex(self.held_path, HELD_SUFFIX)
        return image

    def undo(self, image: str, path: str) -> None:
        """Give the file its name back."""
        run = loopbreaker("undo", "--json", "--path", path, image)
        self.assertEqual((run.status, run.words), (DONE, ""), run)
        self.assertEqual(run.event("result")["files"], 1, run)

    # --- What a hold may change -----------------------------------------------

    def judge_names(self, new: VolumeReader, path: str) -> None:
        """The old name is gone, the new one there, all others as before."""
        def renamed(name: str) -> str:
            if name == path or name.startswith(path + ":"):
                return self.held_path + name[len(path):]
            return name

        expected: dict[str, Entry] = {
            renamed(name): entry for name, entry in self.old.entries().items()}
        self.assertEqual(new.entries(), expected)
        self.assertNotIn(path, new.entries())
        self.assertIn(self.held_path, new.entries())

    def judge_descriptions(self, new: VolumeReader, file: int,
                           folder: int) -> None:
        """Inode, times, flags, data runs: of the file and of all others."""
        old_texts, new_texts = self.old.descriptions(), new.descriptions()
        self.assertEqual(list(old_texts), list(new_texts))
        for number, text in new_texts.items():
            if number == file:
                self.assertEqual(NAME_LINES.sub("", text),
                                 NAME_LINES.sub("", old_texts[number]))
                self.assertEqual(text.count("Name: "),
                                 old_texts[number].count("Name: "))
            elif number == folder:
                self.assertEqual(text.split(ATTRIBUTES)[0],
                                 old_texts[number].split(ATTRIBUTES)[0])
            else:
                self.assertEqual(text, old_texts[number])

    def judge_contents(self, new: VolumeReader) -> None:
        """The bytes of every stream of every file."""
        self.assertEqual(new.all_contents(), self.old.all_contents())

    def judge_records(self, new: VolumeReader, file: int, folder: int) -> None:
        """No other MFT record, not one byte of it."""
        old, new_ones = self.old.records(), new.records()
        different = {n for n in old.keys() | new_ones.keys()
                     if old.get(n) != new_ones.get(n)}
        self.assertLessEqual(different, {file, folder})
        self.assertIn(file, different)

    def judge_index(self, new: VolumeReader, folder: int, path: str) -> None:
        """The times that only the folder's index has."""
        before = self.old.folder_entry(folder, os.path.basename(path))
        after = new.folder_entry(folder, os.path.basename(self.held_path))
        self.assertEqual(after.times, before.times)
        self.assertEqual(after.parent, before.parent)

    def judge_bytes(self, image: str, file: int, folder: int) -> None:
        """No sector of the disk but the record's and the folder's."""
        places = (self.old.places(file, folder)
                  + self.reader(image).places(file, folder))
        changed = changed_sectors(self.before, image)
        self.assertTrue(changed)
        for sector in changed:
            self.assertTrue(any(start <= sector < end
                                for start, end in places),
                            f"the sector at {sector} was changed")

    def judge_state(self, new: VolumeReader) -> None:
        """Others would mount it, and would have nothing to mend."""
        self.assertEqual(new.probe("--readwrite"), 0)
        self.assertEqual(new.complaints_of_ntfsfix(),
                         self.old.complaints_of_ntfsfix())
        self.assertEqual(new.is_dirty(), self.old.is_dirty())

    # --- Tests ----------------------------------------------------------------

    def test_plan(self):
        """It says what would be done, and touches nothing."""
        before = fingerprint(self.original)
        for path in self.targets:
            run = loopbreaker("plan", "--json", "--hold", path, self.original)
            self.assertEqual((run.status, run.words), (DONE, ""), run)
            self.assertEqual(run.event("plan")["from"], os.path.basename(path))
            self.assertEqual(run.event("volume")["replayed"],
                             self.needs_replay)
        self.assertEqual(fingerprint(self.original), before)

    def test_without_an_order(self):
        """There is no Windows on it: nothing to be done."""
        image = copy(self.original, os.path.join(self.room.name, "alone"))
        before = digest(image)
        for verb in ("plan", "apply", "undo"):
            run = loopbreaker(verb, image)
            self.assertEqual(run.status, REFUSED, run)
            self.assertIn("No Windows", run.reason())
        self.assertEqual(digest(image), before)

    def test_hold(self):
        """Inode, runs, bytes and times stay; nothing else is changed."""
        for path in self.targets if IS_DEEP else self.targets[:2]:
            with self.subTest(path=path):
                file = self.old.user_files()[path]
                folder = self.old.parent(file)
                image = self.apply(path)
                new = self.reader(image)
                self.assertEqual(new.user_files()[self.held_path], file)
                self.judge_records(new, file, folder)
                self.judge_index(new, folder, path)
                self.judge_bytes(image, file, folder)
                self.judge_state(new)
                try:
                    self.judge_names(new, path)
                    self.judge_descriptions(new, file, folder)
                    self.judge_contents(new)
                except Unreadable as error:
                    self.assertGreater(self.old.cluster_bytes(), 65536, error)

    def test_undo(self):
        """Everything is as it was, byte for byte where a reader looks."""
        for path in self.targets if IS_DEEP else self.targets[:1]:
            with self.subTest(path=path):
                file = self.old.user_files()[path]
                folder = self.old.parent(file)
                image = self.apply(path)
                self.undo(image, path)
                self.judge_undone(image)
                self.judge_bytes_undone(image, file, folder)

    def judge_undone(self, image: str, has_grown: bool = False) -> None:
        """What was on hold is back.

        @has_grown: folders may have become larger, with remains of old names
        """
        new = self.reader(image)
        self.assertEqual(new.user_files(), self.old.user_files())
        self.judge_state(new)
        try:
            self.judge_contents(new)
            if not has_grown:
                self.assertEqual(new.listing(), self.old.listing())
                self.assertEqual(new.descriptions(), self.old.descriptions())
                return
            self.assertEqual(new.entries(), self.old.entries())
            for number, text in new.descriptions().items():
                old = self.old.descriptions()[number]
                if INDEX in old:
                    text, old = (t.split(ATTRIBUTES)[0] for t in (text, old))
                self.assertEqual(text, old)
        except Unreadable as error:
            self.assertGreater(self.old.cluster_bytes(), 65536, error)

    def judge_bytes_undone(self, image: str, file: int, folder: int) -> None:
        """What still differs lies where nobody looks."""
        places = self.old.places(file, folder)
        for sector in changed_sectors(self.before, image):
            self.assertTrue(any(start <= sector < end
                                for start, end in places),
                            f"the sector at {sector} was changed")

    def test_all_files(self):
        """Every file is held, one order after the other, and comes back."""
        image = copy(self.before, os.path.join(self.room.name, "all"))
        files = self.old.user_files()
        held = {}
        for path in sorted(files):
            self.apply(path, image)
            held[self.held_path] = files[path]
        new = self.reader(image)
        self.assertEqual(new.user_files(), held)
        self.judge_state(new)
        for path in sorted(files, reverse=True):
            self.undo(image, path)
        self.judge_undone(image, has_grown=True)

    def test_linux(self):
        """Linux mounts it without force, and sees the same files."""
        if ntfs3.why_missing():
            self.skipTest(ntfs3.why_missing())
        path = self.targets[0]
        after = ntfs3.read_volume(self.apply(path), self.offset)
        self.assertTrue(after.mounts and after.mounts_for_writing,
                        after.messages)
        self.assertEqual(after.messages, ())
        self.assertNotIn(path, after.files)
        self.assertEqual(after.files[self.held_path].inode,
                         self.old.user_files()[path])
        expected = {self.held_path if name == path else name: file
                    for name, file in self.linux_before().items()}
        self.assertEqual({name: (file.inode, file.sha256)
                          for name, file in after.files.items()}, expected)

    def linux_before(self) -> dict[str, tuple[int, str]]:
        """Inode and checksum of each file, as Linux would see them, from The
        Sleuth Kit; from Linux itself where that is an interesting question.
        """
        if self.needs_replay or self.old.cluster_bytes() > 65536:
            before = ntfs3.read_volume(self.original, self.offset)
            self.assertTrue(before.mounts)
            self.assertEqual(before.mounts_for_writing, not self.needs_replay)
            return {name: (file.inode, file.sha256)
                    for name, file in before.files.items()}
        files = self.old.user_files()
        return {name: (entry.inode, self.old.unnamed(entry.inode)
                       if name in files else "")
                for name, entry in self.old.entries().items()
                if name in files or (entry.inode >= FIRST_USER_RECORD
                                     and entry.attribute.startswith("144-")
                                     and not name.startswith("$Extend/"))}


def make_tests() -> None:
    """A class of tests for each image."""
    images = sorted(glob.glob(os.path.join(FIXTURES, "ntfs/*-*.*.xz")))
    for path in images:
        name = re.sub(r"\W", "_", os.path.basename(path).split(".")[0])
        globals()[name] = type(name, (RealVolume, unittest.TestCase),
                               {"packed": path})
    if not images:
        class NoFixtures(unittest.TestCase):
            """Says why nothing is tested."""

            def test_fixtures(self):
                """Volumes made by Windows are not part of the project."""
                self.skipTest(f"there are no NTFS images in {FIXTURES}; "
                              "LOOPBREAKER_FIXTURES names another folder")
        globals()["NoFixtures"] = NoFixtures


make_tests()

if __name__ == "__main__":
    suite.main()
