#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Is the table in docs/decisions.md what the code decides?

    test_decisions.py --write    bring the document up to date
"""

import os
import subprocess
import sys
import unittest

import suite

DOCUMENT = os.path.join(suite.TOP, "docs/decisions.md")
PROGRAM = os.path.join(suite.BUILD, "host/decisions")
MARK = "<!-- From here on written by \"make decisions\". -->\n"
TIMEOUT_SECONDS = 300


def table() -> str:
    """What the program prints."""
    return subprocess.run([PROGRAM], check=True, text=True,
                          timeout=TIMEOUT_SECONDS,
                          stdout=subprocess.PIPE).stdout


def read_document() -> tuple[str, str]:
    """The document's own words, and the table in it."""
    with open(DOCUMENT, encoding="utf-8") as file:
        words, mark, rest = file.read().partition(MARK)
    if not mark:
        raise ValueError(f"{DOCUMENT} lacks the line {MARK!r}")
    return words, rest


class DecisionsTest(unittest.TestCase):
    """The document says what the code does."""

    def test_the_table(self):
        _, rest = read_document()
        self.assertEqual(rest.strip().splitlines(),
                         table().strip().splitlines(),
                         "docs/decisions.md is stale: run make decisions")


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        own_words, _ = read_document()
        with open(DOCUMENT, "w", encoding="utf-8") as document:
            document.write(own_words + MARK + "\n" + table())
    else:
        suite.main()
