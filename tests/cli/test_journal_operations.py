#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The replay of journals, operation by operation.

Each journal is made for one redo operation (tests/support/
journal_operations.py), which also says what the volume has to be after it; all
bytes are compared with that.
"""

import collections
import os
import tempfile
import unittest

import suite
from journal_room import IS_DEEP, VERSIONS, JournalRoom, replay
from volume_maker import copy, digest, make_volume

import journal_expected
import journal_operations
import mkjournal
import volume_difference
from journal_actions import Action, Transaction
from ntfs_image import NtfsVolume

REFUSED = 3
# What a replay leaves as it comes out: it counts up sequence numbers, and bytes
# that nobody uses are moved about with those that somebody does.
OF_NO_MEANING = {"journal", "sequence", "slack"}

# All redo operations that are known, with the undo operations beside them; None
# is any.  Written down here once more, from what Windows' journals hold and
# what playlog does.
KNOWN = {
    0x00: None, 0x01: {0}, 0x02: {0}, 0x03: {2, 1}, 0x04: {4}, 0x05: {6, 1},
    0x06: {5, 1}, 0x07: {7, 1}, 0x08: {8, 0, 1}, 0x09: {9}, 0x0B: {0x0B, 1},
    0x0C: {0x0D}, 0x0D: {0x0C, 1}, 0x0E: {0x0F}, 0x0F: {0x0E, 1},
    0x10: {0x10, 1}, 0x11: {0x11}, 0x12: {0x12, 1}, 0x13: {0x13, 1},
    0x14: {0x14, 1}, 0x15: {0x16}, 0x16: {0x15, 1}, 0x1B: None, 0x1C: {0},
    0x1D: None, 0x1E: None, 0x1F: None, 0x20: None, 0x25: {0}}
UNKNOWN = [number for number in [*range(0x60), 0x100, 0x7FFF, 0x8000, 0xFFFF]
           if number not in KNOWN]
UNDOS = [*range(0x28), 0x3F, 0x40, 0x41, 0xFFFF]

# A journal of 64 MiB, on a volume that is large enough for it.
LARGE_BYTES = 13 << 30
PAGES_WITHIN_BOUND, PAGES_BEYOND_BOUND = 1000, 8000
RECORDS_PER_PAGE = 44


class Operations(JournalRoom):
    """Every operation, on a volume with something for each to act on."""

    def journaled(self, version: str, names: list[str],
                  is_committed: bool = True) -> list[Transaction]:
        """Make "image" with this journal, and "expected" without a replay."""
        image = copy(self.base, self.path("image"))
        with open(image, "rb") as file:
            transactions = journal_operations.transactions_for(
                NtfsVolume(file), names)
        for transaction in transactions:
            transaction.is_committed = is_committed
        mkjournal.write_journal(image, version=version,
                                transactions=transactions)
        journal_expected.apply(copy(image, self.path("expected")),
                               transactions)
        return transactions

    def pair(self, version: str, redo: int, undo: int,
             is_committed: bool) -> None:
        """Make "image" with a journal of such a record."""
        mkjournal.write_journal(
            copy(self.base, self.path("image")), version=version,
            transactions=[Transaction([Action(redo, undo)], is_committed)])

    def kinds(self) -> collections.Counter:
        """In what "image" differs from "expected", apart from the rest."""
        return collections.Counter(
            (d.kind, d.where) for d in volume_difference.compare(
                self.path("expected"), self.path("image"))
            if d.kind not in OF_NO_MEANING)

    def judge_refused(self, what: str) -> None:
        """Nothing is written."""
        before = digest(self.path("image"))
        status, words = replay(self.path("image"))
        self.assertEqual((status, words[:8]), (REFUSED, "refused:"),
                         f"{what}: {words}")
        self.assertEqual(digest(self.path("image")), before, what)

    def test_each(self):
        """Each operation alone: all bytes are what they have to be."""
        tried = [(name, version) for version in VERSIONS
                 for name in journal_operations.CASES]
        # Both at least for all of them at once.
        for name, version in tried if IS_DEEP else tried[::2]:
            with self.subTest(operation=name, version=version):
                self.journaled(version, [name])
                status, words = replay(self.path("image"))
                self.assertEqual((status, words.split()[0], words[-2:]),
                                 (0, "replayed:", " 0"), words)
                self.assertEqual(self.kinds(), {})
        print(f"\ncounted: {len(tried if IS_DEEP else tried[::2])} journals of "
              "one redo operation, all bytes as expected")

    def test_all_at_once(self):
        """One journal with all of them, over several pages."""
        for version in VERSIONS:
            with self.subTest(version=version):
                self.journaled(version, ["all"])
                self.assertEqual(replay(self.path("image"))[0], 0)
                self.assertEqual(self.kinds(), {})

    def test_a_second_time(self):
        """After a replay there is nothing to redo."""
        for version in VERSIONS:
            self.journaled(version, ["all"])
            self.assertEqual(replay(self.path("image"))[0], 0)
            self.assertEqual(replay(self.path("image")), (0, "replayed: 0 0"))
            self.assertEqual(self.kinds(), {})

    def test_unfinished(self):
        """Of an unfinished transaction nothing is redone; it is remembered."""
        names = [name for name in journal_operations.CASES
                 if name not in ("nothing", "transactions", "dirty_pages",
                                 "open_attribute")]
        step = 1 if IS_DEEP else 7
        for version in VERSIONS:
            for name in names[::step]:
                with self.subTest(operation=name, version=version):
                    self.journaled(version, [name], False)
                    status, words = replay(self.path("image"))
                    self.assertEqual(status, 0, words)
                    self.assertNotEqual(words.split()[-1], "0")
                    # $Volume's record, and its copy in the mirror
                    self.assertEqual(self.kinds(),
                                     {("dirty", "record 3"): 2})
        print(f"\ncounted: {len(names[::step])} unfinished cases x "
              f"{len(VERSIONS)} versions, the volume marked and nothing else")

    def test_too_short_to_tell(self):
        """What playlog would get wrong is refused."""
        for version in VERSIONS:
            for name in journal_operations.REFUSED:
                self.journaled(version, [name])
                self.judge_refused(name)

    def test_unknown_operations(self):
        """Nobody knows how to redo them, committed or not."""
        versions = VERSIONS if IS_DEEP else VERSIONS[1:]
        for version in versions:
            for redo in UNKNOWN:
                self.pair(version, redo, 0, True)
                self.judge_refused(f"{redo:#x} {version}")
            for redo in UNKNOWN if IS_DEEP else UNKNOWN[::9]:
                self.pair(version, redo, 0, False)
                self.judge_refused(f"{redo:#x} {version}, unfinished")
        print(f"\ncounted: {len(UNKNOWN)} unknown operations refused")

    def test_unexpected_undos(self):
        """playlog takes these for done, and has not done them."""
        count = 0
        for redo, undos in KNOWN.items():
            wrong = [undo for undo in UNDOS if undos and undo not in undos]
            for undo in wrong[::9] if IS_DEEP else wrong[-1:]:
                self.pair("2.0", redo, undo, True)
                self.judge_refused(f"{redo:#x} with {undo:#x}")
                count += 1
        print(f"\ncounted: {count} pairs of operations refused")


class Bounds(unittest.TestCase):
    """How much of a journal is held in memory."""

    def test_many_records(self):
        """More than may be held are refused before anything is redone."""
        with tempfile.TemporaryDirectory() as folder:
            image = os.path.join(folder, "large")
            make_volume(image, size=LARGE_BYTES)
            change = mkjournal.Change("Folder/bad.sys", 2)
            for pages in (PAGES_WITHIN_BOUND, PAGES_BEYOND_BOUND):
                mkjournal.write_journal(image, committed=[change],
                                        idle_pages=pages)
                status, words = replay(image)
                if pages == PAGES_WITHIN_BOUND:
                    self.assertEqual(status, 0, words)
                    self.assertGreater(int(words.split()[1]),
                                       pages * RECORDS_PER_PAGE)
                else:
                    self.assertEqual(
                        (status, words),
                        (REFUSED, "refused: it exceeds a limit"))


if __name__ == "__main__":
    suite.main()
