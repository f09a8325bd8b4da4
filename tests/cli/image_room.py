# SPDX-License-Identifier: GPL-2.0-or-later
"""Images made for tests, and what other people's tools see in them."""

import os
import re
import subprocess
import sys

import suite
from key_room import must
from policy_room import PolicyTest
from recovery_keys import PIN, make_keys, table

MAKE = os.path.join(suite.TOP, "images", "make.py")
EPOCH = "1753000000"  # 2025-07-20
MIB = 1 << 20
FAT_START = MIB
DONE, REFUSED, FAILED = range(3)
BOTH = ("BOOTX64.EFI", "BOOTAA64.EFI")


def environment(**changes: str | None) -> dict[str, str]:
    """Ours, changed.  faketime leaves the times of files alone."""
    found = dict(os.environ, LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH=EPOCH,
                 NO_FAKE_STAT="1",
                 PATH=os.environ["PATH"] + ":/usr/sbin:/sbin",
                 MTOOLS_SKIP_CHECK="1", TZ="UTC")
    for name, value in changes.items():
        found.pop(name, None)
        if value is not None:
            found[name] = value
    return found


def tool(*words: str) -> str:
    """What a tool says, on both channels; it has to succeed."""
    done = subprocess.run(words, env=environment(), text=True, check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    if done.returncode:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}")
    return done.stdout


def content(path: str) -> bytes:
    """Of a file."""
    with open(path, "rb") as file:
        return file.read()


class ImageTest(PolicyTest):
    """A site with keys, a signed policy, an order, and a key pack."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        must("openssl", "req", "-x509", "-newkey", "rsa:2048", "-sha256",
             "-nodes", "-days", "30", "-subj", "/CN=Test/", "-keyout",
             cls.path("db.key"), "-out", cls.path("db.crt"))
        for name, text in (("keys.csv", table(make_keys(5))),
                           ("pin", PIN + "\n")):
            with open(cls.path(name), "w", encoding="utf-8") as file:
                file.write(text)
        must(os.path.join(suite.BUILD, "host/loopbreaker"), "keys", "pack",
             "--pin-file", cls.path("pin"), "-o", cls.path("site.keys"),
             cls.path("keys.csv"))

    def site_words(self) -> list[str]:
        """All that a site can give."""
        return ["--policy", self.signed(self.compiled()), "--policy-key",
                self.path("owner.pub"), "--order",
                self.ordered("--name", "a.sys", "--site", "emea"), "--keys",
                self.path("site.keys"), "--key", self.path("db.key"),
                "--cert", self.path("db.crt")]

    def run_make(self, *words: str, output: str = "images", before=(),
                 status: int = DONE, python: str = sys.executable, **options):
        """A run of images/make.py; what it said on standard error."""
        options.setdefault("env", environment())
        done = subprocess.run(
            [*before, python, MAKE, "--build", suite.BUILD,
             "--output", self.path(output), *words], text=True, check=False,
            stdin=subprocess.DEVNULL, capture_output=True, **options)
        self.assertEqual(done.returncode, status, done.stderr + done.stdout)
        self.assertNotIn("Traceback", done.stderr)
        # Whatever came of it, nothing is left beside it.
        self.assertEqual([], [name for name in os.listdir(self.path("."))
                              if name.startswith(".images-")])
        return done.stderr

    def taken_from(self, volume: str, name: str) -> bytes:
        """A file of a FAT volume, as mtools reads it."""
        target = self.path("taken")
        tool("mcopy", "-n", "-o", "-i", volume, "::/" + name, target)
        return content(target)

    def listed(self, volume: str) -> set[str]:
        """All paths on a FAT volume; folders end in a slash."""
        return {line.removeprefix("::/") for line in
                tool("mdir", "-/", "-b", "-i", volume).splitlines()}

    def check_fat(self, path: str, bits: int) -> int:
        """fsck.vfat finds nothing; returns how many clusters there are."""
        said = tool("fsck.vfat", "-n", "-v", path)
        self.assertIn(f"{bits} bit entries", said)
        self.assertNotRegex(said, "(?i)dirty|differ|bad|fix|error|leak")
        return int(re.search(r"(\d+) data clusters", said)[1])
