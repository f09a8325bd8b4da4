#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig itself: does the test PC's volume have the registry that a
scenario asks for?  Ends with "N passed, N failed".
"""

import datetime
import json
import os
import subprocess

import suite
from rig_folder import Folder  # before modules of the rig
from command import loopbreaker
from registry import CONFIG, Registry, registry_files
from windows_image import VolumeSpec, make_windows_volume


class Registries(Folder):
    """What loopbreaker evidence says of it."""

    def said(self, spec, name="SYSTEM"):
        for file, content in registry_files(spec).items():
            with open(self.path(file), "wb") as out:
                out.write(content)
        run = loopbreaker("evidence", "--driver", "csagent.sys",
                          self.path(name))
        self.assertEqual(run.status, 0, run)
        return json.loads(run.output)

    def test_each_state_of_system(self):
        for state, replay, is_new, is_known in (
                ("clean", "not-needed", False, True),
                ("clean", "not-needed", True, True),
                ("dirty", "done", False, True),
                ("dirty", "done", True, True),
                ("stale", "no-log-fits", False, True),
                ("stale", "no-log-fits", True, False)):
            with self.subTest(f"{state} {is_new}"):
                said = self.said(Registry(state=state, is_new=is_new))
                self.assertEqual(said["replay"], replay)
                self.assertEqual("csagent.sys" in said["facts"]["drivers"],
                                 is_known)
                self.assertEqual(said["facts"]["Setup.SystemSetupInProgress"],
                                 0)
                for name in os.listdir(self.directory):
                    os.remove(self.path(name))

    def test_without_a_system(self):
        self.assertEqual(list(registry_files(Registry(state="missing"))),
                         ["SOFTWARE"])

    def test_no_such_state(self):
        with self.assertRaises(ValueError):
            Registry(state="lost")

    def test_set_up(self):
        facts = self.said(Registry(is_setup=True))["facts"]
        self.assertEqual(facts["Setup.SystemSetupInProgress"], 1)

    def test_a_version(self):
        facts = self.said(Registry(build=14393), "SOFTWARE")["facts"]
        self.assertEqual(facts["CurrentBuildNumber"], "14393")

    def test_the_volume_has_it(self):
        now = datetime.datetime(2024, 7, 19, 6, tzinfo=datetime.timezone.utc)
        path, _ = make_windows_volume(
            self.directory, VolumeSpec(now), 512, 0, 1,
            os.path.join(suite.BUILD, "tools"))
        for name, content in registry_files(Registry()).items():
            there = subprocess.run(
                ["ntfscat", path, f"{CONFIG}/{name}"], check=True,
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            self.assertEqual(there.stdout, content, name)


if __name__ == "__main__":
    suite.main()
