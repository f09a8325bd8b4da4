#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Our replay of journals compared with that of Linux ntfs3, which is another
one: sector by sector, and every difference explained.
"""

import dataclasses
import os
import subprocess
import unittest

import ntfs3
import ntfs3_replay
import suite
from journal_room import IS_DEEP, VERSIONS, JournalRoom, replay
from volume_maker import copy

import journal_operations
import mkjournal
import volume_difference
from journal_actions import Transaction
from ntfs_image import NtfsVolume

FIXTURES = os.environ.get("LOOPBREAKER_FIXTURES",
                          os.path.join(suite.TOP, "../shared/fixtures"))
REAL = os.path.join(FIXTURES, "ntfs/win10-dirty-log20-10m.dd.xz")

# In all volumes:
#   journal   ntfs3 empties $LogFile, we close it as it is
#   sequence  both count up what they write, not equally often
#   slack     both move what nobody uses, not equally much of it
EVERYWHERE = {"journal", "sequence", "slack"}

LENGTHENS = ("ntfs3 of this kernel takes a value that becomes longer for "
             "damage, leaves it alone and marks the volume", {"content", "lsn"})
FREES = ("ntfs3 counts up the sequence number of a record that was made and "
         "is freed; we leave it, for the journal does not have it", {"content"})
# By case; of those that are not here nothing else differs.
EXPLAINED = {
    "lengthen_value": LENGTHENS,
    "lengthen_empty_value": LENGTHENS,
    "delete_file_undone": FREES,
    "make_index_block": ("ntfs3 does not say in a block which log record made "
                         "it", {"lsn"}),
    "zero_clusters": ("ntfs3 writes what follows the log record, which has no "
                      "data, where we write zeroes", {"content"}),
}
# One byte: the lower half of the sequence number of an MFT record.
SEQUENCE_NUMBER = 0x10


@dataclasses.dataclass
class Volume:
    """A volume with a journal, twice."""

    name: str
    ours: str
    theirs: str
    transactions: dict[str, list[Transaction]]  # by case
    answer: ntfs3_replay.Replay | None = None


def places(volume: NtfsVolume, transaction: Transaction) -> list[range]:
    """The bytes of the volume that a case is about."""
    size = volume.cluster_size
    found = []
    for action in transaction.actions:
        if action.result:
            start = action.result.clusters[0] * size + action.result.skip
            found.append(range(start, start + len(action.result.content)))
    return found


class Comparison(JournalRoom):
    """All volumes are replayed in one machine."""

    @classmethod
    def setUpClass(cls):
        reason = ntfs3.why_missing()
        if reason:
            raise unittest.SkipTest(reason)
        super().setUpClass()

    def made(self, name: str, version: str) -> Volume:
        """A volume with the journal of one case, or of all."""
        ours = copy(self.base, self.path(name + version))
        names = journal_operations.CASES if name == "all" else [name]
        with open(ours, "rb") as file:
            made = journal_operations.transactions_for(NtfsVolume(file), names)
        mkjournal.write_journal(ours, version=version, transactions=made)
        return Volume(f"{name} {version}", ours,
                      copy(ours, ours + "-linux"),
                      {n: [t] for n, t in zip(names, made)})

    def replay(self, volumes: list[Volume]) -> None:
        """By us, and by Linux."""
        for volume, answer in zip(volumes, ntfs3_replay.replay(
                [volume.theirs for volume in volumes])):
            volume.answer = answer
            status, words = replay(volume.ours)
            self.assertEqual(status, 0, (volume.name, words))

    def unexplained(self, volume: Volume, difference) -> bool:
        """Is this difference not known?"""
        if difference.kind in EVERYWHERE:
            return False
        if difference.kind == "dirty":
            # It marks what it changes, and what it would not take as it is.
            return not volume.answer.needs_force
        place = difference.sector * volume_difference.SECTOR_BYTES
        with open(self.base, "rb") as file:
            base = NtfsVolume(file)
            for name, (_, kinds) in EXPLAINED.items():
                for transaction in volume.transactions.get(name, []):
                    if (difference.kind in kinds
                            and any(place in r
                                    for r in places(base, transaction))
                            and (kinds is not FREES[1]
                                 or difference.offset == SEQUENCE_NUMBER)):
                        return False
        return True

    def judge(self, volume: Volume) -> int:
        """Every difference is explained; the number of sectors that differ."""
        answer = volume.answer
        self.assertTrue(answer.has_finished and answer.mounts,
                        (volume.name, answer.messages))
        found = volume_difference.compare(volume.ours, volume.theirs)
        self.assertEqual(
            [d for d in found if self.unexplained(volume, d)], [],
            (volume.name, answer.messages))
        return len({d.sector for d in found if d.kind != "journal"})

    def compare(self, volumes: list[Volume]) -> None:
        """Replay and judge."""
        self.replay(volumes)
        sectors = 0
        for volume in volumes:
            with self.subTest(volume=volume.name):
                sectors += self.judge(volume)
        print(f"\ncounted: {len(volumes)} volumes replayed by Linux ntfs3 as "
              f"well; {sectors} sectors differ outside of $LogFile, all "
              "explained")

    def test_made(self):
        """All operations in one journal; if deep, each alone as well."""
        names = ["all"] + (journal_operations.CASES if IS_DEEP else [])
        self.compare([self.made(name, version)
                      for version in VERSIONS for name in names])

    def test_real(self):
        """What Windows left."""
        if not os.path.exists(REAL):
            self.skipTest(f"there is no {REAL}")
        ours = self.path("real")
        with open(ours, "wb") as file:
            subprocess.run(["xz", "-dc", REAL], stdout=file, check=True)
        volume = Volume("real", ours, copy(ours, ours + "-linux"), {})
        self.compare([volume])

    def test_explanations(self):
        """Each is of a case that there is."""
        self.assertLessEqual(EXPLAINED.keys(), set(journal_operations.CASES))
        for _, (reason, kinds) in EXPLAINED.items():
            self.assertTrue(reason and kinds)


if __name__ == "__main__":
    suite.main()
