#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""BitLocker volumes made by Windows: decrypted to the published checksums, or
refused for the known reason.  Ends with "N passed, N failed".

The volumes, their keys and checksums are not part of the project; without them
this is skipped.
"""

import gzip
import hashlib
import json
import lzma
import os
import unittest

import suite
from bitlocker_room import Room
from command import DONE, REFUSED

FIXTURES = os.environ.get("LOOPBREAKER_FIXTURES",
                          os.path.join(suite.TOP, "../shared/fixtures"))
FOLDER = os.path.join(FIXTURES, "bitlocker")
PIECE_BYTES = 1 << 20
IS_DEEP = bool(os.environ.get("LOOPBREAKER_DEEP"))
# Of 2.7 GB, more than a gigabyte of which decrypts to noise.
LARGE = "win7_partial.bin"
# What the truth has but in words: how far each may be used.
REFUSED_FOR = {"bitlk-aes-xts-128-eow": "unfinished"}
READ_ONLY_FOR = {"decrypted.bin": "decrypted",
                 LARGE: "damaged-copy"}


def truth() -> dict:
    """What is known about the volumes, by their names."""
    path = os.path.join(FIXTURES, "TRUTH.json")
    if not os.path.exists(path):
        raise unittest.SkipTest(f"the fixtures are not at {FIXTURES}")
    with open(path, encoding="utf-8") as file:
        return json.load(file)["bitlocker"]


def digest(path: str) -> str:
    """Of a whole file."""
    state = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(PIECE_BYTES):
            state.update(piece)
    return state.hexdigest()


class Windows(Room):
    """Each volume with each of its keys."""

    def unpack(self, folder: str, name: str) -> str:
        """The volume as a sparse file."""
        packed = os.path.join(FOLDER, folder, name)
        opener = lzma.open if name.endswith(".xz") else gzip.open
        path = self.path("volume")
        with opener(packed) as source, open(path, "wb") as target:
            while piece := source.read(PIECE_BYTES):
                if piece.count(0) == len(piece):
                    target.seek(len(piece), os.SEEK_CUR)
                else:
                    target.write(piece)
            target.truncate()
        return path

    def keys(self, facts: dict):
        """The options for each key that is known."""
        if "recovery_password" in facts:
            yield ("--recovery-password-file",
                   self.write("digits", facts["recovery_password"] + "\r\n"))
        if "password" in facts:
            yield ("--password-file", self.write("word", facts["password"]))
        if "startup_key_file" in facts:
            yield ("--startup-key", os.path.join(
                FOLDER, "windows", facts["startup_key_file"]))

    def check_opens(self, image: str, facts: dict):
        """With every key there is, to the same plain text."""
        expected = next((facts[key] for key in (
            "sha256_of_whole_decrypted_volume", "sha256_own",
            "decrypted_sha256") if facts.get(key)), None)
        self.assertTrue(expected, "the truth has no checksum")
        keys = list(self.keys(facts))
        for options in keys or [()]:
            run = self.decrypt(image, *options, flavour="host")
            self.assertEqual(run.status, DONE, run)
            self.assertEqual(digest(self.path("out")), expected, options)

    def check_refused(self, image: str, facts: dict, reason: str):
        """Said why, with the key IDs, and with every key."""
        info = self.info(image)
        self.assertEqual((info["access"], info["reason"]),
                         ("refused", reason))
        self.assertIn(facts["recovery_protector"],
                      [p["key_id"] for p in info["protectors"]])
        for options in self.keys(facts):
            run = self.decrypt(image, *options)
            self.assertEqual(run.status, REFUSED, run)
            self.assertFalse(os.path.exists(self.path("out")))

    def check_info(self, image: str, facts: dict, name: str):
        """What the metadata say is what is known."""
        info = self.info(image)
        for key, member in (("method", "method_code"),
                            ("volume_guid", "volume"),
                            ("sector_size", "sector_bytes"),
                            ("state", "state_code"),
                            ("encrypted_size", "encrypted_bytes")):
            if key in facts:
                self.assertEqual(info[member], facts[key], key)
        ids = [p["key_id"] for p in info["protectors"]]
        for key in ("recovery_protector", "password_protector"):
            if key in facts:
                self.assertIn(facts[key], ids)
        if name in READ_ONLY_FOR:
            self.assertEqual((info["access"], info["reason"]),
                             ("read-only", READ_ONLY_FOR[name]))

    def check_volume(self, folder: str, stored: str, facts: dict):
        """One of them."""
        name = os.path.splitext(stored)[0].removesuffix(".img")
        image = self.unpack(folder, stored)
        self.check_info(image, facts, name)
        if name in REFUSED_FOR:
            self.check_refused(image, facts, REFUSED_FOR[name])
        elif name == "decrypted.bin":
            self.check_decrypted(image)
        elif name == LARGE:
            self.check_partial(image, facts)
        else:
            self.check_opens(image, facts)

    def check_decrypted(self, image: str):
        """No key: all is there as it is, but for what BitLocker kept."""
        run = self.decrypt(image)
        self.assertEqual(run.status, DONE, run)
        with open(self.path("out"), "rb") as file:
            self.assertEqual(file.read(11), b"\xebR\x90NTFS    ")

    def check_partial(self, image: str, facts: dict):
        """NTFS at the start; the last encrypted sector, and the first plain
        one, which is as it is on the disk."""
        keys = list(self.keys(facts))
        run = self.decrypt(image, *keys[0], flavour="host")
        self.assertEqual(run.status, DONE, run)
        edge = facts["encrypted_size"]
        with open(self.path("out"), "rb") as out, open(image, "rb") as raw:
            self.assertEqual(out.read(11), b"\xebR\x90NTFS    ")
            raw.seek(edge)
            out.seek(edge)
            while piece := raw.read(PIECE_BYTES):
                at = raw.tell() - len(piece)
                if any(at <= p < at + len(piece) or p <= at < p + 65536
                       for p in self.copies(image)):
                    out.seek(len(piece), os.SEEK_CUR)
                else:
                    self.assertEqual(out.read(len(piece)), piece)

    @staticmethod
    def copies(image: str) -> list[int]:
        """Where the three blocks are, by the boot sector."""
        with open(image, "rb") as file:
            boot = file.read(512)
        return [int.from_bytes(boot[at:at + 8], "little")
                for at in (176, 184, 192)]

    def test_made_by_windows(self):
        for name, facts in truth()["windows_made"].items():
            if name.startswith(LARGE):
                continue  # test_large
            with self.subTest(name):
                self.check_volume("windows", facts.get("stored_as", name),
                                  facts)

    @unittest.skipUnless(IS_DEEP, f"{LARGE}: only in make check-deep")
    def test_large(self):
        facts = truth()["windows_made"][LARGE + ".gz"]
        self.check_volume("windows", LARGE + ".gz", facts)

    def test_mountable(self):
        for name, facts in truth()["mountable"].items():
            with self.subTest(name):
                self.check_opens(self.unpack("mountable", name + ".xz"),
                                 facts)


if __name__ == "__main__":
    suite.main()
