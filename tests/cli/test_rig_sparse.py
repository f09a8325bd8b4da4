#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Are the rig's images copied and compared as if every byte had been read?
Ends with "N passed, N failed".
"""

import os
import random

import suite
from rig_folder import Folder  # before modules of the rig
from sparse import changed_ranges, copy_image, copy_part

KIB = 1 << 10
SIZE = 4 << 20
SECTOR = 512


class Sparse(Folder):
    def setUp(self):
        super().setUp()
        self.random = random.Random(1)

    def make(self, name, pieces, size=SIZE):
        """A file with random bytes at each (start, length) of @pieces."""
        with open(self.path(name), "wb") as file:
            file.truncate(size)
            for start, length in pieces:
                file.seek(start)
                file.write(self.random.randbytes(length))
        return self.path(name)

    def content(self, path):
        with open(path, "rb") as file:
            return file.read()

    def pieces(self):
        """Up to five anywhere, so that some touch or overlap."""
        return [(start, self.random.randrange(1, min(SIZE - start, 99 * KIB)))
                for start in (self.random.randrange(SIZE - 1)
                              for _ in range(self.random.randrange(5)))]

    def by_hand(self, old, new):
        """The sectors that differ, each byte looked at."""
        return [i for i in range(0, max(len(old), len(new)), SECTOR)
                if old[i:i + SECTOR] != new[i:i + SECTOR]]

    def assert_finds(self, before, after):
        ranges = changed_ranges(before, after)
        sectors = [i for start, end in ranges
                   for i in range(start, end, SECTOR)]
        self.assertEqual(sectors, self.by_hand(self.content(before),
                                               self.content(after)))
        for (_, end), (start, _) in zip(ranges, ranges[1:]):
            self.assertLess(end, start)

    def test_a_copy_is_the_same_and_has_the_holes(self):
        source = self.make("source", [(5000, 3 * KIB), (SIZE - 700, 700)])
        target = self.make("target", [(0, SIZE)])
        copy_image(source, target)
        self.assertEqual(self.content(target), self.content(source))
        self.assertLess(os.stat(target).st_blocks * SECTOR, SIZE // 4)

    def test_a_part_goes_where_it_should(self):
        for _ in range(20):
            source = self.make("source", self.pieces())
            target = self.make("target", [])
            start, offset = (self.random.randrange(SIZE // 2) for _ in "ab")
            limit = self.random.randrange(SIZE // 2)
            copy_part(source, target, offset, limit, start)
            part = self.content(source)[start:start + limit]
            self.assertEqual(self.content(target), bytes(offset) + part +
                             bytes(SIZE - offset - len(part)))

    def test_every_difference_is_found(self):
        for _ in range(20):
            before = self.make("before", self.pieces())
            after = self.path("after")
            copy_image(before, after)
            self.assertEqual(changed_ranges(before, after), [])
            with open(after, "r+b") as file:
                for start, length in self.pieces():
                    file.seek(start)
                    file.write(self.random.choice((bytes(length),
                                                   b"x" * length)))
            self.assert_finds(before, after)
            self.assert_finds(after, before)

    def test_a_longer_file_differs_there(self):
        before = self.make("before", [(0, KIB)], 8 * KIB)
        after = self.make("after", [], 16 * KIB)
        self.assertEqual(changed_ranges(before, after),
                         [(0, KIB), (8 * KIB, 16 * KIB)])
        self.assert_finds(after, before)

    def test_a_file_without_a_hole(self):
        self.assert_finds(self.make("before", [(0, SIZE)]),
                          self.make("after", [(0, SIZE - 100)]))


if __name__ == "__main__":
    suite.main()
