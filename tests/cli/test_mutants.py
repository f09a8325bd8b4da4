#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Can the tests fail?  Deliberately broken variants of the product, each of
which has to be caught by the tests that it names (tests/mutants.toml).

make check-deep tries all of them, make check some; with the name of one on the
command line: test_mutants.py MutantsTest.test_NAME, - written as _.
"""

import os
import unittest

from mutant_room import MutantRoom, mutated, read_mutants
from suite import BUILD, TOP, main

MUTANTS = read_mutants()
IS_DEEP = "LOOPBREAKER_DEEP" in os.environ


class TextTest(unittest.TestCase):
    """The entries themselves."""

    def test_every_text_is_there_once(self):
        """A mutant whose text is gone would be no mutant any more."""
        for mutant in MUTANTS:
            with self.subTest(mutant.name):
                with open(os.path.join(TOP, mutant.file),
                          encoding="utf-8") as file:
                    text = file.read()
                self.assertNotEqual(mutated(text, mutant), text)

    def test_every_program_is_there(self):
        """Somebody has to catch it."""
        for mutant in MUTANTS:
            with self.subTest(mutant.name):
                self.assertTrue(mutant.caught_by)
                for name in mutant.caught_by:
                    self.assertTrue(os.path.exists(os.path.join(
                        TOP, "tests", "unit", name + ".c")))

    def test_names_differ(self):
        """A test of its own for each."""
        self.assertEqual(len({mutant.name for mutant in MUTANTS}),
                         len(MUTANTS))


class MutantsTest(unittest.TestCase):
    """One test for each mutant that is tried."""

    caught = 0

    @classmethod
    def setUpClass(cls):
        if not os.path.isdir(os.path.join(BUILD, "asan")):
            raise unittest.SkipTest("the unit tests are not built")
        cls.room = MutantRoom()

    @classmethod
    def tearDownClass(cls):
        cls.room.remove()
        print(f"counted: {cls.caught} broken variants caught, of "
              f"{len(MUTANTS)} in tests/mutants.toml")


def _test_of(mutant):
    def test(self):
        self.assertEqual(self.room.not_caught(mutant), [])
        type(self).caught += 1

    test.__doc__ = f"{mutant.file}: caught by {', '.join(mutant.caught_by)}"
    if not IS_DEEP and not mutant.in_check:
        return None
    return test


for each in MUTANTS:
    each_test = _test_of(each)
    if each_test:
        setattr(MutantsTest, "test_" + each.name.replace("-", "_"), each_test)


if __name__ == "__main__":
    main()
