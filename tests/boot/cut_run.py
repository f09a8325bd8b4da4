# SPDX-License-Identifier: GPL-2.0-or-later
"""A scenario in whose first boot the power also fails, at each of many
moments; each time the PC is switched on again and has to end healthy.
"""

import copy
import dataclasses
import os
import shutil

from cuts import CopiedPc, Cut, Watch
from firmware import Firmware
from judge import unchanged
from locked import plain_text_in
from outcome import as_shown, who_ran
from pc import Builds, Pc
from qemu import Boot
from scenario import Scenario, chosen
from scenario_run import STOP_AT, Run

END = "windows: healthy"
CRASH = "windows: bugcheck"  # the cut came before anything was changed
HANDED_OVER = {"loopbreaker: boot",
               "loopbreaker: refuse"}  # the firmware lost the record
BEFORE_THE_END = HANDED_OVER | {"loopbreaker: hold"}
MOST_BOOTS = 4


def keeps_hands_off(boot: Boot) -> bool:
    """Did Loopbreaker find a failure note that is cut in the middle?

    EDK2 on aarch64 leaves such ones when it moves its variables.  They are
    never written while the disk is being changed.
    """
    return any(event.get("event") == "own-failure" and
               event.get("kind") == "unknown" for event in boot.events())


class ResumedRun(Run):
    """What comes after a power cut."""

    def __init__(self, scenario: Scenario, directory: str, whole: Run,
                 cut: Cut):
        """@whole: the same scenario without a power cut"""
        self.cut = cut
        self.whole = whole
        self.traces = whole.first_traces
        super().__init__(scenario, directory, whole.pc.builds,
                         whole.pc.machine.accelerator,
                         firmware=whole.pc.firmware)
        self.pc.take_keys(whole.original, self.original)
        self.is_broken = True

    def _make_pc(self, builds: Builds, accelerator: str,
                 firmware: Firmware) -> Pc:
        return CopiedPc(self.whole.pc, self.cut, self.directory)

    def _traces(self) -> dict[str, bytes]:
        """As in the beginning; only the firmware could tell right after the
        power cut, perhaps in the middle of moving its variables.
        """
        return self.traces if not self.boots else super()._traces()

    def _one_boot(self) -> Boot:
        boot = super()._one_boot()
        if who_ran(boot) == CRASH:
            # It counts as the second one that failed, in bootstat.dat.
            self.is_broken = False
            self.scenario.expect.marked = True
        return boot

    def _judge(self, boot: Boot, ran: str, before: str, log: str) -> None:
        """Whatever came before: Windows is started on a whole repair."""
        super()._judge(boot, ran, before, log)
        if self.is_broken and (ran in self._shown(HANDED_OVER) or
                               keeps_hands_off(boot) and self._is_begun()):
            self.complaints += [
                f"boot {len(self.boots)}: {text}"
                for text in self._judge_between(self.original).repair(None)]

    def _is_begun(self) -> bool:
        """Was anything written before the power failed?"""
        return bool(unchanged(self.original, self._disk(self.original)))

    def _shown(self, boots: set[str]) -> set[str]:
        return {as_shown(boot, self.pc.firmware) for boot in boots}

    def _check_boots(self, ran: list[str]) -> None:
        rest = ran[1:] if keeps_hands_off(self.boots[0]) else ran
        between = rest[1:-1] if rest[0] == CRASH else rest[:-1]
        # Where the store lost that too, at the end of a chain load.
        if (not ran[-1].endswith(END) or
                not set(between) <= self._shown(BEFORE_THE_END)):
            self.complaints.insert(0, f"the boots were {ran}")


class CutRun(Run):
    """The scenario without a power cut, then with each of them."""

    resumed = ResumedRun

    def _power_on(self, log: str) -> Boot:
        if self.boots:
            return super()._power_on(log)
        directory = self._path("cuts")
        os.mkdir(directory)
        self.watch = Watch(self.pc, directory)
        self.first_traces = self.watch.traces
        boot = self.pc.power_on(
            STOP_AT, log, disk_fault=self.watch.fault(),
            on_hold=self.watch.hold, flash_log=self.watch.flash_log)
        self.watch.finish()
        return boot

    def run(self) -> None:
        """All of it."""
        super().run()
        writes = len(self.watch.writes)
        if writes != self.scenario.expect.writes:
            self.complaints.append(f"there were {writes} writes")
        if self.pc.locked:
            self._check_media()
        if self.complaints:
            return
        cuts = (self.watch.writes if self.scenario.cut == "writes"
                else self.watch.flash_cuts())
        for cut in chosen(cuts, None if self.scenario.is_deep
                          else self.scenario.cuts_in_check):
            self._resume(cut)

    def _check_media(self) -> None:
        """Of a locked volume nothing plain reaches any medium."""
        names = self.scenario.expect.held
        if not plain_text_in(self._plain(self.original), names):
            self.complaints.append("nobody would recognise plain text")
        for cut in self.watch.writes:
            for path in filter(None, (cut.disk, cut.second)):
                self.complaints += [
                    f"{cut.name}: {what} is plain on {os.path.basename(path)}"
                    for what in plain_text_in(path, names)]

    def _resume(self, cut: Cut) -> None:
        scenario = copy.copy(self.scenario)
        scenario.boots = [END] * MOST_BOOTS
        scenario.expect = dataclasses.replace(
            scenario.expect, log=[], not_log=[], dirty="any", ordered=False)
        directory = self._path(cut.name)
        os.mkdir(directory)
        run = self.resumed(scenario, directory, self, cut)
        run.run()
        self.boots += run.boots
        self.complaints += [f"{cut.name}: {text}" for text in run.complaints]
        if not run.complaints:
            shutil.rmtree(directory)
