# SPDX-License-Identifier: GPL-2.0-or-later
"""The power fails where the firmware keeps its variables on the disk: the disk
is all that is left then, and any beginning of the log of its writes is the disk
after a power cut.

Within the firmware's own writes its file of variables is torn, and nobody is
started any more (quirk Q71); there only the volume is looked at.
"""

import dataclasses
import os
import shutil

from bootvars import StoreError
from cut_run import CutRun, ResumedRun
from diskimage import NTFS_START
from firmware import Firmware
from judge import Judge
from pc import Builds, Pc
from qemu import Boot
from scenario import chosen
from scenario_run import Run
from sparse import copy_image
from writelog import LogEntry, read_write_log


@dataclasses.dataclass(frozen=True)
class LogCut:
    """What is left when the power fails after some writes."""

    name: str
    before: str  # the disk before all of them
    log: str
    entries: tuple[LogEntry, ...]  # the writes that were done

    def make_disk(self, path: str) -> None:
        """Do them."""
        copy_image(self.before, path)
        with open(self.log, "rb") as log, open(path, "r+b") as disk:
            for entry in self.entries:
                log.seek(entry.place)
                disk.seek(entry.start)
                disk.write(log.read(entry.length))


class LogPc(Pc):
    """A PC that was switched off in the middle of something."""

    def __init__(self, like: Pc, cut: LogCut, directory: str):
        self.like, self.cut = like, cut
        super().__init__(like.scenario, directory, like.builds,
                         like.machine.accelerator, like.firmware)
        self.clock = like.clock

    def _make_disk(self) -> None:
        self.cut.make_disk(self.disk)
        self.locked = self.like.locked

    def take_keys(self, source: str, target: str) -> None:
        """It has those that it had."""
        copy_image(source, target)

    def _make_variables(self) -> None:
        """They are on the disk."""


class LogResumedRun(ResumedRun):
    """What comes after such a power cut."""

    def _make_pc(self, builds: Builds, accelerator: str,
                 firmware: Firmware) -> Pc:
        return LogPc(self.whole.pc, self.cut, self.directory)


class LogCutRun(CutRun):
    """The scenario without a power cut, then with one after each write."""

    resumed = LogResumedRun

    def _power_on(self, log: str) -> Boot:
        if self.boots:
            return Run._power_on(self, log)
        os.mkdir(self._path("cuts"))
        self.first_traces = self.pc.traces()
        before = os.path.join(self._path("cuts"), "before.img")
        copy_image(self.pc.disk, before)
        boot = Run._power_on(self, log)
        self.boot_order = self.pc.store().boot_order()
        kept = os.path.join(self._path("cuts"), "disk.log")
        shutil.copyfile(log, kept)
        entries = [entry for entry in read_write_log(
            kept, self.scenario.sector) if not entry.is_flush]
        self.log_cuts = [
            LogCut(f"write-{count}", before, kept, tuple(entries[:count]))
            for count in range(len(entries))]
        self.own_writes = sum(entry.start >= NTFS_START for entry in entries)
        return boot

    def run(self) -> None:
        """All of it."""
        Run.run(self)
        if self.own_writes != self.scenario.expect.writes:
            self.complaints.append(f"there were {self.own_writes} writes")
        if self.complaints:
            return
        whole = [cut for cut in self.log_cuts if self._is_whole(cut)]
        if len(whole) <= self.own_writes:
            self.complaints.append(f"{len(whole)} cuts leave variables")
        for cut in chosen(whole, None if self.scenario.is_deep
                          else self.scenario.cuts_in_check):
            self._resume(cut)

    def _is_whole(self, cut: LogCut) -> bool:
        """Does the firmware still know its boot options?  If not, the volume
        is checked here, because nobody is started.
        """
        pc = LogPc(self.pc, cut, self._path("cuts"))
        try:
            is_whole = pc.store().boot_order() == self.boot_order
        except StoreError:
            is_whole = False
        if not is_whole:
            disk, found = pc.disk_without_variables(self.original, True)
            found += Judge(
                self._plain(self.original), self._plain(disk),
                self.scenario.sector, self.scenario.expect).broken_off()
            self.complaints += [f"{cut.name}: {text}" for text in found]
        return is_whole
