#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The rig with somebody's policy, and the receipt it writes."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import unittest

import suite

RIG = os.path.join(suite.TOP, "tests", "boot", "run.py")
# Two short ones: the policy may do what they want, or it may not.
SCENARIOS = ("started-by-hand", "fix-beside-the-bad")
LIMITS = "crashes = <{}>; window-hours = <24>; max-files = <16>;"


class Receipt(unittest.TestCase):
    """run.py --policy --receipt"""

    def setUp(self):
        room = tempfile.TemporaryDirectory()
        self.addCleanup(room.cleanup)
        self.room = room.name
        self.receipt = os.path.join(self.room, "receipt")

    def policy(self, crashes):
        """The default policy but for its limits, compiled."""
        path = os.path.join(self.room, "site.dts")
        with open(os.path.join(suite.TOP, "images/policy/default.dts"),
                  encoding="ascii") as file:
            text = file.read()
        with open(path, "w", encoding="ascii") as file:
            file.write(text + "/ { serial = <9>; limits { " +
                       LIMITS.format(crashes) + " }; };\n")
        compiled = os.path.join(self.room, "site.dtb")
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o",
                        compiled, path], check=True)
        return compiled

    def run_rig(self, policy, scenarios=SCENARIOS):
        """The exit code of the rig, with this policy on each PC."""
        only = [word for name in scenarios for word in ("--only", name)]
        done = subprocess.run(
            [sys.executable, RIG, *only, "--firmware", "aavmf", "--policy",
             policy, "--receipt", self.receipt, "--build", suite.BUILD,
             "--work", os.path.join(self.room, "work")],
            capture_output=True, text=True, check=False)
        return done.returncode

    def test_passed(self):
        policy = self.policy(2)
        self.assertEqual(self.run_rig(policy), 0)
        with open(self.receipt, encoding="ascii") as file:
            receipt = json.load(file)
        with open(policy, "rb") as file:
            self.assertEqual(receipt["sha256"],
                             hashlib.sha256(file.read()).hexdigest())
        self.assertEqual(receipt["passed"],
                         sorted(f"{name} aavmf" for name in SCENARIOS))

    def test_failed(self):
        """A policy that does not repair gets none, and an old one goes."""
        with open(self.receipt, "w", encoding="ascii") as file:
            file.write("of another time")
        self.assertEqual(self.run_rig(self.policy(3), SCENARIOS[1:]), 1)
        self.assertFalse(os.path.exists(self.receipt))

    def test_without_a_policy(self):
        done = subprocess.run(
            [sys.executable, RIG, "--receipt", self.receipt],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)


if __name__ == "__main__":
    suite.main()
