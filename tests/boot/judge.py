# SPDX-License-Identifier: GPL-2.0-or-later
"""Was a repair right?  Compares a disk before and after with readers that are
independent of Loopbreaker; returns complaints, none if all is well.
"""

import hashlib
import os
import re
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "support"))
from ntfs_image import ATTRIBUTE_STANDARD_INFORMATION, NtfsVolume  # noqa: E402
from bootstat import BootStatus  # noqa: E402
from diskimage import NTFS_START  # noqa: E402
from regions import (  # noqa: E402
    FOLDER, REDO, RESTART, STATUS, VOLUME_FLAGS, Regions)
from scenario import Expect  # noqa: E402
from sparse import changed_ranges  # noqa: E402
from windows_image import STATUS_PATH, VENDOR_FOLDER  # noqa: E402
from witness import Witness, replayed_copy  # noqa: E402
from writelog import read_write_log  # noqa: E402

HELD_SUFFIX = r"\.held-[0-9a-f]{8}"
FLAGS_OFFSET = 0x20  # in $STANDARD_INFORMATION
VENDOR = VENDOR_FOLDER.lstrip("/")


def _flags(image: str, path: str) -> int:
    """A file's attribute flags."""
    with open(image, "rb") as file:
        volume = NtfsVolume(file, NTFS_START)
        value = volume.attribute(volume.lookup(path),
                                 ATTRIBUTE_STANDARD_INFORMATION).value or b""
    return struct.unpack_from("<I", value, FLAGS_OFFSET)[0]


def _folder(image: str) -> dict:
    """The vendor folder's index: name -> times and namespace."""
    with open(image, "rb") as file:
        volume = NtfsVolume(file, NTFS_START)
        return volume.directory(volume.lookup(VENDOR))


def digest(path: str) -> str:
    """A name for the whole content of a file."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unchanged(before: str, after: str) -> list[str]:
    """Nothing may have been written."""
    ranges = changed_ranges(before, after)
    return [f"the disk was written: {len(ranges)} places, the first at byte "
            f"{ranges[0][0]}"] if ranges else []


def _without_flushes(steps: list[str]) -> list[str]:
    """The steps alone, none twice in a row."""
    kept = [step for step in steps if step != "flush"]
    return [step for i, step in enumerate(kept) if kept[i - 1:i] != [step]]


class Judge:
    """Compares the disk before and after one run of Loopbreaker."""

    def __init__(self, before: str, after: str, sector_bytes: int,
                 expect: Expect, has_flush: bool = True):
        """@has_flush: the firmware's driver passes flushes on (quirk Q65)"""
        self.has_flush = has_flush
        self.before, self.after = before, after
        # The state that the hold, beside any replay, is compared with.
        self.start = replayed_copy(before) if expect.replayed else before
        self.old = Witness(self.start, sector_bytes)
        self.new = Witness(after, sector_bytes)
        self.sector_bytes = sector_bytes
        self.expect = expect

    def held(self) -> list[str]:
        """Exactly the expected files were put on hold, and nothing else."""
        complaints = []
        old_files, new_files = self.old.files(), self.new.files()
        renamed = {}
        for name in self.expect.held:
            old_path = f"{VENDOR}/{name}"
            found = [path for path in new_files
                     if re.fullmatch(self._held_path(name), path)]
            if old_path in new_files:
                complaints.append(f"{name} still has its name")
            if len(found) != 1:
                complaints.append(f"{name} is held {len(found)} times")
                continue
            renamed[old_path] = found[0]
            complaints += self._same_file(name, old_files[old_path],
                                          new_files[found[0]])
        if self.expect.moved:
            # The folder beside is new, and nothing else.
            old_files = {**old_files, **{
                path: inode for path, inode in new_files.items()
                if re.fullmatch(re.escape(VENDOR) + HELD_SUFFIX, path)}}
        complaints += self._same_names(old_files, new_files, renamed)
        if not self.expect.moved:
            complaints += self._same_index(renamed)
        return complaints

    def _held_path(self, name: str) -> str:
        """Where a held file is: an expression."""
        if self.expect.moved:
            return re.escape(VENDOR) + HELD_SUFFIX + re.escape("/" + name)
        return re.escape(f"{VENDOR}/{name}") + HELD_SUFFIX

    def _same_file(self, name: str, old: int, new: int) -> list[str]:
        if old != new:
            return [f"{name} was MFT record {old} and is {new}"]
        before, after = self.old.facts(old), self.new.facts(new)
        if self.expect.moved:
            before, after = before.without_parents(), after.without_parents()
        if before != after:
            return [f"{name} is not the same file any more: "
                    f"{before} became {after}"]
        return []

    @staticmethod
    def _same_names(old: dict, new: dict, renamed: dict) -> list[str]:
        expected = {}
        for path, inode in old.items():
            base, colon, stream = path.partition(":")
            for before, after in renamed.items():
                # A folder takes along what lies in it.
                if base == before or base.startswith(before + "/"):
                    base = after + base[len(before):]
                    break
            expected[base + colon + stream] = inode
        if expected == new:
            return []
        gone = sorted(set(expected.items()) - set(new.items()))
        come = sorted(set(new.items()) - set(expected.items()))
        return [f"other files changed: {gone} became {come}"]

    def _same_index(self, renamed: dict) -> list[str]:
        """Times in the directory index, which The Sleuth Kit does not show."""
        old, new = _folder(self.start), _folder(self.after)
        complaints = []
        for path, held in renamed.items():
            before = old[os.path.basename(path)]
            after = new.get(os.path.basename(held))
            if not after or after.times != before.times:
                complaints.append(f"the index has other times for {held}")
            if after and after.namespace != before.namespace:
                complaints.append(f"the name of {held} is of another kind")
        if len(old) != len(new):
            complaints.append(f"the folder had {len(old)} entries, now it "
                              f"has {len(new)}")
        return complaints

    def only_allowed(self) -> list[str]:
        """Every changed sector belongs to something that may change."""
        regions = self._regions()
        allowed = {FOLDER, VOLUME_FLAGS, REDO} | {
            f"{VENDOR}/{name}" for name in self.expect.held}
        if self.expect.marked:
            allowed.add(STATUS)
        if self.expect.replayed:
            allowed |= {RESTART, *self.expect.replayed}
        complaints = []
        for start, end in changed_ranges(self.before, self.after):
            for name in sorted(regions.names(start, end) - allowed):
                complaints.append(f"bytes {start} to {end} changed: "
                                  f"{name or 'nobody knows what that is'}")
        return complaints

    def _regions(self) -> Regions:
        regions = Regions(self.before, VENDOR, STATUS_PATH,
                          [f"{VENDOR}/{name}" for name in self.expect.held] +
                          self.expect.replayed)
        if self.expect.grows:
            regions.add_growth(self.after, VENDOR)
        beside = [path for path in self.new.files() if re.fullmatch(
            re.escape(VENDOR) + HELD_SUFFIX, path)]
        if self.expect.moved and beside:
            regions.add_move(self.after, os.path.dirname(VENDOR), beside[0])
        return regions

    def mountable(self) -> list[str]:
        """ntfs-3g would mount it read-write, and its dirty flag is right."""
        reason = self.new.is_mountable()
        complaints = [f"ntfs-3g says: {reason}"] if reason else []
        with open(self.after, "rb") as file:
            is_dirty = NtfsVolume(file, NTFS_START).is_dirty()
        if self.expect.dirty not in (is_dirty, "any"):
            complaints.append("the volume is marked dirty" if is_dirty
                              else "the volume is not marked dirty")
        return complaints

    def replayed(self) -> list[str]:
        """The journal's committed changes are on disk now."""
        complaints = []
        for path in self.expect.replayed:
            before = _flags(self.before, path)
            name = os.path.basename(path)
            after = _flags(self.after, self._name_after(path))
            if before == after or after != _flags(self.start, path):
                complaints.append(f"{name} was not replayed: its flags were "
                                  f"{before:#x} and are {after:#x}")
        return complaints

    def _name_after(self, path: str) -> str:
        """The path of a file, which may be on hold now."""
        for found in self.new.files():
            if re.fullmatch(re.escape(path) + HELD_SUFFIX, found):
                return found
        return path

    def status(self) -> list[str]:
        """bootstat.dat was marked where it had to be, else left alone."""
        inode = self.old.files().get(STATUS_PATH.lstrip("/"))
        if inode is None:
            return []
        old, new = self.old.content(inode), self.new.content(inode)
        if not self.expect.marked:
            return [] if old == new else ["bootstat.dat was changed"]
        try:
            status = BootStatus.parse(new)
        except ValueError as error:
            return [str(error)]
        marks = (status.good, status.shutdown, status.checkpoint,
                 status.attempts)
        if marks != (1, 1, 1, 0):
            return [f"bootstat.dat is not marked good: {marks}"]
        changed = {i for i, (a, b) in enumerate(zip(old, new)) if a != b}
        if not changed <= {0x0A, 0x0B, 0x30, 0x31, 0x32}:
            return [f"bootstat.dat was changed at {sorted(changed)}"]
        return []

    def order_of_writes(self, log: str) -> list[str]:
        """The order of design.md, with a flush behind each step."""
        regions = self._regions()
        steps: list[str] = []
        for entry in read_write_log(log, self.sector_bytes):
            if not entry.is_flush and entry.start < NTFS_START:
                continue  # the firmware's own; only_allowed() sees others
            if entry.is_flush:
                step = "flush"
            else:
                names = regions.names(entry.start, entry.start + entry.length)
                step = self._step_of(names, "journal" in steps)
            if not steps or steps[-1] != step:
                steps.append(step)
        expected = ["replay", "flush", "journal", "flush"] \
            if self.expect.replayed else []
        expected += ["flags", "flush", "hold", "flush"]
        if self.expect.replayed and self.expect.dirty:
            # Marked for Windows to check before the journal is closed.
            expected = ["replay", "flags", "flush", "journal", "flush",
                        "hold", "flush"]
        if self.expect.marked:
            expected += ["status", "flush"]
        if not self.expect.dirty:
            expected += ["flags", "flush"]
        if not self.has_flush:
            steps = _without_flushes(steps)
            expected = _without_flushes(expected)
        return [] if steps == expected else [
            f"the order of writes was {' '.join(steps)}, "
            f"not {' '.join(expected)}"]

    def _step_of(self, names: set[str], is_replay_over: bool) -> str:
        if names and names <= set(self.expect.replayed) and not is_replay_over:
            return "replay"
        held = {f"{VENDOR}/{name}" for name in self.expect.held}
        for step, members in (("journal", {RESTART}),
                              ("flags", {VOLUME_FLAGS}), ("status", {STATUS}),
                              ("hold", held | {FOLDER})):
            if names and names <= members:
                return step
        return "unknown:" + ",".join(sorted(names))

    def repair(self, log: str | None) -> list[str]:
        """All of it."""
        complaints = (self.held() + self.only_allowed() + self.mountable() +
                      self.replayed() + self.status())
        if self.expect.ordered and log:
            complaints += self.order_of_writes(log)
        return complaints

    def broken_off(self) -> list[str]:
        """Whatever was written is a part of the repair."""
        return self.only_allowed()

    def undone(self) -> list[str]:
        """@after is as @before, where anybody can see it."""
        complaints = []
        old_files, new_files = self.old.files(), self.new.files()
        complaints += self._same_names(old_files, new_files, {})
        if _folder(self.before) != _folder(self.after):
            complaints.append("the folder's index is not as it was")
        for name in self.expect.held:
            inode = old_files[f"{VENDOR}/{name}"]
            complaints += self._same_file(name, inode, inode)
        return complaints + self.mountable()
