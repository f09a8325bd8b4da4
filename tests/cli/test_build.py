#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The build itself: the same programs from another folder, at another time,
with another user's settings; and what is out of date is made again."""

import filecmp
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from suite import BUILD, TOP, main

APPLICATIONS = ("loopbreaker-x64.efi", "loopbreaker-aa64.efi")
# The same rules make them all; check-deep compiles each once more.
PROGRAMS = ((*APPLICATIONS, "host/loopbreaker")
            if "LOOPBREAKER_DEEP" in os.environ else APPLICATIONS[:1])
FOLDERS = ("efi", "images", "linux", "quarantine", "recovery", "scripts",
           "storage", "tests")
OBJECT = "build/host/storage/crc32.o"


def version() -> str:
    """As the Makefile has it."""
    with open(os.path.join(TOP, "Makefile"), encoding="utf-8") as file:
        return re.search(r"^VERSION := (.*)$", file.read(), re.M)[1]


class AnotherFolder(unittest.TestCase):
    """A copy of the sources, with the same fetched libraries."""

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory(prefix="elsewhere-")
        cls.addClassCleanup(cls.directory.cleanup)
        cls.top = os.path.join(cls.directory.name, "a", "longer", "name")
        os.makedirs(os.path.join(cls.top, "build"))
        shutil.copy(os.path.join(TOP, "Makefile"), cls.top)
        for folder in FOLDERS:
            shutil.copytree(os.path.join(TOP, folder),
                            os.path.join(cls.top, folder),
                            copy_function=shutil.copy)  # new time stamps
        deps = os.path.join(cls.top, "build", "deps")
        os.mkdir(deps)
        for name in os.listdir(os.path.join(BUILD, "deps")):
            os.symlink(os.path.join(BUILD, "deps", name),
                       os.path.join(deps, name))
        # Newer than the scripts, and not those of the build under test: make
        # would install and fetch again, and touch them.
        for stamp in (os.path.join(deps, "fetched.stamp"),
                      os.path.join(cls.top, "build", "setup.stamp")):
            if os.path.lexists(stamp):
                os.unlink(stamp)
            with open(stamp, "x", encoding="utf-8"):
                pass

    def make(self, *arguments: str) -> str:
        """What make said."""
        env = {name: value for name, value in os.environ.items()
               if not name.startswith(("MAKE", "MFLAGS"))}
        env.update(TZ="Pacific/Kiritimati", LC_ALL="C.UTF-8", USER="somebody",
                   HOME=self.directory.name, SETUP="no")
        done = subprocess.run(
            ["make", "-j2", *arguments], cwd=self.top, env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            umask=0o077)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def test_same_programs(self):
        self.make(*(f"build/{name}" for name in PROGRAMS))
        for name in PROGRAMS:
            with self.subTest(name):
                ours = os.path.join(BUILD, name)
                theirs = os.path.join(self.top, "build", name)
                self.assertTrue(filecmp.cmp(ours, theirs, shallow=False),
                                "the two builds differ")
                with open(theirs, "rb") as file:
                    content = file.read()
                for path in (TOP, self.directory.name):
                    self.assertNotIn(path.encode(), content)

    def test_changed_flags(self):
        self.make(OBJECT)
        self.assertNotIn(OBJECT, self.make(OBJECT))
        changed = ("WARNINGS=-Wall", OBJECT)
        self.assertIn(OBJECT, self.make(*changed))
        self.assertNotIn(OBJECT, self.make(*changed))
        self.assertIn(OBJECT, self.make(OBJECT))

    def test_changed_header(self):
        self.make(OBJECT)
        os.utime(os.path.join(self.top, "storage", "crc32.h"))
        self.assertIn(OBJECT, self.make(OBJECT))


class Version(unittest.TestCase):
    """One version, whoever asks."""

    def test_sbat(self):
        for name in APPLICATIONS:
            with self.subTest(name):
                with open(os.path.join(BUILD, name), "rb") as file:
                    content = file.read()
                lines = re.findall(
                    rb"^loopbreaker,(\d+),[^,]*,([^,]*),([^,]*),\S+$",
                    content, re.M)
                self.assertEqual(lines, [(b"1", b"loopbreaker",
                                          version().encode())])
                self.assertIn(b"sbat,1,SBAT Version,sbat,1,", content)


class Clean(unittest.TestCase):
    """make clean"""

    def test_what_was_fetched_stays(self):
        # Each of these scripts fills the folder of its name.
        fetched = sorted(name.removeprefix("fetch-") for name in os.listdir(
            os.path.join(TOP, "scripts")) if name.startswith("fetch-"))
        self.assertIn("live", fetched)
        with tempfile.TemporaryDirectory() as build:
            for name in (*fetched, "host", "images"):
                os.makedirs(os.path.join(build, name, "below"))
            env = {name: value for name, value in os.environ.items()
                   if not name.startswith(("MAKE", "MFLAGS"))}
            subprocess.run(["make", "SETUP=no", f"BUILD={build}", "clean"],
                           cwd=TOP, env=env, check=True, capture_output=True)
            self.assertEqual(sorted(os.listdir(build)), fetched)


if __name__ == "__main__":
    main()
