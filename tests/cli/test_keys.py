#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker keys: check, pack and list, and what they must never print."""

import hashlib
import hmac
import os
import re
import signal
import stat
import struct
import time

import command
import suite
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, USAGE, loopbreaker
from key_room import KeyRoom
from recovery_keys import PIN, make_keys, table, windows_text
from terminal import Terminal

KEYS = make_keys(5)
SIX_DIGITS = re.compile(r"(\d{6}\D?){3}")


class KeysTest(KeyRoom):
    """Files with keys, and runs that print no secret."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pin = cls.write("pin", PIN + "\n")
        cls.csv = cls.write("keys.csv", table(KEYS))
        cls.good = cls.path("good.keys")
        loopbreaker("keys", "pack", "--pin-file", cls.pin, "-o", cls.good,
                    cls.csv, flavour="host")

    @classmethod
    def write(cls, name, content):
        """A file in the room; its path."""
        if isinstance(content, str):
            content = content.encode()
        with open(cls.path(name), "wb") as file:
            file.write(content)
        return cls.path(name)

    def run_keys(self, *words, status=DONE, **options):
        """loopbreaker keys; nothing of a key is in what it says."""
        run = loopbreaker("keys", *words, **options)
        self.assertEqual(run.status, status, run)
        self.assertNotRegex(run.output + run.words, SIX_DIGITS)
        self.assertNotIn(PIN, run.output + run.words)
        return run

    def pack(self, *files, status=DONE, pin="", name="site.keys"):
        """Pack @files as @name, anew; the run.

        With the sanitizers only what they may see: they triple the time that a
        derivation takes.
        """
        if os.path.lexists(self.path(name)):
            os.unlink(self.path(name))
        return self.run_keys("pack", "--pin-file", pin or self.pin, "-o",
                             self.path(name), *files, status=status,
                             flavour="asan" if status else "host")

    def listed(self, name="site.keys"):
        """The lines of keys list."""
        return self.run_keys("list", "--pin-file", self.pin, self.path(name),
                             flavour="host").output.splitlines()

    def read_good(self):
        """The bytes of a pack of KEYS."""
        with open(self.good, "rb") as file:
            return file.read()


class Pack(KeysTest):
    """keys pack and keys list"""

    def test_packed_and_listed(self):
        path = self.path("first.keys")
        run = self.run_keys("pack", "--pin-file", self.pin, "--output", path,
                            self.csv)
        self.assertEqual(run.output,
                         f"Packed: {path}, 5 keys, 0 rows skipped\n")
        self.assertEqual(run.words, "")
        run = self.run_keys("list", "--pin-file", self.pin, path)
        self.assertEqual(run.output.splitlines(),
                         sorted(key.start() for key in KEYS))

    def test_options_behind_the_files(self):
        self.run_keys("pack", self.csv, "-o", self.path("behind.keys"),
                      "--pin-file", self.pin, flavour="host")
        self.assertEqual(len(self.listed("behind.keys")), 5)

    def test_every_shape_and_several_files(self):
        text = self.write(f"BitLocker Recovery Key {KEYS[0].key_id}.TXT",
                          windows_text(KEYS[0]))
        twice = self.write("twice.csv", "\ufeff" + table(KEYS[:3]))
        wide = self.write("wide.csv", table(KEYS[3:]).replace(
            ",", "\t").encode("utf-16"))
        run = self.pack(text, twice, wide)
        self.assertIn(" 5 keys, 0 rows", run.output)

    def test_the_file(self):
        old = os.umask(0)
        try:
            self.pack(self.csv)
        finally:
            os.umask(old)
        path = self.path("site.keys")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, "rb") as file:
            before = file.read()
        self.assertEqual(len(before), 112 + 76 * 5)
        run = self.run_keys("pack", "--pin-file", self.pin, "-o", path,
                            self.csv, status=REFUSED)
        self.assertIn("--force", run.reason())
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)
        self.run_keys("pack", "--pin-file", self.pin, "--force", "-o", path,
                      self.csv, flavour="host")
        with open(path, "rb") as file:
            self.assertNotEqual(file.read(), before)  # another salt
        left = [name for name in os.listdir(self.room.name)
                if name.startswith("site.keys.")]
        self.assertEqual(left, [])

    def test_where_nothing_can_be_written(self):
        run = self.run_keys("pack", "--pin-file", self.pin, "-o",
                            self.path("none/site.keys"), self.csv,
                            status=IO_ERROR)
        self.assertIn("none/site.keys", run.reason())
        os.symlink(self.csv, self.path("link.keys"))
        self.run_keys("pack", "--pin-file", self.pin, "--force", "-o",
                      self.path("link.keys"), self.csv, status=IO_ERROR)
        with open(self.csv, encoding="ascii") as file:
            self.assertEqual(file.read(), table(KEYS))

    def test_nothing_in_clear(self):
        pack = self.read_good()
        for key in KEYS:
            raw = bytes.fromhex(key.key_id.replace("-", ""))
            swapped = (raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:])
            secret = struct.pack("<8H", *(int(group) // 11 for group in
                                          key.password.split("-")))
            for part in (raw[:4], swapped[:4], raw[8:], secret[:4],
                         secret[8:], key.key_id[:8].encode(),
                         key.password[:6].encode()):
                self.assertNotIn(part, pack)

    def test_the_documented_format(self):
        """The header, computed by somebody else."""
        pack = self.read_good()
        magic, version, rounds, count = struct.unpack_from("<8sIII", pack)
        self.assertEqual((magic, version, count), (b"LBKEYPK1", 1, 5))
        derived = hashlib.pbkdf2_hmac("sha256", PIN.encode(), pack[32:64],
                                      rounds)
        secret = {word: hmac.digest(
            derived, b"loopbreaker key pack 1 " + word, "sha256")
                  for word in (b"check", b"place")}
        self.assertEqual(hmac.digest(secret[b"check"], pack[:64], "sha256"),
                         pack[64:96])
        places = []
        for key in KEYS:
            raw = bytes.fromhex(key.key_id.replace("-", ""))
            name = raw[3::-1] + raw[5:3:-1] + raw[7:5:-1] + raw[8:] + b"\0"
            places.append(hmac.digest(secret[b"place"], name, "sha256")[:16])
        self.assertEqual(sorted(places),
                         [pack[at:at + 16] for at in
                          range(96, 96 + 72 * 5, 72)])

    def test_bad_rows(self):
        bad = table(KEYS[:1]) + (
            f"{KEYS[1].key_id},111111-{KEYS[1].password[7:-7]}-111112\n"
            f"{KEYS[2].key_id},{KEYS[2].password[:-7]}\n"
            f"{KEYS[3].key_id},\n"
            f",{KEYS[4].password}\n"
            f"{KEYS[4].start()},{KEYS[4].password}\n")
        path = self.write("bad.csv", bad)
        run = self.pack(path)
        self.assertIn(" 1 key, 5 rows skipped", run.output)
        lines = run.words.splitlines()
        self.assertEqual([re.search(r"bad\.csv: row (\d+) is", line).group(1)
                          for line in lines], list("34567"))
        for words, line in zip(("group 8", "7 groups", "no recovery key",
                                "key ID", "first eight"), lines):
            self.assertIn(words, line)
            self.assertRegex(line, command.SENTENCE)
        self.assertEqual(self.listed(), [KEYS[0].start()])
        run = self.run_keys("check", path, status=BAD_INPUT)
        self.assertEqual(run.output, "Good: 1 key, 5 rows would be skipped\n")
        self.assertEqual(run.words.splitlines(), lines)
        run = self.run_keys("check", self.write("one.csv", table(KEYS[:2])
                                                + "x,\n"), status=BAD_INPUT)
        self.assertEqual(run.output,
                         "Good: 2 keys, 1 row would be skipped\n")

    def test_limits(self):
        """Each is named, with whose it is."""
        large = self.path("large.csv")
        with open(large, "wb") as file:
            file.truncate((64 << 20) + 1)
        startup = self.write("large.BEK", "x" * ((16 << 10) + 1))
        for path, limit in ((large, "64 MiB"), (startup, "16384 bytes")):
            for run in (self.pack(path, status=BAD_INPUT),
                        self.run_keys("check", path, status=BAD_INPUT)):
                self.assertIn(os.path.basename(path), run.reason())
                self.assertIn(limit, run.reason())
        pack = self.read_good()
        for at, value in ((12, 1500001), (16, 200001)):
            changed = pack[:at] + struct.pack("<I", value) + pack[at + 4:]
            run = self.run_keys("list", "--pin-file", self.pin,
                                self.write("much.keys", changed),
                                status=BAD_INPUT)
            self.assertRegex(run.reason(), "much.keys: .*200000 .*1500000")

    def test_no_keys(self):
        run = self.pack(self.write("none.txt", "nothing"), status=BAD_INPUT)
        self.assertIn("none.txt has no key", run.words)
        self.assertFalse(os.path.exists(self.path("site.keys")))
        self.assertEqual(self.run_keys("check", self.csv).output,
                         "Good: 5 keys, 0 rows would be skipped\n")

    def test_files_that_are_none(self):
        run = self.pack(self.path("missing.csv"), status=IO_ERROR)
        self.assertIn("missing.csv", run.reason())
        self.pack(self.room.name, status=IO_ERROR)
        self.pack("/dev/null", status=IO_ERROR)
        run = self.pack(self.good, status=REFUSED)
        self.assertIn("good.keys", run.reason())
        self.pack(self.write("bad.BEK", "no startup key"), status=BAD_INPUT)

    def test_damaged_packs(self):
        pack = self.read_good()
        for name, content in (("short", pack[:-1]), ("long", pack + b"\0"),
                              ("other", b"x" * 500), ("empty", b"")):
            run = self.run_keys("list", "--pin-file", self.pin,
                                self.write(name, content), status=BAD_INPUT)
            self.assertIn(name, run.reason())
        changed = pack[:-1] + bytes([pack[-1] ^ 1])
        self.run_keys("list", "--pin-file", self.pin,
                      self.write("changed", changed), status=BAD_INPUT,
                      flavour="host")

    def test_wrong_calls(self):
        for words in ((), ("x",), ("pack",), ("pack", self.csv),
                      ("pack", "-o"), ("pack", "-x", self.csv),
                      ("list",), ("list", "a", "b"),
                      ("list", "--force", "a"), ("check", "-o", "a", "b"),
                      ("pack", "--pin", "x", "-o", "a", self.csv)):
            self.assertRegex(self.run_keys(*words, status=USAGE).reason(),
                             "--help")


class Pin(KeysTest):
    """However it is handed in."""

    def test_descriptor(self):
        with open(self.pin, "rb") as file:
            self.run_keys("pack", "--pin-fd", str(file.fileno()), "-o",
                          self.path("fd.keys"), self.csv,
                          pass_fds=(file.fileno(),), flavour="host")
        self.assertEqual(len(self.listed("fd.keys")), 5)
        for fd in ("x", "", "-1", "77"):
            run = self.run_keys("list", "--pin-fd", fd, self.path("fd.keys"),
                                status=IO_ERROR if fd == "77" else USAGE)
            self.assertIn("PIN", run.reason())

    def test_wrong_pin(self):
        wrong = self.write("wrong", "271828182846")
        run = self.run_keys("list", "--pin-file", wrong, self.good,
                            status=REFUSED)
        self.assertIn("not the PIN", run.reason())
        self.assertNotIn("271828182846", run.words)

    def test_bad_pins(self):
        for pin in ("", "1234", "123456789012", "111111111111", "short",
                    "p\u00e4ssword-long", "x" * 65):
            run = self.pack(self.csv, status=REFUSED,
                            pin=self.write("bad-pin", pin))
            self.assertIn("the PIN", run.reason())
            self.assertFalse(os.path.exists(self.path("site.keys")))
        run = self.pack(self.csv, status=BAD_INPUT,
                        pin=self.write("bad-pin", "x" * 2000))
        self.assertIn("too long", run.reason())
        run = self.pack(self.csv, status=IO_ERROR, pin=self.path("no-pin"))
        self.assertIn("PIN", run.reason())

    def test_no_terminal(self):
        run = self.run_keys("list", self.good, status=USAGE,
                            start_new_session=True)
        self.assertIn("--pin-file", run.reason())


class Typed(KeysTest):
    """The PIN on a terminal."""

    def ask(self, *words, typed):
        """Run keys and type a line at each question."""
        run = Terminal("keys", *words)
        for question, line in typed:
            run.wait_for(question)
            # The question comes before the terminal is switched.
            end = time.monotonic() + command.TIMEOUT_SECONDS
            while not run.hides() and time.monotonic() < end:
                os.sched_yield()
            run.type(line)
        status = run.end()
        self.assertNotIn(PIN, run.shown)
        return status, run.shown

    def test_typed(self):
        path = self.path("typed.keys")
        status, shown = self.ask(
            "pack", "-o", path, self.csv,
            typed=[("PIN: ", PIN + "\n"), ("PIN again: ", PIN + "\n")])
        self.assertEqual(status, DONE, shown)
        self.assertEqual(len(self.listed("typed.keys")), 5)
        status, shown = self.ask("list", path, typed=[("PIN: ", PIN + "\n")])
        self.assertEqual(status, DONE, shown)
        self.assertIn(KEYS[0].start(), shown)

    def test_not_the_same_twice(self):
        path = self.path("twice.keys")
        status, shown = self.ask(
            "pack", "-o", path, self.csv,
            typed=[("PIN: ", PIN + "\n"), ("PIN again: ", PIN + "1\n")])
        self.assertEqual(status, REFUSED, shown)
        self.assertIn("not the same", shown)
        self.assertFalse(os.path.exists(path))

    def test_interrupted(self):
        status, shown = self.ask("list", self.good,
                                 typed=[("PIN: ", "\x03")])
        self.assertEqual(status, -signal.SIGINT, shown)


if __name__ == "__main__":
    suite.main()
