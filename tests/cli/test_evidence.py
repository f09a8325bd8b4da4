#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""loopbreaker evidence: real files against what is known of them, files made
here, and files that are cut short or no evidence at all.
"""

import json
import lzma
import os
import struct
import sys
import tempfile
import unittest
import zlib

import suite
from command import BAD_INPUT, DONE, IO_ERROR, USAGE, Run, loopbreaker

sys.path.insert(0, os.path.join(suite.TOP, "tests/support"))
from mkdump import Crash, write_dump  # noqa: E402

FIXTURES = os.environ.get("LOOPBREAKER_FIXTURES",
                          os.path.join(suite.TOP, "../shared/fixtures"))
BUGCHECK_VENDOR = "ba57e015-65b3-4c3c-b274-659192f699e3"
ATTRIBUTES = struct.pack("<I", 7)  # as efivarfs puts before the value
# Said about a file, not by it.
COMMENTS = {"synthetic", "note", "evidence", "events_around_returns", "loop",
            "expect_module"}


def differences(want, have, path: str = "") -> list[str]:
    """What of @want is not so in @have, which may say more."""
    if isinstance(want, dict) and isinstance(have, dict):
        return [line for key, value in want.items()
                if not (path == "" and key in COMMENTS)
                for line in differences(value, have.get(key), f"{path}.{key}")]
    if isinstance(want, list) and isinstance(have, list) \
            and len(want) == len(have):
        return [line for number, value in enumerate(want)
                for line in differences(value, have[number],
                                        f"{path}[{number}]")]
    return [] if want == have else [f"{path} is {have!r}, not {want!r}"]


ELEMENTS = {"12000002": "path", "22000002": "systemroot",
            "14000008": "recovery_sequence", "16000009": "recovery_enabled"}


def loader_in_words(facts: dict) -> dict:
    """Of a loader: "21000001" is its osdevice, and so on."""
    found = {ELEMENTS.get(key, key): value == "01" if key == "16000009"
             else value for key, value in facts.items()
             if key in ELEMENTS or not key.isdigit() and key != "default"}
    device = facts.get("21000001")
    if device:
        found["osdevice_type"] = device["type"]
        found["osdevice"] = {"disk": device["gpt_disk"],
                             "partition": device["gpt_partition"]
                             } if device["type"] == 6 else None
    return found


def in_words(facts: dict) -> dict:
    """Facts of a boot configuration, with the names of our report."""
    found = {key: value for key, value in facts.items()
             if key not in ("loaders", "bootmgr")}
    if "loaders" in facts:
        found["loaders"] = {key: loader_in_words(loader)
                            for key, loader in facts["loaders"].items()}
    manager = facts.get("bootmgr")
    if manager:
        device = manager["11000001"]
        found.update(
            default=manager["23000003"], order=manager["24000001"],
            bootmgr_path=manager["12000002"],
            bootmgr_device={"disk": device["gpt_disk"],
                            "partition": device["gpt_partition"]})
    return found


def with_crc(content: bytes) -> bytes:
    """A variable of Loopbreaker's own: its checksum comes last."""
    return content + struct.pack("<I", zlib.crc32(content))


def record(state: int = 1, flags: int = 1) -> bytes:
    """As recovery/record.c lays it out."""
    return with_crc(struct.pack(
        "<4sIIIQIIIIQIIQIIQ12s220s", b"LBR2", 20, 1, 0, 1000, state, 1, 7, 21,
        133658352000000000, flags, 0x50, 0x1234, 3, 8, 0xABCD,
        struct.pack("<II", 6, 4), b""))


def note() -> bytes:
    """As recovery/note.h lays it out."""
    return struct.pack("<4sIQIIQIIQ", b"LBN1", 19, 133658352000000000, 1,
                       0x1000007E, 5, 2, 0, 0)


class EvidenceTest(unittest.TestCase):
    """A folder of its own for the files."""

    def setUp(self):
        self.room = tempfile.TemporaryDirectory()
        self.addCleanup(self.room.cleanup)

    def file(self, content: bytes, name: str = "file") -> str:
        """A file with this content."""
        path = os.path.join(self.room.name, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def said(self, *words: str, status=DONE) -> list[dict]:
        """What the command prints, one object for each line."""
        run = loopbreaker("evidence", *words)
        self.assertEqual(run.status, status, run)
        return [json.loads(line) for line in run.output.splitlines()]

    def complaint(self, *words: str, status: int) -> Run:
        """A run that ends with one sentence."""
        run = loopbreaker("evidence", *words)
        self.assertEqual(run.status, status, run)
        run.reason()
        return run


class RealFilesTest(EvidenceTest):
    """Against TRUTH.json."""

    def compare(self, folder: str, cut: tuple[str, ...] = ()) -> None:
        """Each file of a folder; @cut: those that end too early."""
        path = os.path.join(FIXTURES, "TRUTH.json")
        if not os.path.exists(path):
            self.skipTest("no fixtures beside this folder")
        with open(path, encoding="utf-8") as file:
            truth = json.load(file)[folder]
        self.assertGreater(len(truth), 6)
        for name, facts in truth.items():
            with self.subTest(name):
                [said] = self.said(os.path.join(FIXTURES, folder, name),
                                   status=BAD_INPUT if name in cut else DONE)
                if name in cut:
                    self.assertIn("error", said)
                    facts = {key: value for key, value in facts.items()
                             if key in said}
                self.assertEqual(differences(facts, said), [])
                if "expect_module" in facts and name not in cut:
                    # Words on the stack are told, and nobody's fault.
                    module = (None if said["blamed_by"] == "stack"
                              else said["blamed_module"])
                    self.assertEqual(module, facts["expect_module"])

    def test_boot_status_files(self):
        self.compare("bootstat")

    def test_boot_configurations(self):
        """Their facts are named by the numbers of the elements, or in words.
        """
        path = os.path.join(FIXTURES, "TRUTH.json")
        if not os.path.exists(path):
            self.skipTest("no fixtures beside this folder")
        with open(path, encoding="utf-8") as file:
            truth = json.load(file)["bcd"]
        self.assertGreater(len(truth), 6)
        for name, facts in truth.items():
            with self.subTest(name):
                [said] = self.said(self.unpacked("bcd", name))
                self.assertEqual(said["kind"], "bcd")
                self.assertEqual(differences(in_words(facts), said), [])

    def unpacked(self, folder: str, name: str) -> str:
        """The path of a fixture, which may be compressed."""
        path = os.path.join(FIXTURES, folder, name)
        if os.path.exists(path):
            return path
        with lzma.open(path + ".xz") as file:
            return self.file(file.read(), name)

    def test_dumps(self):
        self.compare("dumps", ("synthetic-x64-truncated.dmp",))


class DumpTest(EvidenceTest):
    """Dumps made here, of whole machines."""

    def dump(self, **crash) -> dict:
        """What is said of such a dump."""
        path = os.path.join(self.room.name, "MEMORY.DMP")
        write_dump(path, Crash(**crash))
        [said] = self.said(path)
        return said

    def test_every_kind(self):
        for kind in ("full", "bitmap", "automatic", "triage"):
            for machine in ("x64", "arm64"):
                with self.subTest(kind=kind, machine=machine):
                    said = self.dump(kind=kind, machine=machine)
                    self.assertEqual(said["bugcheck_name"],
                                     "PAGE_FAULT_IN_NONPAGED_AREA")
                    self.assertEqual(
                        (said["blamed_by"], said["blamed_module"]),
                        ("parameter", "contososensor.sys"))
                    self.assertTrue(said["blame_suffices"])
                    self.assertEqual(said["driver_count"], 128)
                    self.assertTrue(said["param_in"][2].endswith(
                        "contososensor.sys+0xe14ed"))

    def test_only_the_stack_names_it(self):
        said = self.dump(kind="automatic", by="stack", code=0x139)
        self.assertEqual((said["blamed_by"], said["blamed_module"],
                          said["blame_suffices"]),
                         ("stack", "contososensor.sys", False))

    def test_types_that_are_not_read(self):
        said = self.dump(kind="summary")
        self.assertIn("modules_error", said)
        self.assertNotIn("blamed_by", said)

    def test_a_bitmap_that_ends_too_early(self):
        path = os.path.join(self.room.name, "MEMORY.DMP")
        write_dump(path, Crash(kind="automatic"))
        os.truncate(path, 100000)
        [said] = self.said(path, status=BAD_INPUT)
        self.assertEqual(said["bugcheck"], "0x50")
        self.assertIn("error", said)


class OwnVariablesTest(EvidenceTest):
    """With and without the attributes that Linux shows."""

    def test_record(self):
        for prefix in (b"", ATTRIBUTES):
            [said] = self.said(self.file(prefix + record()))
            self.assertEqual(said["kind"], "record")
            self.assertEqual(said["hold_state"], "active")
            self.assertEqual(said["hold_id"], 7)
            self.assertEqual(said["hold_time"], "2024-07-19T04:00:00Z")
            self.assertEqual(said["bugcheck"], "0x50")
            self.assertIs(said["by_person"], False)
            self.assertEqual(
                (said["policy_serial"], said["policy_previous_serial"],
                 said["incident_serial"]), (8, 6, 4))
        [said] = self.said(self.file(record(flags=3)))
        self.assertIs(said["by_person"], True)
        [said] = self.said(self.file(record(state=0)))
        self.assertEqual((said["hold_state"], said["hold_id"],
                          said["incident_serial"]), ("none", 7, 4))
        self.assertNotIn("hold_time", said)

    def test_note(self):
        for prefix in (b"", ATTRIBUTES):
            [said] = self.said(self.file(prefix + note()))
            self.assertEqual(said["kind"], "note")
            self.assertEqual(said["boot_id"], 19)
            self.assertEqual(said["bugcheck"], "0x1000007e")

    def test_failure(self):
        content = with_crc(struct.pack("<4sIIIIIQ12s", b"LBF1", 1, 2, 3, 9, 14,
                                       0x1234, b""))
        [said] = self.said(self.file(content))
        self.assertEqual((said["kind"], said["failure"], said["count"]),
                         ("failure", "exception", 2))
        self.assertEqual(said["address"], "0x1234")

    def test_each_cut(self):
        for content in (record(), note()):
            for length in range(4, len(content)):
                [said] = self.said(self.file(content[:length]),
                                   status=BAD_INPUT)
                self.assertIn("error", said)


class BugCheckTest(EvidenceTest):
    """Known by the names of the files."""

    def test_from_efivarfs(self):
        for value in (struct.pack("<I", 0x50), struct.pack("<Q", 0x50)):
            path = self.file(ATTRIBUTES + value,
                             f"BugCheckCode-{BUGCHECK_VENDOR}")
            [said] = self.said(path)
            self.assertEqual((said["kind"], said["bugcheck"]),
                             ("bugcheck", "0x50"))

    def test_bare(self):
        [said] = self.said(self.file(struct.pack("<Q", 0x7E), "BugCheckCode"))
        self.assertEqual(said["bugcheck"], "0x7e")
        [said] = self.said(self.file(struct.pack("<I", 3), "BugCheckProgress"))
        self.assertEqual(said["value"], "0x3")

    def test_impossible_sizes(self):
        name = f"BugCheckCode-{BUGCHECK_VENDOR}"
        for content in (b"\1", ATTRIBUTES + b"\1", ATTRIBUTES + bytes(65),
                        b"", ATTRIBUTES):
            self.complaint(self.file(content, name), status=BAD_INPUT)
        for name in ("BugCheckCode", "BugCheckParameter1"):
            [said] = self.said(self.file(b"", name), status=BAD_INPUT)
            self.assertIn("error", said)
            self.assertNotIn("value", said)


class BadFilesTest(EvidenceTest):
    """A sentence for each, and a status that tells."""

    def test_no_evidence(self):
        for content in (b"", b"\0", b"text of any kind", bytes(4096),
                        b"\xff" * 4096, b"PAGE", b"PAGE of a book"):
            self.complaint(self.file(content), status=BAD_INPUT)

    def test_not_to_be_read(self):
        self.complaint(os.path.join(self.room.name, "none"), status=IO_ERROR)
        for path in ("/dev/zero", "/dev/null", self.room.name):
            run = self.complaint(path, status=IO_ERROR)
            self.assertIn("it is not a regular file", run.words)

    def test_calls(self):
        run = self.complaint(status=USAGE)
        self.assertIn("at least one file", run.words)
        self.complaint("--json", "x", status=USAGE)

    def test_a_broken_log_behind_a_good_area(self):
        area = struct.pack("<I", 0x40) + bytes(0x3C)
        area += bytes(2048 - len(area))
        [said] = self.said(self.file(area + struct.pack("<I", 9) + bytes(64)))
        self.assertEqual(said["kind"], "os")
        self.assertIn("log_error", said)

    def test_the_others_are_still_read(self):
        good = self.file(note(), "good")
        bad = self.file(b"nothing", "bad")
        said = self.said(bad, good, "/nonexistent", status=BAD_INPUT)
        self.assertEqual([s["kind"] for s in said], ["note"])


if __name__ == "__main__":
    suite.main()
