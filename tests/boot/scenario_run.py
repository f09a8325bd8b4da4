# SPDX-License-Identifier: GPL-2.0-or-later
"""One scenario from the first power-on to its end: who has to run in each boot,
and what each may leave on the disk.
"""

import dataclasses
import os
import re

from expectations import (
    check_dump, check_log, check_network, check_time, check_variables,
    memory_is_overwritten)
from firmware import OVMF, Firmware
from judge import Judge, digest, unchanged
from measured import compare_starts
from memory_left import excuse
from outcome import as_shown, who_ran
from pc import Builds, Pc
from product_image import USB, digest_without_redo, redo_place
from qemu import FLUSHING_DEVICES, POWER_OFF, RESET, Boot
from redo_media import (
    MEDIUM_BYTES, MEDIUM_START, has_been_used, is_empty)
from scenario import Expect, Scenario
from second_opinion import worsened, written_by_others
from sparse import copy_image
from stick import fat_digest

STOP_AT = re.compile(r"STANDIN: (WINRE|ERROR)[^\n]*\n")
WAITING = "windows: winre"
NOBODY_WRITES = ("shim: refusal", "shim: enrolment")
EXTRA_BOOTS = 1  # to show what came instead of the end


def completes_earlier(boot: Boot) -> bool:
    """Did Loopbreaker finish, or find complete, what an earlier boot began?"""
    return any(event.get("event") == "redo" and
               event.get("state") in ("finished", "done")
               for event in boot.events())


def has_failed(boot: Boot) -> bool:
    """Did Loopbreaker itself?"""
    return any(event.get("event") == "failure" for event in boot.events())


class Run:
    """One scenario from power-on to its end."""

    def __init__(self, scenario: Scenario, directory: str, builds: Builds,
                 accelerator: str, on_boot=None, firmware: Firmware = OVMF):
        """@builds: for the processor that runs @firmware
        @on_boot: called after each boot with its Boot and who ran"""
        self.on_boot = on_boot
        self.scenario = scenario
        self.directory = directory
        self.pc = self._make_pc(builds, accelerator, firmware)
        self.boots: list[Boot] = []
        self.is_broken = False  # a repair began and was not finished
        self.complaints: list[str] = []
        self.remarks: list[str] = []  # what has to be seen, and is no complaint
        self.original = self._path("original.img")
        copy_image(self.pc.disk, self.original)

    def _make_pc(self, builds: Builds, accelerator: str,
                 firmware: Firmware) -> Pc:
        return Pc(self.scenario, self.directory, builds, accelerator, firmware)

    def _path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    def _one_boot(self) -> Boot:
        before = self._path("before.img")
        copy_image(self.pc.disk, before)
        traces = self._traces()
        others = self._other_disks()
        log = self._path("writes.log")
        boot = self._power_on(log)
        self.boots.append(boot)
        number = len(self.boots)
        with open(self._path(f"boot-{number}.log"), "w",
                  encoding="utf-8") as file:
            file.write(boot.console)
        ran = who_ran(boot, self.pc.firmware)
        if self.scenario.memory:
            self._look_into_memory(boot, ran)
        self.remarks += [
            f"boot {number}: {event['bytes']} bytes of the stack used below "
            f"loopbreaker_main's, of which {event['wiped']} are wiped"
            for event in boot.events() if event.get("event") == "stack"]
        if self.pc.network and ran.startswith("loopbreaker: "):
            self.remarks.append(f"boot {number}: {self.pc.network.cost()}")
        if self.on_boot:
            self.on_boot(boot, ran)
        if ran.startswith("loopbreaker: "):
            self._judge(boot, ran, before, log)
        elif ran in NOBODY_WRITES:
            self.complaints += [f"boot {number}: {text}" for text in
                                unchanged(before, self._disk(before))]
        else:
            self.is_broken = False  # Windows has made it its own
        if "windows: " not in ran:
            self._check_bystanders(others, traces)
        is_expected = (ran == WAITING and
                       self.scenario.boots[number - 1:number] == [WAITING])
        if boot.end not in (RESET, POWER_OFF) and not is_expected:
            self.complaints.append(
                f"boot {number} ended by {boot.end} after "
                f"{boot.seconds:.0f} s ({ran}) {boot.error}")
        return boot

    def _look_into_memory(self, boot: Boot, ran: str) -> None:
        """Loopbreaker leaves no key; Windows has that of its volume, so that
        we know that those who look can see.
        """
        path = self._path("memory")
        left = self.pc.secrets_in(path)
        os.remove(path)
        number = len(self.boots)
        if has_failed(boot):
            left = excuse(left, self.scenario.expect.left)
        if ran.startswith("loopbreaker: "):
            self.remarks += [f"boot {number}: {text}" for text in left.listed]
            self.complaints += [f"boot {number}: {text}"
                                for text in left.complaints]
        elif not any("the volume's key" in text for text in left.complaints):
            self.complaints.append(
                f"boot {number}: no key was found in Windows' memory")

    def _check_bystanders(self, others: list[str],
                          traces: dict[str, bytes]) -> None:
        """What Loopbreaker has to leave alone; as it was before the boot."""
        number = len(self.boots)
        if self._other_disks() != others:
            self.complaints.append(
                f"boot {number}: the other disk was written")
        if self._traces() != traces:
            self.complaints.append(
                f"boot {number}: Loopbreaker changed {traces} to "
                f"{self._traces()}")

    def _traces(self) -> dict[str, bytes]:
        return self.pc.traces()

    def _other_disks(self) -> list[str]:
        if self.scenario.second_disk == "redo":
            return []  # that is what it is for
        if self.scenario.second_disk == "stick":
            return [fat_digest(self.pc.second_disk)]
        if self.scenario.second_disk == USB:
            return [digest_without_redo(self.pc.second_disk)]
        return [digest(disk.path) for disk in self.pc.machine.disks[1:]]

    def _stick(self) -> list[str]:
        """A stick for redo records was used, and nothing is left to finish."""
        stick = self.pc.second_disk
        place = (redo_place(stick) if self.scenario.second_disk == USB
                 else (MEDIUM_START, MEDIUM_BYTES))
        complaints = []
        if not has_been_used(stick, *place):
            complaints.append("no redo record was kept on the stick")
        if not is_empty(stick, place[0]):
            complaints.append("a redo record is left on the stick")
        return complaints

    def _power_on(self, log: str) -> Boot:
        return self.pc.power_on(
            STOP_AT, log,
            disk_fault=self.pc.disk_fault(len(self.boots) + 1),
            memory=self._path("memory") if self.scenario.memory else None)

    def _judge(self, boot: Boot, ran: str, before: str, log: str) -> None:
        number = len(self.boots)
        verdict = ran.split(", ")[0].removeprefix("loopbreaker: ")
        # What broke off is finished: the whole is judged, not the rest.
        start = self.original if self.is_broken else before
        if has_failed(boot):
            found = unchanged(before, self._disk(before))
        elif verdict.endswith(" failed"):
            self.is_broken = True
            found = self._judge_between(start).broken_off()
        elif verdict == "restore-and-hold":
            found = self._undone()
        elif verdict == "hold" or completes_earlier(boot):
            found = self._judge_between(start).repair(log)
            if self.scenario.windows == "kernel" or self.scenario.linux:
                found += worsened(start, self.pc.disk,
                                  self.scenario.expect.held, self.pc.locked)
        elif "windows: " in ran:
            found = []  # a chain load: the changes are Windows' own
        else:
            found = unchanged(before, self._disk(before))
        if self.scenario.expect.memory_overwrite and not memory_is_overwritten(
                self.pc.store()):
            found.append("the memory is not to be overwritten")
        if self.pc.locked:
            found += self.pc.locked.metadata_changed(before, self.pc.disk)
            found += self.pc.locked.said(boot.console)
        self.complaints += [f"boot {number}: {text}" for text in found]

    def _undone(self) -> list[str]:
        return Judge(self._plain(self.original), self._plain(self.pc.disk),
                     self.scenario.sector, self.scenario.expect).undone()

    def _plain(self, disk: str) -> str:
        """The same disk as Windows sees it; one copy of each at a time."""
        return self.pc.plain_disk(disk, "plain-" + os.path.basename(disk))

    def _disk(self, start: str) -> str:
        """The disk as it is to be compared with @start."""
        disk, found = self.pc.disk_without_variables(start)
        self.complaints += [f"boot {len(self.boots)}: {text}"
                            for text in found]
        return disk

    def _expectation(self) -> Expect:
        """Of this boot: where there are several holds, of the present one."""
        expect = self.scenario.expect
        if not expect.holds:
            return expect
        number = sum(verdict == "loopbreaker: hold" for verdict in (
            who_ran(boot, self.pc.firmware) for boot in self.boots))
        marked = expect.marked
        if isinstance(marked, list):
            marked = marked[number - 1]
        return dataclasses.replace(expect, held=expect.holds[number - 1],
                                   marked=marked)

    def _judge_between(self, start: str) -> Judge:
        scenario, firmware = self.scenario, self.pc.firmware
        return Judge(self._plain(start), self._plain(self._disk(start)),
                     scenario.sector,
                     self._expectation(),
                     self.pc.machine.disks[0].device in FLUSHING_DEVICES and
                     not firmware.drops_flushes)

    def _between(self, number: int) -> bool:
        """What happens after boot @number; was there anything to do?"""
        hook = self.scenario.after.get(number)
        self.pc.pass_time(hook.minutes if hook else 2)
        if not hook:
            return False
        said = self.pc.apply(hook)
        if said:
            with open(self._path(f"after-{number}.log"), "w",
                      encoding="utf-8") as file:
                file.write(said)
        if hook.undo:
            found = self._undone()
            self.complaints += [f"after undo: {text}" for text in found]
            if found:
                self.complaints += said.splitlines()[-3:]
        return True

    def _is_restarted_by_hand(self, boot: Boot) -> bool:
        """Somebody finds the PC in Automatic Repair, and starts it again."""
        wanted = self.scenario.boots
        number = len(self.boots)
        return (number < len(wanted) and wanted[number - 1] == WAITING and
                who_ran(boot, self.pc.firmware) == WAITING)

    def run(self) -> None:
        """Boot until the scenario ends, then look at what is left."""
        wanted = self.scenario.boots
        while len(self.boots) < len(wanted) + EXTRA_BOOTS:
            boot = self._one_boot()
            if (boot.end not in (RESET, POWER_OFF) and
                    not self._is_restarted_by_hand(boot)):
                break
            has_hook = self._between(len(self.boots))
            if boot.end == POWER_OFF and not has_hook:
                break
            if self.scenario.open_end and len(self.boots) == len(wanted):
                break
        self._check_boots(
            [who_ran(boot, self.pc.firmware) for boot in self.boots])
        if self.scenario.tpm:
            self.complaints += compare_starts(self.boots,
                                              self.scenario.expect.pcrs)
        if self.scenario.expect.dump_boot_id is not None:
            self.complaints += check_dump(
                self._plain(self.pc.disk), self.scenario.expect.dump_boot_id)
        if self.scenario.second_disk == "redo" or (
                self.scenario.second_disk in ("stick", USB) and
                self.scenario.expect.held):
            self.complaints += self._stick()
        if self.scenario.expect.quiet:
            self.complaints += written_by_others(
                self._plain(self.original),
                self._plain(self._disk(self.original)))
        self.complaints += (
            check_log(self.boots, self.scenario.expect,
                      self.pc.firmware.has_reports) +
            check_network(self.pc.sent, self.pc.asked,
                          self.scenario.expect) +
            check_time(self.boots, self.scenario.expect) +
            check_variables(self.pc.store(), self.scenario.expect))

    def _check_boots(self, ran: list[str]) -> None:
        wanted = [as_shown(boot, self.pc.firmware)
                  for boot in self.scenario.boots]
        if ran != wanted:
            self.complaints.insert(
                0, f"the boots were {ran}, expected {wanted}")
