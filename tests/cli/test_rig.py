#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig itself: do its tools make what they say, and does its judge
notice what is wrong?  Ends with "N passed, N failed".
"""

import os
import shutil
import struct
import sys
import tempfile
import unittest
import uuid

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOP = os.path.dirname(TESTS)
sys.path[:0] = [os.path.join(TESTS, "boot"), os.path.join(TESTS, "support")]
from bootstat import BootStatus  # noqa: E402
from bootvars import NV_BS, LoadOption, StoreError  # noqa: E402
from diskimage import ESP_BYTES, ESP_START, NTFS_START  # noqa: E402
from judge import Judge, unchanged  # noqa: E402
from mkjournal import Change, write_journal  # noqa: E402
from ntfs_image import (  # noqa: E402
    ATTRIBUTE_DATA, ATTRIBUTE_STANDARD_INFORMATION, NtfsVolume)
from nvstore import VariableStore  # noqa: E402
from firmware import AAVMF, OVMF  # noqa: E402
from pc import Builds, Pc  # noqa: E402
from qemu import Boot, plain_lines  # noqa: E402
from outcome import who_ran  # noqa: E402
from scenario import (  # noqa: E402
    Expect, Scenario, ScenarioError, read_scenario, read_scenarios)
from sparse import copy_part  # noqa: E402
from toolbox import ToolError, run_tool  # noqa: E402
from ubootstore import UbootStore, hide_variables  # noqa: E402
from windows_image import STATUS_PATH, VENDOR_FOLDER  # noqa: E402

BUILD = os.environ.get("LOOPBREAKER_BUILD", os.path.join(TOP, "build"))
MIB = 1 << 20
BAD = "C-00000291-00000000-00000032.sys"
VENDOR = VENDOR_FOLDER.lstrip("/")
OTHER_GUID = uuid.UUID("12345678-1234-1234-1234-123456789abc")


class Base(unittest.TestCase):
    """A directory for each test."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name

    def path(self, name):
        return os.path.join(self.directory, name)


class VariableStores(Base):
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


class UbootStores(Base):
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


class Journals(Base):
    """Checked with ntfsrecover, which is not ours."""

    def flags(self, image, name):
        with open(image, "rb") as file:
            volume = NtfsVolume(file)
            value = volume.attribute(volume.lookup(name),
                                     ATTRIBUTE_STANDARD_INFORMATION).value
        return struct.unpack_from("<I", value, 0x20)[0]

    def make(self, sector, cluster):
        image, manifest = self.path("ntfs.img"), self.path("manifest")
        with open(image, "wb") as file:
            file.truncate(48 * MIB)
        run_tool("mkntfs", "-q", "-Q", "-F", "-s", str(sector), "-c",
                 str(cluster), "-p", "2048", "-H", "255", "-S", "63", image)
        with open(manifest, "w", encoding="ascii") as file:
            file.write("file /a text a\nfile /b text b\nfile /c text c\n")
        run_tool(os.path.join(BUILD, "tools", "ntfs_populate"), image,
                 manifest)
        return image

    def check(self, sector, cluster, version):
        image = self.make(sector, cluster)
        before = {name: self.flags(image, name) for name in "abc"}
        for round_number in range(2):  # the second one finds newer LSNs
            write_journal(image, version=version,
                          committed=[Change("a", 2), Change("b", 4)],
                          unfinished=[Change("c", 2)])
            with self.assertRaises(ToolError):
                run_tool("ntfs-3g.probe", "--readwrite", image)
            run_tool("ntfsrecover", "-k", image)
            run_tool("ntfs-3g.probe", "--readwrite", image)
            after = {name: self.flags(image, name) for name in "abc"}
            on = not round_number  # each round turns the bits over
            self.assertEqual(after, {"a": before["a"] ^ 2 * on,
                                     "b": before["b"] ^ 4 * on,
                                     "c": before["c"]})

    def test_version_2_0(self):
        for cluster in (512, 1024, 4096, 65536):
            self.check(512, cluster, "2.0")

    def test_version_1_1(self):
        for cluster in (512, 4096):
            self.check(512, cluster, "1.1")

    def test_large_records(self):
        self.check(4096, 4096, "2.0")
        self.check(4096, 4096, "1.1")

    def test_a_closed_journal_needs_no_replay(self):
        image = self.make(512, 4096)
        write_journal(image, version="1.1", is_closed=True)
        run_tool("ntfs-3g.probe", "--readwrite", image)


class BootStatusFiles(Base):
    def test_what_is_written_can_be_read(self):
        scenario = Scenario("x", "", [])
        status = scenario.status
        status.attempts, status.good = 2, 0
        raw = status.encode()
        self.assertEqual(len(raw), 67584)
        self.assertEqual(BootStatus.parse(raw), status)

    def test_a_wrong_checksum_is_noticed(self):
        raw = bytearray(Scenario("x", "", []).status.encode())
        raw[0x0A] ^= 1
        with self.assertRaises(ValueError):
            BootStatus.parse(bytes(raw))


class Scenarios(Base):
    def test_unknown_keys_are_refused(self):
        for text in ("about = 'x'\nboots = []\ntypo = 1\n",
                     "about = 'x'\nboots = []\n[expect]\nhelt = []\n",
                     "about = 'x'\nboots = []\n[status]\ngood = 1\nx = 1\n",
                     "about = 'x'\n", "not toml"):
            with open(self.path("s.toml"), "w", encoding="ascii") as file:
                file.write(text)
            with self.assertRaises(ScenarioError):
                read_scenario(self.path("s.toml"))

    def axes(self, text, is_deep):
        with open(self.path("s.toml"), "w", encoding="ascii") as file:
            file.write("about = 'x'\nboots = []\n" + text)
        return [(s.name, s.device, s.sector, s.is_deep)
                for s in read_scenarios(self.path("s.toml"), is_deep)]

    def test_axes(self):
        text = "[axes]\ndevice = ['ahci', 'usb', 'nvme']\nsector = [512, 4096]"
        self.assertEqual(self.axes(text, False), [
            ("s-ahci-512", "ahci", 512, False),
            ("s-usb-4096", "usb", 4096, False),
            ("s-nvme-512", "nvme", 512, False)])
        self.assertEqual(len(set(self.axes(text, True))), 6)
        for count in range(4):
            self.assertEqual(len(set(self.axes(
                f"runs_in_check = {count}\n{text}", False))), count)
        self.assertEqual(self.axes("runs_in_check = 0\n", True),
                         [("s", None, 512, True)])
        with self.assertRaises(ScenarioError):
            self.axes("[axes]\ndevise = ['ahci']", False)
        self.axes("[axes]\n'bad_disk.write' = [7]", False)
        bad, = read_scenarios(self.path("s.toml"))
        self.assertEqual((bad.name, bad.bad_disk.write), ("s-7", 7))

    def test_who_ran(self):
        def ran(*lines):
            return who_ran(Boot("reset", "\r\n".join(lines), 0))
        self.assertEqual(ran("nothing of ours"), "nobody")
        self.assertEqual(ran('{"event":"start"}'), "loopbreaker: no verdict")
        verdict = '{"event":"verdict","verdict":"hold"}'
        self.assertEqual(ran(verdict), "loopbreaker: hold")
        self.assertEqual(ran("STANDIN: session 1", "STANDIN: WINRE waiting"),
                         "windows: winre")
        self.assertEqual(ran(verdict, "STANDIN: HEALTHY"),
                         "loopbreaker: hold, windows: healthy")

    def test_terminal_sequences_are_dropped(self):
        self.assertEqual(plain_lines("\x1b[2J\x1b[01;01H\x1b[=3hone \r\n"
                                     "\x1b[37m\x1b[40mtwo\x1b[02;01Hthree"),
                         ["one", "two", "three"])


class Judging(Base):
    """A right repair, and the same spoiled in many ways."""

    def setUp(self):
        super().setUp()
        builds = Builds(BUILD, self.path("programs"))
        scenario = Scenario("x", "", [], content=[
            {"name": BAD, "text": "BAD", "short_name": "C-0000~2.SYS",
             "stream": "[ZoneTransfer]"}])
        disk = Pc(scenario, self.directory, builds).disk
        self.before = shutil.copy(disk, self.path("before.img"))
        self.after = disk
        run_tool(builds.command, "apply", "--hold", f"{VENDOR}/{BAD}", disk)

    def complaints(self, **expect):
        expect = Expect(**{"held": [BAD], **expect})
        return Judge(self.before, self.after, 512, expect).repair(None)

    def spoil(self, offset, image=None):
        with open(image or self.after, "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 0x10]))

    def place(self, path, kind, position, image=None):
        """The disk offset of a byte of a file's attribute."""
        with open(image or self.before, "rb") as file:
            volume = NtfsVolume(file, NTFS_START)
            number = volume.lookup(path)
            attribute = volume.attribute(number, kind)
            if attribute.value is None:
                holder, start = attribute, position
            else:
                holder = volume.mft
                start = (number * volume.record_size + attribute.offset +
                         attribute.value_offset + position)
            first, skip = divmod(start, volume.cluster_size)
            cluster = volume.clusters(holder, first, 1)[0]
            return NTFS_START + cluster * volume.cluster_size + skip

    def assert_complains(self, word, **expect):
        found = self.complaints(**expect)
        self.assertTrue(any(word in text for text in found),
                        f"{word!r} is not in {found}")

    def test_a_right_repair_passes(self):
        self.assertEqual(self.complaints(), [])

    def test_no_repair(self):
        shutil.copy(self.before, self.after)
        self.assert_complains("still has its name")
        self.assertEqual(unchanged(self.before, self.after), [])

    def test_a_write_nobody_asked_for(self):
        self.spoil(NTFS_START + 60 * MIB)
        self.assert_complains("nobody knows")
        self.assertNotEqual(unchanged(self.before, self.after), [])

    def test_a_changed_byte_of_the_held_file(self):
        self.spoil(self.place(f"{VENDOR}/{BAD}", ATTRIBUTE_DATA, 5))
        self.assert_complains("not the same file")

    def test_each_changed_time(self):
        for position in (1, 9, 17, 25):
            place = self.place(f"{VENDOR}/{BAD}",
                               ATTRIBUTE_STANDARD_INFORMATION, position)
            self.spoil(place)
            self.assert_complains("not the same file")
            self.spoil(place)
        self.assertEqual(self.complaints(), [])

    def test_a_changed_time_in_the_index(self):
        with open(self.after, "rb") as file:
            data = file.read()
        name = (BAD + ".held-").encode("utf-16-le")
        index = data.find(name, data.find(b"INDX", NTFS_START))
        while data[index - index % 4096:][:4] != b"INDX":
            index = data.find(name, index + 1)
        self.spoil(index - 66 + 8 + 1)  # creation time of the entry
        self.assert_complains("index has other times")

    def test_another_file(self):
        self.assert_complains("is held 0 times", held=[
            BAD, "C-00000291-00000000-00000028.sys"])
        self.assert_complains("other files changed", held=[])

    def test_boot_status(self):
        self.assert_complains("not marked good: (1, 1, 1, 1)", marked=True)
        self.spoil(self.place(STATUS_PATH.lstrip("/"), ATTRIBUTE_DATA, 0x30))
        self.assert_complains("bootstat.dat was changed")
        self.assert_complains("wrong checksum", marked=True)

    def write_log(self, steps):
        """A log as QEMU keeps it; each step a disk offset, None a flush."""
        log = bytearray(512)
        for step in steps:
            flags, sectors = (1, 0) if step is None else (0, 1)
            log += struct.pack("<QQQQ", (step or 0) // 512, sectors, flags,
                               0).ljust(512, b"\0") + bytes(512 * sectors)
        with open(self.path("log"), "wb") as file:
            file.write(log)
        return self.path("log")

    def test_order_of_writes(self):
        judge = Judge(self.before, self.after, 512, Expect(held=[BAD]))
        flags = self.place("$Volume", 0x70, 0)
        folder = self.place(VENDOR, 0x10, 0)
        held = self.place(f"{VENDOR}/{BAD}", 0x10, 0)
        right = [flags, None, folder, held, None, flags, None]
        self.assertEqual(judge.order_of_writes(self.write_log(right)), [])
        for wrong in ([folder, held, None], right[:-1], right[2:],
                      [flags, folder, held, None, flags, None],
                      right + [folder, None]):
            self.assertNotEqual(
                judge.order_of_writes(self.write_log(wrong)), [])

    def test_dirty_flag(self):
        self.assert_complains("not marked dirty", dirty=True)


class Result(unittest.TextTestResult):
    """Counts what passed."""

    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


if __name__ == "__main__":
    runner = unittest.TextTestRunner(stream=sys.stdout, resultclass=Result)
    outcome = runner.run(unittest.defaultTestLoader.loadTestsFromModule(
        sys.modules[__name__]))
    failed = len(outcome.failures) + len(outcome.errors)
    print(f"{outcome.passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
