#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker plan on an encrypted volume: keys from files and typed ones."""

import os
import subprocess
import time

import suite
from bitlocker_room import DIGITS, MIB, OTHER_DIGITS, Room
from command import (
    BAD_INPUT, IO_ERROR, REFUSED, TIMEOUT_SECONDS, USAGE, loopbreaker)
from terminal import Terminal

START = MIB
PLAIN_DIGITS = DIGITS.replace("-", "")
# What French keys give for 1 to 0 without Shift.
FRENCH = dict(zip("1234567890", "&é\"'(-è_çà"))


class KeysTest(Room):
    """A disk with one volume that has a recovery password."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.disk = os.path.join(cls.room.name, "disk")
        room = cls()
        volume = room.make("--recovery", DIGITS)
        with open(cls.disk, "wb") as disk, open(volume, "rb") as source:
            disk.truncate(START + 18 * MIB)
            disk.seek(START)
            disk.write(source.read())
        subprocess.run(
            ["/sbin/sfdisk", "-q", cls.disk], check=True, capture_output=True,
            input=f"label: gpt\nstart={START // 512}, size=32768, type=EBD0A0"
                  "A2-B9E5-4433-87C0-68B6B72699C7\n".encode())

    def plan(self, *options):
        """A run of plan that says how the volume was opened."""
        run = loopbreaker("plan", "--json", *options, self.disk)
        self.assertNotIn(DIGITS[:13], run.output + run.words)
        return run


class Files(KeysTest):
    """--bitlocker-keys"""

    def opened(self, *options):
        """How, or None."""
        run = self.plan(*options)
        self.assertEqual(run.status, REFUSED, run)  # no Windows is in it
        return run.event("bitlocker").get("opened")

    def test_no_key(self):
        """Closed, for the reason that it is; whose key is wanted is said."""
        run = self.plan()
        self.assertEqual(run.status, REFUSED, run)
        event = run.event("bitlocker")
        self.assertEqual(event["opened"], "no", run)
        self.assertEqual(len(event["key_ids"]), 1, run)
        for word in ("key_id", "file", "refused", "read_only", "error"):
            self.assertNotIn(word, event)
        self.assertEqual(run.event("volume")["found"], "encrypted", run)
        self.assertEqual(run.event("volume")["encrypted_volumes"], 1, run)
        self.assertEqual(run.event("verdict")["reasons"],
                         ["windows-encrypted"], run)
        self.assertIn("is locked, and no key for it was found", run.words)
        said = loopbreaker("plan", self.disk).output
        self.assertIn("name it with --bitlocker-keys FILE", said)
        self.assertNotIn("stick", said)
        # The very one whose key opens it, below.
        right = self.write("right.txt", f"Recovery key: {DIGITS}\n")
        opened = self.plan("--bitlocker-keys", right).event("bitlocker")
        self.assertEqual([opened["key_id"]], event["key_ids"])

    def test_the_right_one_of_several(self):
        wrong = self.write("wrong.txt", f"Recovery key: {OTHER_DIGITS}\n")
        right = self.write("right.txt", f"Recovery key: {DIGITS}\n")
        nothing = self.write("nothing.txt", "")
        options = [word for path in (nothing, wrong, right)
                   for word in ("--bitlocker-keys", path)]
        run = self.plan(*options)
        event = run.event("bitlocker")
        self.assertEqual((event["opened"], event["file"]),
                         ("key-file", "right.txt"), run)
        # Where the file lies nobody knows on Linux.
        self.assertNotIn("is_exposed", event)
        self.assertNotIn("own disk", run.words)
        self.assertNotEqual(self.opened(*options[:4]), "key-file")

    def test_a_file_that_is_not_there(self):
        run = self.plan("--bitlocker-keys", self.path("absent"))
        self.assertEqual(run.status, IO_ERROR, run)
        self.assertIn("absent", run.reason())
        run = self.plan("--bitlocker-keys", self.room.name)
        self.assertEqual(run.status, IO_ERROR, run)

    def test_a_file_that_is_too_large(self):
        path = self.path("large.csv")
        with open(path, "wb") as file:
            file.truncate((64 << 20) + 1)
        run = self.plan("--bitlocker-keys", path)
        self.assertEqual(run.status, BAD_INPUT, run)
        self.assertIn("large.csv: it is larger than 64 MiB", run.reason())

    def test_too_many_files(self):
        key = self.write("key.txt", DIGITS)
        self.assertEqual(
            self.plan(*["--bitlocker-keys", key] * 64).status, REFUSED)
        self.assertEqual(
            self.plan(*["--bitlocker-keys", key] * 65).status, USAGE)
        self.assertEqual(self.plan("--bitlocker-keys").status, USAGE)


class Typed(KeysTest):
    """The recovery password on a terminal."""

    def type(self, *pieces, ending="\r"):
        """Type them one after the other; the terminal, when it has ended."""
        run = Terminal("plan", self.disk)
        run.wait_for("____-______\x1b[55D")
        for piece in pieces:
            run.type(piece)
        run.type(ending)
        run.status = run.end()
        self.assertTrue(run.shown.endswith("\n"), run.shown)
        return run

    def check_opened(self, run):
        """The key was right, and the line was wiped off the screen."""
        self.assertEqual(run.status, REFUSED, run.shown)
        self.assertIn("opened with the key", run.shown)
        last = run.shown.rindex("72088")
        self.assertIn("\r\x1b[K\r\n", run.shown[last:])

    def test_typed(self):
        for text in (DIGITS, PLAIN_DIGITS, f"Recovery key: {DIGITS}",
                     "".join(FRENCH[digit] for digit in PLAIN_DIGITS)):
            with self.subTest(text=text):
                self.check_opened(self.type(text))

    def test_a_wrong_group(self):
        run = self.type("000011-000032-", "\x7f" * 2, "22-", DIGITS[14:])
        self.assertIn("Group 2 is wrong", run.shown)
        self.check_opened(run)

    def test_arrows_and_other_keys(self):
        self.check_opened(self.type(
            "000013", "\x1b[D", "1", "\x1b[15~", "\x1bOC", "\x1b[1;5A",
            DIGITS[7:]))

    def test_nobody_wants_to(self):
        for ending in ("\x1b", "\x04"):
            run = self.type("0000", ending=ending)
            self.assertEqual(run.status, REFUSED, run.shown)
            self.assertIn("is locked, and no key for it was found", run.shown)
            self.assertNotIn("opened with", run.shown)

    def test_interrupted(self):
        """The terminal is itself again."""
        run = Terminal("plan", self.disk)
        run.wait_for("____-______\x1b[55D")
        self.assertTrue(run.hides())
        with open(f"/proc/{run.pid}/limits", encoding="ascii") as limits:
            # Soft and hard: no key gets into a core file.
            self.assertRegex(limits.read(), "Max core file size +0 +0 ")
        run.type("0000\x03")
        end = time.monotonic() + TIMEOUT_SECONDS
        while run.hides() and time.monotonic() < end:
            os.sched_yield()
        self.assertFalse(run.hides())
        self.assertEqual(run.end(), -2, run.shown)

    def test_without_a_terminal_nobody_is_asked(self):
        typed = self.write("typed", DIGITS + "\n")
        with open(typed, "rb") as file:
            run = loopbreaker("plan", self.disk, stdin=file)
        self.assertEqual(run.status, REFUSED, run)
        self.assertNotIn("48 digits", run.output + run.words)


if __name__ == "__main__":
    suite.main()
