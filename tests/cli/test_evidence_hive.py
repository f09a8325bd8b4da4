#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker evidence on registry hives: real ones against what is known of
them, made ones with logs, damaged ones.
"""

import json
import lzma
import os
import shutil
import sys
import tarfile

import suite
from command import BAD_INPUT, DONE, USAGE
from test_evidence import FIXTURES, differences
import test_evidence

sys.path.insert(0, os.path.join(suite.TOP, "tests/support"))
import mkhive  # noqa: E402  (the path has to be known first)

SYSTEM = {"Select": {"Current": 1},
          "ControlSet001/Services/beep": {"Type": 1, "Start": 1}}
NEW_DRIVER = {"ControlSet001/Services/csagent": {
    "Type": 2, "Start": 1, "ImagePath": {
        "expand": r"\??\C:\Windows\system32\drivers\CrowdStrike\csagent.sys"}}}
SOFTWARE = {"Microsoft/Windows NT/CurrentVersion": {
    "ProductName": "Windows 10 Pro", "CurrentBuildNumber": "22631",
    "DisplayVersion": "23H2", "UBR": 4037, "SystemRoot": r"C:\Windows"}}


class HiveTest(test_evidence.EvidenceTest):
    """A folder with hives and their logs."""

    def files(self, contents: tuple[bytes, ...], name: str = "HIVE") -> str:
        """A hive, and logs beside it."""
        for suffix, content in zip((".LOG1", ".LOG2"), contents[1:]):
            self.file(content, name + suffix)
        return self.file(contents[0], name)


class RealHivesTest(HiveTest):
    """Against TRUTH.json."""

    def setUp(self):
        super().setUp()
        self.folder = os.path.join(FIXTURES, "hives")
        if not os.path.isdir(self.folder):
            self.skipTest("no fixtures beside this folder")

    def unpacked(self, name: str) -> str:
        """A fixture in this folder."""
        path = os.path.join(self.room.name, name)
        with lzma.open(os.path.join(self.folder, name + ".xz")) as packed, \
                open(path, "wb") as file:
            shutil.copyfileobj(packed, file)
        return path

    def compare(self, path: str, facts: dict) -> None:
        """What the hive says now is @facts."""
        facts = dict(facts)
        drivers = facts.pop("drivers")
        shutdown = facts.pop("ShutdownTime")
        [said] = self.said(path)
        self.assertEqual(differences(facts, said["facts"]), [])
        self.assertEqual(said["facts"]["ShutdownTime"],
                         shutdown.partition(".")[0] + "Z")
        for name, driver in drivers.items():
            [said] = self.said("--driver", name, path)
            self.assertEqual(said["facts"]["drivers"], {name: driver})

    def test_systems(self):
        with open(os.path.join(FIXTURES, "TRUTH.json"),
                  encoding="utf-8") as file:
            truth = json.load(file)["hives"]
        systems = {name: facts for name, facts in truth.items()
                   if isinstance(facts, dict) and "facts" in facts}
        self.assertGreater(len(systems), 2)
        for name, known in systems.items():
            with self.subTest(name):
                path = self.unpacked(name)
                self.compare(path, known["facts"])
                [said] = self.said(path)
                self.assertEqual((said["kind"], said["seq"], said["size"]),
                                 ("hive", known["seq"], known["size"]))
                self.assertNotIn("logs", said)
                if "logs" in known:
                    logs = [self.unpacked(log) for log in known["logs"]]
                    self.compare(path, known["facts_after_log_replay"])
                    [said] = self.said(path)
                    self.assertEqual((said["replay"], said["logs"]),
                                     ("done", logs))
                os.remove(path)

    def test_other_hives(self):
        """Those of a test collection: which logs are taken?"""
        want = {"NewDirtyHive1/NewDirtyHive": "done",
                "OldDirtyHive/OldDirtyHive": "done",
                "BadLogHive1/BadLogHive": "no-log-fits",
                "BadLogHive3/BadLogHive": "no-log-fits",
                "BigDataHive": "not-needed", "UnicodeHive": "not-needed"}
        with tarfile.open(os.path.join(
                self.folder, "yarp-given.tar.xz")) as archive:
            archive.extractall(self.room.name)
        for name, replay in want.items():
            with self.subTest(name):
                [said] = self.said(os.path.join(self.room.name, name))
                self.assertEqual(said["replay"], replay)
                self.assertNotIn("facts", said)
                self.assertEqual(
                    {sign["sign"] for sign in said["registry_signs"]},
                    {"stale", "log"} if replay == "no-log-fits" else set())
        [said] = self.said(os.path.join(self.room.name, "TruncatedHive"),
                           status=BAD_INPUT)
        self.assertEqual(said["registry_signs"], [{"sign": "cut"}])


class MadeHivesTest(HiveTest):
    """Those of mkhive.py."""

    def test_logs_beside_it(self):
        """The newest driver is only in the logs."""
        files = mkhive.dirty_hive(SYSTEM, [NEW_DRIVER])
        for is_with_logs in (False, True):
            path = self.files(files if is_with_logs else files[:1])
            [said] = self.said("--driver", "csagent.sys", path)
            self.assertEqual(said["facts"]["services"], 1 + is_with_logs)
            self.assertEqual(said["replay"],
                             "done" if is_with_logs else "no-log-fits")
            self.assertEqual("csagent.sys" in said["facts"]["drivers"],
                             is_with_logs)
        self.assertEqual(
            said["facts"]["drivers"]["csagent.sys"],
            {"Service": "csagent", "Start": 1, "Type": 2, "ImagePath":
             r"\??\C:\Windows\system32\drivers\CrowdStrike\csagent.sys"})
        self.assertEqual(said["logs"], [path + ".LOG1", path + ".LOG2"])

    def test_all_facts(self):
        """Each under the name of its value; drivers by name and by file."""
        memory = "ControlSet001/Control/Session Manager/Memory Management"
        path = self.files((mkhive.hive({
            **SYSTEM, memory: {"PagingFiles": ["C:\\p.sys 1 2", "D:\\p.sys"]},
            "ControlSet001/Control/CrashControl": {"CrashDumpEnabled": 3},
            "ControlSet001/Control/Windows": {
                "ShutdownTime": mkhive.WRITTEN.to_bytes(8, "little")},
            "Setup": {"SystemSetupInProgress": 1}}),))
        [said] = self.said("--driver", "BEEP", "--driver", "beep.sys",
                           "--driver", "none", path)
        self.assertEqual(said["facts"], {
            "Select.Current": 1, "CrashControl.CrashDumpEnabled": 3,
            "PagingFiles": ["C:\\p.sys 1 2", "D:\\p.sys"],
            "ShutdownTime": "2024-07-19T04:00:00Z",
            "Setup.SystemSetupInProgress": 1, "services": 1,
            "drivers": {"BEEP": {"Start": 1, "Type": 1},
                        "beep.sys": {"Service": "beep", "Start": 1,
                                     "Type": 1}}})
        [said] = self.said(path)
        self.assertNotIn("drivers", said["facts"])

    def test_a_version(self):
        [said] = self.said(self.files((mkhive.hive(SOFTWARE),)))
        self.assertEqual(said["facts"], SOFTWARE[
            "Microsoft/Windows NT/CurrentVersion"])

    def test_any_other_hive(self):
        [said] = self.said(self.files((mkhive.hive({"a": {}, "b": {}}),)))
        self.assertEqual(said["keys"], 2)
        self.assertNotIn("facts", said)

    def test_each_cut(self):
        hive = mkhive.hive(SYSTEM)
        for length in range(4, len(hive), 97):
            [said] = self.said(self.file(hive[:length]), status=BAD_INPUT)
            self.assertIn("error", said)

    def test_damage(self):
        hive = bytearray(mkhive.hive(SYSTEM))
        hive[508] ^= 1
        [said] = self.said(self.file(bytes(hive)), status=BAD_INPUT)
        self.assertEqual(said["registry_signs"],
                         [{"sign": "broken", "error": "it is damaged"}])
        self.assertNotIn("seq", said)
        long = {"ControlSet001/Services/long": {
            "Type": 1, "ImagePath": "x" * 1100}}
        path = self.files((mkhive.hive({**SYSTEM, **long}),))
        [said] = self.said("--driver", "long", "--driver", "beep", path,
                           status=BAD_INPUT)
        self.assertIn("error", said)

    def test_without_services(self):
        path = self.files((mkhive.hive({"Select": {"Current": 1},
                                        "ControlSet001": {}}),))
        [said] = self.said("--driver", "beep", path)
        self.assertEqual(said["facts"], {"Select.Current": 1, "drivers": {}})

    def test_logs_that_cannot_be_read(self):
        path = self.files((mkhive.hive(SYSTEM),))
        os.mkdir(path + ".LOG1")
        self.complaint(path, status=3)

    def test_calls(self):
        path = self.files((mkhive.hive(SYSTEM),))
        self.complaint("--driver", status=USAGE)
        self.complaint("--driver", "x", status=USAGE)
        self.complaint(*["--driver", "x"] * 17, path, status=USAGE)
        [said] = self.said(*["--driver", "x"] * 16, path, status=DONE)
        self.assertEqual(said["facts"]["drivers"], {})


if __name__ == "__main__":
    suite.main()
