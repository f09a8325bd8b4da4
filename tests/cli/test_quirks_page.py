#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""efi/QUIRKS.md: does everything that it names exist, and does every answer in
the code have a test?  Ends with "N passed, N failed".
"""

import dataclasses
import glob
import os
import re
import unittest

from suite import TOP, main

PAGE = "efi/QUIRKS.md"
COLUMNS = ["id", "what happens", "source", "our answer", "where", "test"]
NOTHING = "–"
ID = re.compile(r"\bQ(\d\d)(?:–Q(\d\d))?\b")
CODE = re.compile(r"`([^`]+)`")
QUIRK = re.compile(r"\*([a-z-]+)\*")
# Of C tests: function names, which always have more than one word.
FUNCTION = re.compile(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")


def read(path: str) -> str:
    """The text of a file of the project."""
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def paths(*patterns: str) -> list[str]:
    """The files of the project that match."""
    return [path for pattern in patterns
            for path in sorted(glob.glob(pattern, root_dir=TOP))]


@dataclasses.dataclass
class Row:
    """One quirk that the code answers."""

    ids: str
    where: str
    test: str

    @property
    def programs(self) -> list[str]:
        """The test programs and scenarios that are named."""
        return CODE.findall(self.test)


def read_rows(page: str) -> list[Row]:
    """The rows of the tables that have the columns above."""
    rows, is_inside = [], False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if cells == COLUMNS:
            is_inside = True
        elif not line.startswith("|"):
            is_inside = False
        elif is_inside and not line.startswith("|-"):
            if len(cells) != len(COLUMNS):
                raise ValueError(f"{PAGE}: {len(cells)} cells in: {line}")
            rows.append(Row(cells[0], cells[4], cells[5]))
    return rows


def ids_of(text: str) -> set[int]:
    """The quirks that are named, alone or as a range."""
    return {number for first, last in ID.findall(text)
            for number in range(int(first), int(last or first) + 1)}


def source_of(program: str) -> str | None:
    """The source file of a test program, or None if there is none."""
    folder = "fuzz" if program.startswith("fuzz_") else "unit"
    found = paths(f"tests/{folder}/{program}.c", f"tests/cli/{program}.py")
    return found[0] if found else None


def tests_of(program: str) -> set[str]:
    """The tests that a C program runs: those listed in its main()."""
    _, _, listed = read(source_of(program)).partition("CMUnitTest tests[]")
    return set(re.findall(r"\w+\(\s*(\w+)", listed))


def file_of(name: str) -> str | None:
    """The file that "where" means: of efi/, unless it says of what."""
    for path in (name, f"efi/{name}"):
        if os.path.isfile(os.path.join(TOP, path)):
            return path
    return None


class QuirksPage(unittest.TestCase):
    """The page against the sources."""

    def setUp(self):
        self.page = read(PAGE)
        self.rows = read_rows(self.page)
        self.quirks = set(re.findall(
            r'= "([a-z-]+)"', read("tests/support/fake_pc_quirks.c")))

    def test_page_was_understood(self):
        self.assertGreater(len(self.rows), 40)
        self.assertGreater(len(self.quirks), 40)

    def test_every_answer_has_a_test(self):
        for row in self.rows:
            with self.subTest(row.ids, where=row.where):
                self.assertTrue(row.where == NOTHING or row.programs or
                                QUIRK.findall(row.test))

    def test_programs_and_scenarios_exist(self):
        for row in self.rows:
            for name in row.programs:
                with self.subTest(row.ids, name=name):
                    if name.startswith(("test_", "fuzz_")):
                        self.assertIsNotNone(source_of(name))
                    elif "." in name:
                        self.assertTrue(paths(f"tests/*/{name}"))
                    else:
                        self.assertTrue(
                            paths(f"tests/boot/scenarios/{name}.toml"))

    def test_named_tests_are_run(self):
        """What stands behind a program, up to the next semicolon."""
        for row in self.rows:
            for part in row.test.split(";"):
                programs = CODE.findall(part)
                for function in FUNCTION.findall(CODE.sub("", part)):
                    with self.subTest(row.ids, function=function):
                        self.assertEqual(len(programs), 1)
                        self.assertIn(function, tests_of(programs[0]))

    def test_quirks_of_the_fake_are_those_of_the_page(self):
        found = set(QUIRK.findall(self.page))
        self.assertEqual(found, self.quirks)

    def test_code_is_where_it_says(self):
        for row in self.rows:
            source = ""
            for name in CODE.findall(row.where):
                with self.subTest(row.ids, name=name):
                    path = file_of(name)
                    if path:
                        source = read(path)
                        continue
                    self.assertTrue(
                        re.search(r"\b%s\b" % re.escape(name), source))

    def test_no_id_is_left_out(self):
        told = ids_of(self.page)
        self.assertEqual(told, set(range(1, max(told) + 1)))

    def test_ids_in_the_sources_are_explained(self):
        told = ids_of(self.page)
        for path in paths("efi/*.[chS]", "recovery/*.[ch]", "storage/*.[ch]",
                          "tests/*/*.[ch]", "tests/boot/*.py",
                          "tests/boot/*/*.[ch]", "tests/boot/scenarios/*"):
            with self.subTest(path):
                self.assertLessEqual(ids_of(read(path)), told)


if __name__ == "__main__":
    main()
