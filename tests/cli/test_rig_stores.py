#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig itself: are variables of EDK2 and U-Boot read and changed as
the firmware would, and is it noticed when they are wrong?  Ends with
"N passed, N failed".
"""

import os
import shutil
import struct
import uuid

import suite
from rig_folder import MIB, Folder  # before modules of the rig
from bootvars import NV_BS, LoadOption, StoreError
from diskimage import (
    ESP_BYTES, ESP_START, NTFS_START, loopbreaker_option, windows_option)
from expectations import check_log, check_variables
from firmware import AAVMF, OVMF
from judge import unchanged
from nvstore import VariableStore
from pc import LOOPBREAKER_GUID, NOTE, NOTE_HAS_CODE
from qemu import Boot
from scenario import Expect
from sparse import copy_part
from toolbox import run_tool
from ubootstore import UbootStore, hide_variables


OTHER_GUID = uuid.UUID("12345678-1234-1234-1234-123456789abc")


class VariableStores(Folder):
    def setUp(self):
        super().setUp()
        self.file = self.path("vars.fd")
        OVMF.make_variables(self.file)

    def reopened(self, store):
        store.save()
        return VariableStore(self.file)

    def test_a_pristine_store_is_empty_and_takes_variables(self):
        store = VariableStore(self.file)
        self.assertEqual(store.variables(), [])
        store.set("One", b"1")
        store.set("One", b"another", OTHER_GUID, NV_BS)
        store.set("One", b"22")
        store = self.reopened(store)
        self.assertEqual(store.get("One"), b"22")
        self.assertEqual(store.find("One", OTHER_GUID).attributes, NV_BS)
        self.assertTrue(store.delete("One"))
        self.assertFalse(store.delete("One"))
        store = self.reopened(store)
        self.assertIsNone(store.get("One"))
        self.assertEqual(store.get("One", OTHER_GUID), b"another")

    def test_boot_options_come_back_as_they_were(self):
        option = LoadOption("Windows Boot Manager", OTHER_GUID, "\\EFI\\a.efi",
                            optional_data=b"xyz")
        store = VariableStore(self.file)
        store.set_boot_option(0x1A, option.encode(1, 2048, 100))
        store.set_boot_order([0x1A, 3])
        store.set_boot_next(0x1A)
        store = self.reopened(store)
        self.assertEqual(store.boot_options(), {0x1A: option})
        self.assertEqual(store.boot_order(), [0x1A, 3])
        self.assertEqual(store.boot_next(), 0x1A)
        store.set_boot_next(None)
        self.assertIsNone(self.reopened(store).boot_next())

    def test_a_full_store_is_reclaimed(self):
        store = VariableStore(self.file)
        store.set("Stays", b"here")
        for i in range(2000):
            store.set("Changes", struct.pack("<I", i) * 64)
        store = self.reopened(store)
        self.assertEqual(store.get("Stays"), b"here")
        self.assertEqual(store.get("Changes"), struct.pack("<I", 1999) * 64)
        with self.assertRaises(StoreError):
            store.set("TooLarge", bytes(1 << 20))

    def test_a_superseded_record_counts_only_while_it_is_alone(self):
        store = VariableStore(self.file)
        store.set("One", b"old")
        offset = store.find("One").offset
        self.reopened(store)
        with open(self.file, "r+b") as file:
            file.seek(offset + 2)
            file.write(b"\x3e")  # in delete transition
        store = VariableStore(self.file)
        self.assertEqual(store.get("One"), b"old")
        store.set("One", b"new")
        self.assertEqual([v.data for v in store.variables()], [b"new"])

    def test_a_made_store_is_like_a_delivered_one(self):
        AAVMF.make_variables(self.file)
        store = VariableStore(self.file)
        self.assertEqual([v.name for v in store.variables()], ["Timeout"])
        self.assertEqual(os.path.getsize(self.file), 64 * MIB)
        store.set("One", b"1")
        self.assertEqual(self.reopened(store).get("One"), b"1")

    def test_rubbish_behind_the_last_record_is_its_end(self):
        store = VariableStore(self.file)
        store.set("One", b"1")
        last = store.find("One")
        self.reopened(store)
        end = last.offset + last.length
        with open(self.file, "r+b") as file:
            file.seek(end)
            file.write(b"\x92\0\0\0")  # quirk Q70
        store = VariableStore(self.file)
        store.set("Two", b"2")
        store = self.reopened(store)
        self.assertEqual([v.data for v in store.variables()], [b"1", b"2"])
        with open(self.file, "r+b") as file:
            file.seek(store.find("Two").offset)
            file.write(b"\x92")  # a record lost, and more behind it
            file.seek(end + 1024)
            file.write(b"x")
        with self.assertRaises(StoreError):
            VariableStore(self.file)

    def test_a_record_that_was_cut_short_is_no_variable(self):
        store = VariableStore(self.file)
        store.set("One", b"1")
        store.set("Two", b"2")
        place = store.find("Two").offset
        whole = bytes(self.reopened(store)._raw[place:place + 64])
        for length in range(1, 61):
            with open(self.file, "r+b") as file:
                file.seek(place)
                # The state comes last.
                file.write((whole[:2] + b"\xff" + whole[3:])[:length].ljust(
                    64, b"\xff"))
                file.write(bytes([0xff]) * 64)
            store = VariableStore(self.file)
            self.assertEqual([v.name for v in store.variables()], ["One"])

    def test_garbage_is_refused(self):
        with open(self.file, "rb") as file:
            good = file.read()
        for offset in range(32, 100):
            raw = bytearray(good)
            raw[offset] ^= 0x55
            with open(self.file, "wb") as file:
                file.write(raw)
            try:
                VariableStore(self.file).variables()
            except StoreError as error:
                self.assertTrue(str(error).endswith("."))
        for raw in (b"", good[:60], good[:70000], bytes(len(good))):
            with open(self.file, "wb") as file:
                file.write(raw)
            with self.assertRaises(StoreError):
                VariableStore(self.file)


class Expectations(Folder):
    """Is it noticed when the variables are not what they have to be?"""

    def setUp(self):
        super().setUp()
        OVMF.make_variables(self.path("vars.fd"))
        self.store = VariableStore(self.path("vars.fd"))
        self.store.set_boot_option(8, windows_option(512))
        self.store.set_boot_option(9, loopbreaker_option(512))
        self.store.set_boot_order([9, 8])

    def check(self, good, bad, key):
        """With @good nobody complains, with each of @bad somebody does."""
        self.assertEqual(check_variables(
            self.store, Expect(**{key: good})), [])
        for value in bad:
            self.assertEqual(len(check_variables(
                self.store, Expect(**{key: value}))), 1)

    def test_boot_next(self):
        self.check("absent", ["windows"], "boot_next")
        self.store.set_boot_next(8)
        self.check("windows", ["absent"], "boot_next")
        for number in (9, 1):
            self.store.set_boot_next(number)
            self.check(f"Boot{number:04X}", ["absent", "windows"],
                       "boot_next")

    def test_first_in_order(self):
        self.check("loopbreaker", ["windows"], "first_in_order")
        self.store.set_boot_order([8, 9])
        self.check("windows", ["loopbreaker"], "first_in_order")

    def test_own_variables(self):
        for key in ("record", "failure"):
            self.check("absent", ["present"], key)
            self.store.set("Loopbreaker" + key.capitalize(), b"x",
                           LOOPBREAKER_GUID)
            self.check("present", ["absent"], key)

    def test_health_note(self):
        def complaints(boot_id, code):
            return check_variables(self.store, Expect(
                note_boot_id=boot_id, note_code=code))
        self.assertEqual(len(complaints(43, None)), 1)
        for flags, code in ((0, None), (NOTE_HAS_CODE, 0x50)):
            self.store.set("LoopbreakerNote", NOTE.pack(
                b"LBN1", 43, 0, flags, code or 0, 0, 0), LOOPBREAKER_GUID)
            self.assertEqual(complaints(43, code), [])
            for wrong in ((42, code), (43, 0x51), (44, None)):
                self.assertEqual(len(complaints(*wrong)), 1)

    def test_log(self):
        boots = [Boot("reset", "one\r\nSTANDIN: two\r\n", 0)]
        self.assertEqual(check_log(
            boots, Expect(log=["^one$"], not_log=["two"]), True), [])
        self.assertEqual(len(check_log(
            boots, Expect(log=["two"], not_log=["on."]), True)), 2)
        self.assertEqual(check_log(boots, Expect(log=["two"]), False), [])


class UbootStores(Folder):
    def setUp(self):
        super().setUp()
        self.disk = self.path("disk.img")
        with open(self.disk, "wb") as file:
            file.truncate(NTFS_START)
        esp = self.path("esp.img")
        with open(esp, "wb") as file:
            file.truncate(ESP_BYTES)
        run_tool("mkfs.vfat", "-F", "32", "-s", "1", esp)
        copy_part(esp, self.disk, ESP_START, ESP_BYTES)

    def test_variables_come_back_as_they_were(self):
        store = UbootStore(self.disk)
        self.assertEqual(store.variables(), [])
        store.set("Odd", b"123", OTHER_GUID, NV_BS)
        store.set_boot_order([8, 9])
        store.set("Odd", b"12345", OTHER_GUID, NV_BS)
        store.save()
        store = UbootStore(self.disk)
        self.assertEqual(store.get("Odd", OTHER_GUID), b"12345")
        self.assertEqual(store.find("Odd", OTHER_GUID).attributes, NV_BS)
        self.assertEqual(store.boot_order(), [8, 9])
        self.assertTrue(store.delete("Odd", OTHER_GUID))
        self.assertFalse(store.delete("Odd", OTHER_GUID))
        store.save()
        self.assertEqual(len(UbootStore(self.disk).variables()), 1)

    def test_a_damaged_file_is_refused(self):
        store = UbootStore(self.disk)
        store.set_boot_order([8])
        store.save()
        with open(self.disk, "rb") as file:
            good = file.read()
        at = good.index(b"B\0o\0o\0t\0O\0")
        with open(self.disk, "r+b") as file:
            file.seek(at)
            file.write(b"X")
        with self.assertRaises(StoreError):
            UbootStore(self.disk)

    def test_only_the_file_of_variables_may_change(self):
        before, result = self.path("before.img"), self.path("result.img")
        shutil.copyfile(self.disk, before)
        store = UbootStore(self.disk)
        store.set_boot_order([8])
        store.save()
        self.assertEqual(hide_variables(before, self.disk, result), [])
        self.assertEqual(unchanged(before, result), [])
        other = self.path("other.txt")
        with open(other, "w", encoding="ascii") as file:
            file.write("something")
        run_tool("mcopy", "-i", f"{self.disk}@@{ESP_START}", other, "::/")
        self.assertEqual(len(hide_variables(before, self.disk, result)), 1)


if __name__ == "__main__":
    suite.main()
