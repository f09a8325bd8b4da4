#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig itself: are journals, boot status files and scenarios what
they should be?  Ends with "N passed, N failed".
"""

import os
import struct
import subprocess
import sys
import time
import unittest

import suite
from rig_folder import MIB, Folder  # before modules of the rig
from bootstat import BootStatus
from command import BAD_INPUT, loopbreaker
from keyboard import Stepper
from mkjournal import Change, write_journal
from ntfs_image import ATTRIBUTE_STANDARD_INFORMATION, NtfsVolume
from outcome import who_ran
from own_time import OwnTime, waited_seconds
from page_file import PageFile, dump_boot_id
from qemu import Boot, plain_lines
from scenario import Scenario, ScenarioError, read_scenario, read_scenarios
from toolbox import ToolError, run_tool
from windows_image import VolumeSpec, make_windows_volume


class OwnTimes(unittest.TestCase):
    """The time that a process has had."""

    def test_in_line_for_a_processor(self):
        """Three that never rest, on one processor."""
        processor = min(os.sched_getaffinity(0))
        crowd = [subprocess.Popen(
            [sys.executable, "-c", "while True: pass"],
            preexec_fn=lambda: os.sched_setaffinity(0, {processor}))
                 for _ in range(3)]
        try:
            own = OwnTime(crowd[0].pid)
            while waited_seconds(crowd[0].pid) < 0.5:
                self.assertIsNone(crowd[0].poll())
            passed = time.monotonic() - own.started
            self.assertLess(own.seconds(), passed - 0.4)
        finally:
            for process in crowd:
                process.kill()
                process.wait()

    def test_asleep(self):
        """Who sleeps does not stand in line."""
        with subprocess.Popen(["sleep", "60"]) as process:
            own = OwnTime(process.pid)
            while own.seconds() < 0.2:
                self.assertLess(time.monotonic() - own.started, 30)
            process.kill()

    def test_of_nobody(self):
        process = subprocess.Popen(["true"])
        process.wait()
        self.assertEqual(waited_seconds(process.pid), 0)


class Journals(Folder):
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
        run_tool(os.path.join(suite.BUILD, "tools", "ntfs_populate"), image,
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


class BootStatusFiles(Folder):
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


class PageFiles(Folder):
    """Read by the command, which knows nothing of how they were made."""

    def make(self, **fields):
        """The volume, and what is said of the page file's clusters."""
        scenario = Scenario("x", "", [])
        image, _ = make_windows_volume(
            self.path(""), VolumeSpec(scenario.clock, page_file=PageFile(
                **fields)), 512, MIB, 1, os.path.join(suite.BUILD, "tools"))
        with open(image, "rb") as file:
            volume = NtfsVolume(file)
            data = volume.attribute(volume.lookup("pagefile.sys"), 0x80)
            content = volume.read(data, 0, data.size)
        with open(self.path("pagefile.sys"), "wb") as file:
            file.write(content)
        return image, loopbreaker("evidence", self.path("pagefile.sys"))

    def test_a_dump_lies_in_the_clusters(self):
        for kind in ("automatic", "triage"):
            image, run = self.make(kind=kind, minutes_ago=60, boot_id=7)
            [said] = run.events()
            self.assertEqual((said["blamed_module"], said["boot_id_0x1054"],
                              said["system_time"]),
                             ("csagent.sys", 7, "2024-07-19T03:05:00Z"))
            self.assertEqual(dump_boot_id(image, 0), 7)
            # NTFS itself knows nothing of it.
            self.assertNotIn(b"PAGEDU64", run_tool(
                "ntfscat", "-f", image, "/pagefile.sys").encode()[:4096])

    def test_no_dump_before_the_first_crash(self):
        image, run = self.make()
        self.assertEqual(run.status, BAD_INPUT)
        self.assertIsNone(dump_boot_id(image, 0))


class Scenarios(Folder):
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

    def test_where_it_can_run(self):
        def possible(**keys):
            return [firmware.name for firmware in
                    Scenario("x", "", [], **keys).firmwares(True)]
        self.assertEqual(possible(), ["ovmf", "aavmf", "u-boot"])
        self.assertEqual(possible(device="ahci"), ["ovmf"])
        self.assertEqual(possible(device="virtio", sector=4096),
                         ["ovmf", "aavmf"])
        self.assertEqual(possible(tpm=True), ["ovmf", "aavmf"])
        self.assertEqual(possible(device="usb"), ["ovmf", "aavmf"])
        self.assertEqual(possible(device="usb", bad_disk={"write": 1}),
                         ["ovmf", "aavmf"])
        self.assertEqual(possible(device="usb", bad_disk={"read": "mft"}),
                         ["ovmf"])
        self.assertEqual(
            possible(device="usb", bad_disk={"read": "boot-sector"}), [])
        self.assertEqual(possible(not_on={"ovmf": "why"}),
                         ["aavmf", "u-boot"])

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
        refusal = "Verification failed: (0x1A) Security Violation"
        self.assertEqual(ran(refusal), "shim: refusal")
        self.assertEqual(ran(refusal, "STANDIN: HEALTHY"),
                         "shim: refusal, windows: healthy")
        self.assertEqual(ran(refusal, "Enroll the key(s)?"),
                         "shim: enrolment")

    def test_steps_through_menus(self):
        pressed = []
        stepper = Stepper([("Any key", "ret"), ("Select.*genuine", "choose B"),
                           ("Any key", "a b")], pressed.append)
        for text, wanted in (
                ("Any", []), ("Any key", [["ret"]]), ("Any key \x1b[1;1Hno",
                                                      [["ret"]]),
                # Borders, one entry above it, and then the one to be chosen.
                ("Any key \x1b[1;1HSelect\x1b[2;2Hgenuine\x1b[3;1H\xbf---"
                 "\x1b[4;1H| A |\x1b[5;1H|", [["ret"]]),
                ("Any key \x1b[1;1HSelect\x1b[2;2Hgenuine\x1b[3;1H\xbf---"
                 "\x1b[4;1H| A |\x1b[5;1H| B |", [["ret"], ["down", "ret"]])):
            stepper.look(text)
            self.assertEqual(pressed, wanted)

    def test_terminal_sequences_are_dropped(self):
        self.assertEqual(plain_lines("\x1b[2J\x1b[01;01H\x1b[=3hone \r\n"
                                     "\x1b[37m\x1b[40mtwo\x1b[02;01Hthree"),
                         ["one", "two", "three"])


if __name__ == "__main__":
    suite.main()
