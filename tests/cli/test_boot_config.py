#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""--bcd: a disk image with two Windows, and the boot configuration of its PC;
and what the rig puts on its PCs.  Ends with "N passed, N failed".
"""

import datetime
import os

import suite
from rig_folder import Folder  # before modules of the rig
from command import BAD_INPUT, DONE, IO_ERROR, REFUSED, loopbreaker
from bootconfig import BESIDE, MISSING, WINDOWS, BootConfiguration
from diskimage import DiskBuilder, DiskSpec
from windows_image import VENDOR_FOLDER, Content, VolumeSpec

NOW = datetime.datetime(2024, 7, 19, 6, tzinfo=datetime.timezone.utc)
NAME = "C-00000291-00000000-00000032.sys"
FILE = f"{VENDOR_FOLDER[1:]}/{NAME}"


class TwoWindows(Folder):
    """The second partition is the one the rig judges, the third is beside."""

    def setUp(self):
        super().setUp()
        self.image = self.path("disk.img")
        program = self.path("program.efi")
        with open(program, "wb") as file:
            file.write(b"MZ")
        spec = DiskSpec(VolumeSpec(NOW, content=[Content(NAME, NOW, "BAD")]),
                        beside=["windows"])
        DiskBuilder(self.image, spec, os.path.join(suite.BUILD, "tools")
                    ).build(program, None, "")

    def bcd(self, config: BootConfiguration, but: str = "") -> str:
        """Its files, without the one called @but; the path of the store."""
        for name, content in config.files().items():
            if name != but:
                with open(self.path(name), "wb") as file:
                    file.write(content)
        return self.path("BCD")

    def test_without_one_nothing_is_chosen(self):
        run = loopbreaker("plan", "--json", self.image)
        self.assertEqual(run.status, REFUSED, run)
        self.assertEqual(run.event("volume")["found"], "several")
        self.assertEqual(run.event("boot_config")["choice"], "no-config")

    def test_its_default_is_chosen(self):
        for config, name in (
                (BootConfiguration(WINDOWS), "partition 2"),
                (BootConfiguration(BESIDE), "partition 3"),
                (BootConfiguration(WINDOWS, in_log=True), "partition 2"),
                (BootConfiguration(BESIDE, in_log=True), "partition 3")):
            with self.subTest(config):
                run = loopbreaker("plan", "--json", "--bcd",
                                  self.bcd(config), self.image)
                volume = run.event("volume")
                self.assertEqual(volume["found"], "one", run)
                self.assertTrue(volume["name"].endswith(name), run)
                self.assertEqual(volume["windows_volumes"], 2)

    def test_an_order_is_followed_there(self):
        bcd = self.bcd(BootConfiguration(BESIDE))
        run = loopbreaker("apply", "--hold", FILE, self.image)
        self.assertEqual(run.status, REFUSED, run)
        for words in (["apply", "--hold", FILE], ["undo"]):
            run = loopbreaker(*words, "--json", "--bcd", bcd, self.image)
            self.assertEqual(run.status, DONE, run)
            self.assertTrue(
                run.event("volume")["name"].endswith("partition 3"), run)
            self.assertIs(run.event("result")["applied"], True)

    def test_one_that_names_neither(self):
        run = loopbreaker("plan", "--bcd",
                          self.bcd(BootConfiguration(MISSING)), self.image)
        self.assertEqual(run.status, REFUSED, run)
        self.assertIn("its default is not in it", run.words)

    def test_one_that_cannot_be_read(self):
        run = loopbreaker("plan", "--bcd", self.path("none"), self.image)
        self.assertEqual(run.status, IO_ERROR, run)
        self.assertIn("is not there", run.reason())
        with open(self.path("text"), "wb") as file:
            file.write(b"no hive at all")
        run = loopbreaker("plan", "--bcd", self.path("text"), self.image)
        self.assertEqual(run.status, BAD_INPUT, run)
        self.assertIn("is no boot configuration", run.reason())
        # Its newest change is in a log that was not copied.
        run = loopbreaker(
            "plan", "--bcd", self.bcd(BootConfiguration(in_log=True),
                                      but="BCD.LOG1"), self.image)
        self.assertEqual(run.status, BAD_INPUT, run)
        self.assertIn("its logs", run.reason())


class OfTheRig(Folder):
    """What it puts on the system partition."""

    def test_no_such_default(self):
        with self.assertRaises(ValueError):
            BootConfiguration("third")

    def test_loaders(self):
        files = BootConfiguration(one_time=True).files()
        self.assertEqual(list(files), ["BCD"])
        with open(self.path("BCD"), "wb") as file:
            file.write(files["BCD"])
        run = loopbreaker("evidence", self.path("BCD"))
        self.assertEqual(run.status, DONE, run)
        [said] = run.events()
        self.assertEqual(said["kind"], "bcd")
        devices = [loader["osdevice"] for loader in said["loaders"].values()]
        self.assertEqual(len(devices), 4)
        self.assertEqual(devices.count(None), 1)
        self.assertIsNone(said["loaders"][said["one_time"][0]]["osdevice"])
        self.assertTrue(said["loaders"][said["default"]]["osdevice"])


if __name__ == "__main__":
    suite.main()
