#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of those parts of the rig that look for keys, and that type them.  Ends
with "N passed, N failed".
"""

import hashlib
import hmac
import struct
import tempfile
import unittest
import uuid

import suite
import rig_folder  # noqa: F401 (before modules of the rig)
from keyboard import Typist
from memory_left import Left, excuse, look_for
from secret_forms import pack_forms, round_keys, startup_forms

FORM = bytes(range(100, 116))
PAGE = "Loopbreaker: BitLocker recovery key ... Esc: go on without"


class Forms(unittest.TestCase):
    """What a key becomes."""

    def test_round_keys(self):
        """FIPS 197, A.1 and A.3."""
        short = round_keys(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"))
        self.assertEqual([form.hex() for form in short.values()], [
            "a0fafe1788542cb123a339392a6c7605",
            "f2c295f27a96b9435935807a7359f67f",
            "d014f9a8c9ee2589e13f0cc8b6630ca6"])
        long = round_keys(bytes.fromhex(
            "603deb1015ca71be2b73aef0857d7781"
            "1f352c073b6108d72d9810a30914dff4"))
        self.assertEqual([form.hex() for form in long.values()], [
            "9ba354118e6925afa51a8b5f2067fcde",
            "a8b09c1a93d194cdbe49846eb75d5b9a",
            "fe4890d1e6188d0b046df344706c631e"])

    def test_of_a_pack(self):
        """The last form is the key of the record, computed once more."""
        key_id = "9D4A7CB0-AB9D-4D71-961F-50F1D9C9252F"
        head = (b"LBKEYPK1" + struct.pack("<III", 1, 1000, 1) + bytes(12) +
                b"s" * 32)
        derived = hashlib.pbkdf2_hmac("sha256", b"1234", b"s" * 32, 1000)
        check, record = (
            hmac.digest(derived, b"loopbreaker key pack 1 " + word, "sha256")
            for word in (b"check", b"record"))
        pack = head + hmac.digest(check, head, "sha256")
        forms = pack_forms(pack, "1234", key_id)
        self.assertEqual(len(forms), 9)
        self.assertEqual(forms["what was derived of the PIN"], derived[:16])
        self.assertEqual(forms["the key of the record"], hmac.digest(
            record, uuid.UUID(key_id).bytes_le + b"\0", "sha256")[:16])
        with self.assertRaises(ValueError):
            pack_forms(pack, "1235", key_id)

    def test_of_a_startup_key(self):
        key = bytes(range(32))
        forms = startup_forms(b"before it" + key)
        self.assertEqual(forms["the startup key"], key[:16])
        self.assertEqual(len(forms), 4)


class Memory(unittest.TestCase):
    """A picture of memory, with something planted in it."""

    FILES = {"keys.csv": b"what stands before " + FORM + b" and behind it all"}

    def look(self, memory: bytes, typed: tuple = ()):
        """What is found between zeros."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(5000) + memory + bytes(5000))
            file.flush()
            return look_for(file.name, {"it": FORM}, self.FILES, list(typed))

    def test_nothing(self):
        left = self.look(FORM[:15], ["12345678"])
        self.assertEqual((left.listed, left.complaints), ([], []))

    def test_a_key_of_ours(self):
        self.assertEqual(self.look(FORM).complaints,
                         [f"it is left at {5000:#x}"])

    def test_a_copy_by_the_firmware(self):
        copy = self.FILES["keys.csv"]
        left = self.look(copy)
        self.assertEqual((len(left.listed), left.complaints), (1, []))
        self.assertEqual(len(self.look(copy + bytes(9) + copy).complaints), 1)

    def test_a_torn_copy_is_none(self):
        self.assertEqual(len(self.look(
            b"before " + FORM + b" and not the same").complaints), 1)

    def test_typed_keys(self):
        def queue(stride: int) -> bytes:
            return b"".join(sign.encode("utf-16-le") + b"x" * (stride - 2)
                            for sign in "12345678")

        left = self.look(queue(12), ["12345678"])
        self.assertEqual((len(left.listed), left.complaints), (1, []))
        self.assertEqual(
            len(self.look(queue(4), ["12345678"]).complaints), 1)
        self.assertEqual(
            len(self.look(queue(12) * 3, ["12345678"]).complaints), 1)

    def test_what_may_be_left_after_a_failure(self):
        """Those keys and what AES makes of them, and no others."""
        left = Left(["listed"], [
            "a key is left at 0x1", "the last round key of a key is left at "
            "0x2", "not a key is left at 0x3", "what was typed is in 3 queues"])
        found = excuse(left, ["a key", "the other"])
        self.assertEqual(found.listed, [
            "listed", "left in memory after the failure: a key, 2 forms of "
            "it"])
        self.assertEqual(found.complaints, left.complaints[2:] + [
            "the other was expected in memory, and is not there"])
        self.assertEqual(excuse(left, []), left)


class Typing(unittest.TestCase):
    """Somebody at the keyboard."""

    def setUp(self):
        self.pressed: list[str] = []
        self.typist = Typist(["123456654321", "y"], self.pressed.extend)

    def test_waits_for_the_screen(self):
        self.typist.look("nothing is asked")
        self.assertEqual(self.pressed, [])
        for _ in range(3):
            self.typist.look(PAGE)
        self.assertEqual("".join(self.pressed), "123456")
        self.typist.look(PAGE + "123456-______")
        for _ in range(3):
            self.typist.look(PAGE + "123456-6543__")
        self.assertEqual("".join(self.pressed), "123456654321")
        shown = PAGE + "123456-654321"
        self.typist.look(shown)
        self.assertEqual(self.pressed[12:], ["ret"])
        self.typist.look(shown)
        self.typist.look(shown + "Put these files on hold (1)? Esc or N: no")
        self.assertEqual(self.pressed[13:], ["y"])


if __name__ == "__main__":
    suite.main()
