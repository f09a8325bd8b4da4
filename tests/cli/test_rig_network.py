#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the rig's network with real servers: does it end with whoever made it,
does it count right, and would it notice?  Ends with "N passed, N failed".
"""

import os
import signal
import struct
import subprocess
import sys
import time
import unittest

import suite
from rig_folder import Folder  # before modules of the rig
from netspace import why_not
from network_fleet import check_report, read_reports
from packet_count import RECEIVED, SENT, count

MAC, OTHER = bytes.fromhex("525400123456"), bytes.fromhex("525400000001")
BOOT = os.path.join(suite.TOP, "tests", "boot")
# Starts everything, says the processes, and never ends.
STARTER = """
import signal, sys
sys.path.insert(0, sys.argv[1])
from network_lab import Lab
lab = Lab(sys.argv[2], sys.argv[3])
lab.start()
print(*[server._process.pid for server in lab.servers.values()],
      lab.space.pid, lab.house.pid, flush=True)
signal.pause()
"""
IN, OUT = 388, 533  # numbers of PCs, of which 500 per mille are to act
LINE = ('t 10.1.2.9 10.1.2.9 [meta sequenceId="%d"][machine@32473 serial="S" '
        'uuid="U" model="M" mac="52:54:00:12:34:56"] {"event":"%s"%s}')
RUN = (("policy", ',"share":500,"number":%d,"in_share":%s'),
       ("result", ',"applied":%s,"apply_writes":%d'), ("end", ""))


def is_alive(pid):
    """A process that is more than an entry in a table."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def lines_of(*applied, number=IN, writes=0):
    """What rsyslog writes of one PC's runs.

    @applied: did each repair?
    @number: of the PC, in shares; @writes: of each run
    """
    share = number, "true" if number < 500 else "false"
    return [LINE % (place, event, more % values) for word in applied
            for place, ((event, more), values) in enumerate(
                zip(RUN, (share, (word, writes), ())), 1)]


class Servers(Folder):
    """Of a lab."""

    @unittest.skipIf(why_not(), str(why_not()))
    def test_they_end_with_their_maker(self):
        maker = subprocess.Popen(
            [sys.executable, "-c", STARTER, BOOT, self.path("lab"),
             suite.BUILD], stdout=subprocess.PIPE, text=True)
        pids = maker.stdout.readline().split()
        self.assertEqual(len(pids), 6)
        self.assertTrue(all(map(is_alive, pids)))
        maker.send_signal(signal.SIGKILL)
        maker.wait()
        maker.stdout.close()
        end = time.monotonic() + 20
        while any(map(is_alive, pids)):
            self.assertLess(time.monotonic(), end, "somebody stays")
            time.sleep(0.02)


class Packets(Folder):
    """Frames in a file."""

    def test_kinds(self):
        ip4 = struct.pack(">BxHxxxxxBxx8x", 0x45, 0, 17)
        tcp = ip4[:9] + b"\6" + ip4[10:]
        ports = struct.pack(">HH", 2000, 514), struct.pack(">HH", 80, 2000)
        frames = [
            (OTHER + MAC + b"\x08\x00" + ip4 + ports[0], (SENT, "syslog")),
            (MAC + OTHER + b"\x08\x00" + tcp + ports[1], (RECEIVED, "HTTP")),
            (MAC + OTHER + b"\x08\x06" + bytes(28), (RECEIVED, "ARP")),
            (OTHER + MAC + b"\x08\x00" + ip4 + struct.pack(">HH", 5, 6),
             (SENT, "TFTP")),
            (MAC + OTHER + b"\x08\x00", (RECEIVED, "other"))]
        with open(self.path("packets"), "wb") as file:
            file.write(bytes(24))
            for frame, _ in frames:
                file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)))
                file.write(frame)
        self.assertEqual(dict(count(self.path("packets"), MAC)),
                         {kind: len(frame) for frame, kind in frames})


class Reports(unittest.TestCase):
    """Of a PC of a fleet, which starts twice and is repaired once if it is inside
    the share; otherwise it starts once."""

    def check(self, lines, number=IN):
        found, strange = read_reports(lines)
        self.assertEqual(strange, [])
        self.assertEqual(list(found), [("S", "U", "52:54:00:12:34:56")])
        return check_report(*found.values(), number)

    def test_once(self):
        self.assertEqual(self.check(lines_of("true", "false")), [])

    def test_twice(self):
        self.assertIn("repaired 2 times", self.check(
            lines_of("true", "true"))[0])

    def test_never(self):
        self.assertIn("repaired 0 times", self.check(
            lines_of("false", "false"))[0])

    def test_outside(self):
        self.assertEqual(self.check(lines_of("false", number=OUT), OUT), [])

    def test_outside_and_repaired(self):
        self.assertIn("repaired 1 times", self.check(
            lines_of("true", number=OUT), OUT)[0])

    def test_outside_and_written(self):
        self.assertIn("outside, and its results", self.check(
            lines_of("false", number=OUT, writes=1), OUT)[0])

    def test_another_number(self):
        lines = lines_of("true", "false", number=IN + 1)
        self.assertIn("of its number, which is 388", self.check(lines)[0])
        self.assertNotEqual(self.check(lines, OUT), [])

    def test_a_message_is_lost(self):
        lines = lines_of("true", "false")
        self.assertNotEqual(self.check(lines[:1] + lines[2:]), [])
        self.assertNotEqual(self.check(lines[:-1]), [])

    def test_a_message_comes_twice(self):
        lines = lines_of("true", "false")
        self.assertNotEqual(self.check(lines[:2] + lines[1:]), [])

    def test_somebody_else(self):
        _, strange = read_reports(["t 10.1.2.9 h - hello"])
        self.assertEqual(len(strange), 1)


if __name__ == "__main__":
    suite.main()
