#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker bitlocker: what it says, what it refuses, and that no key is
said, kept or asked for without need.  Ends with "N passed, N failed".
"""

import os
import pty
import re
import resource
import signal
import stat
import subprocess
import termios
import uuid

import suite
from bitlocker_room import (DIGITS, MIB, OTHER_DIGITS, PASSWORD, Room)
from command import (BAD_INPUT, DONE, IO_ERROR, PROGRAMS, REFUSED, USAGE,
                     loopbreaker)
from volume_maker import digest

DISK_START = 1 * MIB


class Info(Room):
    """What is said about a volume."""

    def test_all_of_it(self):
        volume = self.make("--method", "0x8005", "--sector", "4096", "--tpm",
                           "--recovery", DIGITS, "--password", PASSWORD,
                           "--bek", self.path("key.bek"),
                           plain=self.plain(4096))
        before = digest(volume)
        info = self.info(volume)
        self.assertEqual(info["access"], "read-write")
        self.assertEqual(info["method_code"], "0x8005")
        self.assertEqual(info["sector_bytes"], 4096)
        self.assertEqual(info["good_copies"], 3)
        self.assertFalse(info["is_suspended"])
        self.assertEqual([p["kind"] for p in info["protectors"]],
                         ["TPM", "recovery password", "password",
                          "startup key"])
        text = loopbreaker("bitlocker", "info", volume).output
        for words in ("XTS-AES 256", "4096 bytes", "3 of 3 copies",
                      "read and write, once it is unlocked",
                      info["protectors"][1]["key_id"]):
            self.assertIn(words, text)
        self.assertEqual(digest(volume), before)

    def check(self, access: str, reason: str, *options: str):
        """Access and reason, in both forms."""
        volume = self.make("--clear-key", *options)
        info = self.info(volume)
        self.assertEqual((info["access"], info.get("reason", "")),
                         (access, reason))
        text = loopbreaker("bitlocker", "info", volume).output
        self.assertIn(f"  access      {access.split('-', maxsplit=1)[0]}",
                      text)
        return volume

    def test_access(self):
        self.check("read-write", "")
        self.check("read-only", "damaged-copy", "--damage", "1")
        self.check("read-only", "damaged-copy", "--damage", "0", "--damage",
                   "2")
        self.check("refused", "no-good-copy", "--damage", "0", "--damage",
                   "1", "--damage", "2")
        self.check("read-only", "paused", "--state", "3", "--next-state", "4",
                   "--encrypted", str(4 * MIB))
        self.check("refused", "converting", "--state", "5", "--next-state",
                   "4")
        self.check("refused", "unfinished", "--eow")
        self.check("read-only", "other-size", "--encrypted", str(8 * MIB))

    def test_places_of_the_maker(self):
        """Of make-bitlocker: where it is told to, or not at all."""
        self.make("--clear-key")
        places = [str(int(word) + 0x40000)
                  for word in self.places.split()[1:4]]
        options = [word for place in places for word in ("--place", place)]
        volume = self.make("--clear-key", *options)
        self.assertEqual(self.places.split()[1:4], places)
        self.assertEqual(self.info(volume)["access"], "read-write")
        with self.assertRaises(subprocess.CalledProcessError):
            self.make("--clear-key", "--place", "512")

    def test_text_of_strangers_is_no_command_for_terminals(self):
        volume = self.make("--clear-key")
        self.change_blocks(volume, lambda block: block.replace(
            "LOOP".encode("utf-16-le"), "\x1b\x9bOP".encode("utf-16-le")))
        run = loopbreaker("bitlocker", "info", volume)
        self.assertEqual(run.status, DONE, run)
        self.assertIn("??OPBREAKER", run.output)
        self.assertNotRegex(run.output, "[\x1b\x9b]")

    def disk(self, *volumes: str) -> str:
        """A disk with these volumes, behind an ESP that is empty."""
        path = self.path("disk")
        with open(path, "wb") as disk:
            disk.truncate(DISK_START + 17 * MIB * len(volumes) + MIB)
        script = "label: gpt\n"
        for i, volume in enumerate(volumes):
            start = DISK_START + 17 * MIB * i
            script += f"start={start // 512}, size={16 * MIB // 512}, type=" \
                      "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7\n"
            with open(path, "r+b") as disk, open(volume, "rb") as source:
                disk.seek(start)
                disk.write(source.read())
        subprocess.run(["/sbin/sfdisk", "-q", path], input=script.encode(),
                       check=True, capture_output=True)
        return path

    def test_on_a_whole_disk(self):
        one = self.make("--clear-key", name="one")
        two = self.make("--recovery", DIGITS, "--seed", "2", name="two")
        disk = self.disk(one, self.plain(), two)
        run = loopbreaker("bitlocker", "info", "--json", disk)
        self.assertEqual([e["partition"] for e in run.events()], [1, 3], run)
        run = self.decrypt(disk)
        self.assertEqual(run.status, REFUSED, run)
        self.assertIn("1 3", run.reason())
        for partition in ("2", "4", "x", ""):
            run = self.decrypt(disk, "--partition", partition)
            self.assertEqual(run.status, REFUSED, run)
        run = self.decrypt(disk, "--partition", "1")
        self.assertEqual(run.status, DONE, run)
        self.assertEqual(digest(self.path("out")), digest(self.plain()))

    def test_what_is_none(self):
        run = loopbreaker("bitlocker", "info", self.plain())
        self.assertEqual(run.status, REFUSED, run)
        self.assertIn("no BitLocker volume", run.reason())
        run = loopbreaker("bitlocker", "info", self.path("absent"))
        self.assertEqual(run.status, IO_ERROR, run)
        qcow2 = self.write("qcow2", "QFI\u00fb" + "0" * 2000)
        with open(qcow2, "r+b") as file:
            file.write(b"QFI\xfb")
        run = loopbreaker("bitlocker", "info", qcow2)
        self.assertEqual(run.status, BAD_INPUT, run)
        self.assertIn("qemu-nbd", run.reason())


class Decrypt(Room):
    """Keys, and what is written."""

    def volume(self) -> str:
        """With two recovery passwords, a password and a startup key."""
        return self.make("--recovery", OTHER_DIGITS, "--recovery", DIGITS,
                         "--password", PASSWORD, "--bek",
                         self.path("key.bek"))

    def check_opened(self, run):
        """All of the plain text, for nobody else to read."""
        self.assertEqual((run.status, run.words), (DONE, ""), run)
        self.assertEqual(digest(self.path("out")), digest(self.plain()))
        mode = stat.S_IMODE(os.stat(self.path("out")).st_mode)
        self.assertEqual(mode, 0o600)
        self.assertFalse(os.path.exists(self.path("out.new")))

    def check_not(self, run, status: int, *words: str):
        """Nothing is written; the reason has these words, and no key."""
        self.assertEqual(run.status, status, run)
        reason = run.reason()
        for word in words:
            self.assertIn(word, reason)
        for secret in (DIGITS, OTHER_DIGITS, PASSWORD, DIGITS[:13]):
            self.assertNotIn(secret, run.words + run.output)
        self.assertFalse(os.path.exists(self.path("out")))
        self.assertFalse(os.path.exists(self.path("out.new")))

    def test_every_kind_of_key(self):
        volume = self.volume()
        digits = self.write("digits", f"  {DIGITS}\r\nmore\n")
        word = self.write("word", PASSWORD + "\n")
        before = digest(volume)
        self.check_opened(self.decrypt(
            volume, "--recovery-password-file", digits))
        self.check_opened(self.decrypt(volume, "--password-file", word))
        self.check_opened(self.decrypt(
            volume, "--startup-key", self.path("key.bek")))
        for path in (digits, word):
            with open(path, "rb") as key:
                self.check_opened(self.decrypt(
                    volume, "--key-fd", str(key.fileno()),
                    pass_fds=(key.fileno(),)))
        self.assertEqual(digest(volume), before)

    def test_suspended(self):
        self.check_opened(self.decrypt(self.make("--clear-key")))

    def test_key_id_as_people_have_it(self):
        volume = self.volume()
        ids = [p["key_id"] for p in self.info(volume)["protectors"]]
        digits = self.write("digits", DIGITS)
        for form in (ids[1], ids[1].upper(), "{" + ids[1] + "}",
                     ids[1][:8].upper(), "{" + ids[1][:8] + "}"):
            self.check_opened(self.decrypt(
                volume, "--recovery-password-file", digits, "--key-id", form))
        for form in ("", "0", ids[1][:7], ids[1][:9], ids[1] + "0",
                     "{" + ids[1], ids[1].replace("-", " "), "1234567g"):
            run = self.decrypt(volume, "--recovery-password-file", digits,
                               "--key-id", form)
            self.check_not(run, USAGE, "first eight digits")
        absent = "00000000" + ids[1][8:]
        for form in (absent, absent[:8]):
            run = self.decrypt(volume, "--recovery-password-file", digits,
                               "--key-id", form)
            self.check_not(run, REFUSED, f"no key protector {form}", *ids)

    def test_a_key_id_that_begins_several(self):
        volume = self.volume()
        ids = [p["key_id"] for p in self.info(volume)["protectors"]]
        first, second = (uuid.UUID(key_id).bytes_le for key_id in ids[:2])
        self.change_blocks(volume, lambda block: block.replace(
            second, first[:4] + second[4:]))
        digits = self.write("digits", DIGITS)
        run = self.decrypt(volume, "--recovery-password-file", digits,
                           "--key-id", ids[0][:8])
        both = (ids[0], ids[0][:8] + ids[1][8:])
        self.check_not(run, REFUSED, "several key IDs begin with", *both)
        self.assertNotIn(ids[2], run.words)
        self.check_opened(self.decrypt(
            volume, "--recovery-password-file", digits, "--key-id", both[1]))

    def test_a_startup_key_that_is_too_large(self):
        large = self.write("large.bek", "x" * ((16 << 10) + 1))
        run = self.decrypt(self.volume(), "--startup-key", large)
        self.check_not(run, BAD_INPUT, "large.bek", "16384 bytes")

    def test_wrong_keys(self):
        volume = self.volume()
        ids = [p["key_id"] for p in self.info(volume)["protectors"]]
        zeros = self.write("zeros", "-".join(["000000"] * 8))
        run = self.decrypt(volume, "--recovery-password-file", zeros)
        self.check_not(run, REFUSED, "fits none", ids[0], ids[1])
        self.assertNotIn(ids[2], run.words)
        digits = self.write("digits", DIGITS)
        run = self.decrypt(volume, "--recovery-password-file", digits,
                           "--key-id", ids[0].upper())
        self.check_not(run, REFUSED, ids[0])
        self.assertNotIn(ids[1], run.words)
        mistyped = self.write("mistyped", DIGITS.replace("000044", "000045"))
        run = self.decrypt(volume, "--recovery-password-file", mistyped)
        self.check_not(run, BAD_INPUT, "group 4")
        with open(mistyped, "rb") as key:
            run = self.decrypt(volume, "--key-fd", str(key.fileno()),
                               pass_fds=(key.fileno(),))
        self.check_not(run, BAD_INPUT, "group 4")
        self.make("--bek", self.path("other.bek"), "--seed", "9",
                  name="other")
        run = self.decrypt(volume, "--startup-key", self.path("other.bek"))
        self.check_not(run, REFUSED, "no key protector")
        run = self.decrypt(volume, "--startup-key", mistyped)
        self.check_not(run, BAD_INPUT, "no startup key")
        run = self.decrypt(volume, "--startup-key", self.path("absent"))
        self.check_not(run, IO_ERROR)
        for content in ("", "\xff"):
            with open(self.path("bad"), "w", encoding="latin-1") as file:
                file.write(content)
            run = self.decrypt(volume, "--password-file", self.path("bad"))
            self.check_not(run, BAD_INPUT, "no password")

    def test_refused_volumes(self):
        for options in (("--eow",), ("--state", "5", "--next-state", "4"),
                        ("--damage", "0", "--damage", "1", "--damage", "2")):
            volume = self.make("--clear-key", *options)
            self.check_not(self.decrypt(volume), REFUSED, "not decrypted")

    def test_nothing_to_ask(self):
        """Without a terminal nobody is waited for."""
        run = self.decrypt(self.volume(), start_new_session=True)
        self.check_not(run, USAGE, "terminal")
        # What it advises is there.
        for option in re.findall(r"--[a-z-]+", run.reason()):
            self.assertIn(option, loopbreaker("bitlocker", "--help").output)

    def test_asked_for_on_the_terminal(self):
        """Typed without being shown."""
        volume = self.volume()
        out = self.path("out")
        if os.path.exists(out):
            os.unlink(out)
        child, terminal = pty.fork()
        if child == 0:
            os.execv(PROGRAMS["host"], [
                "loopbreaker", "bitlocker", "decrypt", "--out", out, volume])
        shown = b""
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1000)
        self.assertIn(b"recovery password or password", shown)
        # What is typed before the terminal is silent is thrown away.
        while termios.tcgetattr(terminal)[3] & termios.ECHO:
            self.assertEqual(os.waitpid(child, os.WNOHANG), (0, 0))
        os.write(terminal, DIGITS.encode() + b"\n")
        try:
            while piece := os.read(terminal, 1000):
                shown += piece
        except OSError:
            pass  # how Linux says that the other side is closed
        _, status = os.waitpid(child, 0)
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), DONE, shown)
        self.assertNotIn(DIGITS.encode()[:13], shown)
        self.assertEqual(digest(out), digest(self.plain()))

    def test_calls(self):
        volume = self.make("--clear-key")
        for words in (("decrypt", volume), ("decrypt",),
                      ("decrypt", "--json", "--out", "x", volume),
                      ("decrypt", "--out", "x", "--key-fd", "3",
                       "--password-file", "y", volume),
                      ("info", "--out", "x", volume), ("open", volume), ()):
            run = loopbreaker("bitlocker", *words)
            self.assertEqual(run.status, USAGE, run)
            self.assertTrue(run.reason())

    # --- What is written ---------------------------------------------------

    def test_nothing_is_replaced_without_force(self):
        volume = self.make("--clear-key")
        out = self.write("kept", "precious")
        run = loopbreaker("bitlocker", "decrypt", "--out", out, volume)
        self.assertEqual(run.status, IO_ERROR, run)
        self.assertIn("--force", run.reason())
        with open(out, encoding="utf-8") as file:
            self.assertEqual(file.read(), "precious")
        run = loopbreaker("bitlocker", "decrypt", "--force", "--out", out,
                          volume)
        self.assertEqual(run.status, DONE, run)
        self.assertEqual(digest(out), digest(self.plain()))

    def test_the_volume_itself_is_never_replaced(self):
        volume = self.make("--clear-key")
        os.link(volume, self.path("link"))
        before = digest(volume)
        for out in (volume, self.path("link")):
            run = loopbreaker("bitlocker", "decrypt", "--force", "--out", out,
                              volume)
            self.assertEqual(run.status, USAGE, run)
        self.assertEqual(digest(volume), before)

    def test_what_is_no_file(self):
        volume = self.make("--clear-key")
        os.symlink("nowhere", self.path("dangling"))
        for out in ("/dev/full", self.room.name, self.path("dangling")):
            run = loopbreaker("bitlocker", "decrypt", "--force", "--out", out,
                              volume)
            self.assertEqual(run.status, IO_ERROR, run)
            self.assertIn("not a regular file", run.reason())
        run = loopbreaker("bitlocker", "decrypt", "--out",
                          self.path("absent/out"), volume)
        self.assertEqual(run.status, IO_ERROR, run)

    def test_no_space(self):
        """A limit of the file's size stands in for a full disk."""
        with open(self.path("noise"), "wb") as file:
            file.write(os.urandom(8 * MIB) + bytes(8 * MIB))
        volume = self.make("--clear-key", plain=self.path("noise"))
        limit = 2 * MIB

        def limited():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        run = self.decrypt(volume, preexec_fn=limited)
        self.check_not(run, IO_ERROR, "cannot write")

    def test_zeros_are_holes(self):
        volume = self.make("--clear-key")
        self.check_opened(self.decrypt(volume))
        self.assertLess(os.stat(self.path("out")).st_blocks * 512, 8 * MIB)

    def test_stopped(self):
        """Ctrl-C while the key is tried: nothing stays behind."""
        volume = self.volume()
        digits = self.write("zeros", "-".join(["000000"] * 8))
        out = self.path("out")
        if os.path.exists(out):
            os.unlink(out)
        started = subprocess.Popen(
            [PROGRAMS["host"], "bitlocker", "decrypt", "--out", out,
             "--recovery-password-file", digits, volume],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        # From the first catch on until the end a signal stops it cleanly.
        while not self.catches(started.pid):
            self.assertIsNone(started.poll())
        started.terminate()
        words = started.communicate(timeout=60)[1].decode()
        self.assertEqual(started.returncode, REFUSED, words)
        self.assertIn("stopped", words)
        self.assertFalse(os.path.exists(out))
        self.assertFalse(os.path.exists(out + ".new"))

    @staticmethod
    def catches(pid: int) -> bool:
        """Does the process catch SIGTERM by now?"""
        with open(f"/proc/{pid}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("SigCgt:"):
                    return bool(int(line.split()[1], 16) >> 14 & 1)
        return False


if __name__ == "__main__":
    suite.main()
