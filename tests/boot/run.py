#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the boot scenarios in QEMU; the last line is "N passed, N failed".

usage: run.py [--only NAME] [--firmware NAME | --arch ARCH | --deep]
              [--keep] [--list] [--times] [--jobs N] [--accel auto]

Each scenario runs on the firmwares that its file names; with --deep wherever it
can; with --firmware or --arch there.
"""

import argparse
import concurrent.futures
import fcntl
import glob
import multiprocessing
import os
import re
import shutil
import sys
import time
import traceback

from bootvars import BootVariables
from firmware import FIRMWARES, OVMF, Firmware
from initramfs import LinuxMissing
from judge import Judge, digest, unchanged
from measured import compare_starts
from outcome import as_shown, who_ran
from pc import LOOPBREAKER_GUID, NOTE, NOTE_HAS_CODE, Builds, Pc
from qemu import (
    FLUSHING_DEVICES, POWER_OFF, RESET, Boot, choose_accelerator)
from result import (
    Result, print_result, print_sums, print_times, processor_seconds)
from scenario import Scenario, ScenarioError, read_scenarios
from second_opinion import worsened, written_by_others
from sparse import copy_image
from toolbox import ToolError

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
STOP_AT = re.compile(r"STANDIN: (WINRE|ERROR)[^\n]*\n")
WAITING = "windows: winre"
EXTRA_BOOTS = 1  # to show what came instead of the end


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
        if self.on_boot:
            self.on_boot(boot, ran)
        if ran.startswith("loopbreaker: "):
            self._judge(boot, ran, before, log)
        else:
            self.is_broken = False  # Windows has made it its own
            if "windows: " not in ran and self._other_disks() != others:
                self.complaints.append(
                    f"boot {number}: the other disk was written")
            if "windows: " not in ran and self._traces() != traces:
                self.complaints.append(
                    f"boot {number}: Loopbreaker changed {traces} to "
                    f"{self._traces()}")
        is_expected = (ran == WAITING and
                       self.scenario.boots[number - 1:number] == [WAITING])
        if boot.end not in (RESET, POWER_OFF) and not is_expected:
            self.complaints.append(
                f"boot {number} ended by {boot.end} after "
                f"{boot.seconds:.0f} s ({ran}) {boot.error}")
        return boot

    def _traces(self) -> dict[str, bytes]:
        return self.pc.traces()

    def _other_disks(self) -> list[str]:
        return [digest(disk.path) for disk in self.pc.machine.disks[1:]]

    def _power_on(self, log: str) -> Boot:
        return self.pc.power_on(
            STOP_AT, log,
            disk_fault=self.pc.disk_fault(len(self.boots) + 1))

    def _judge(self, boot: Boot, ran: str, before: str, log: str) -> None:
        number = len(self.boots)
        verdict = ran.split(", ")[0].removeprefix("loopbreaker: ")
        # What broke off is finished: the whole is judged, not the rest.
        start = self.original if self.is_broken else before
        if any(e.get("event") == "failure" for e in boot.events()):
            found = unchanged(before, self._disk(before))
        elif verdict.endswith(" failed"):
            self.is_broken = True
            found = self._judge_between(start).broken_off()
        elif verdict == "restore-and-hold":
            found = Judge(self.original, self.pc.disk, self.scenario.sector,
                          self.scenario.expect).undone()
        elif verdict == "hold":
            found = self._judge_between(start).repair(log)
            if self.scenario.windows == "kernel":
                found += worsened(start, self.pc.disk, self.scenario.expect.held)
        elif "windows: " in ran:
            found = []  # a chain load: the changes are Windows' own
        else:
            found = unchanged(before, self._disk(before))
        self.complaints += [f"boot {number}: {text}" for text in found]

    def _disk(self, start: str) -> str:
        """The disk as it is to be compared with @start."""
        disk, found = self.pc.disk_without_variables(start)
        self.complaints += [f"boot {len(self.boots)}: {text}"
                            for text in found]
        return disk

    def _judge_between(self, start: str) -> Judge:
        scenario, firmware = self.scenario, self.pc.firmware
        return Judge(start, self._disk(start), scenario.sector, scenario.expect,
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
            found = Judge(self.original, self.pc.disk, self.scenario.sector,
                          self.scenario.expect).undone()
            self.complaints += [f"after undo: {text}" for text in found]
            if found:
                self.complaints += said.splitlines()[-3:]
        return True

    def run(self) -> None:
        """Boot until the scenario ends, then look at what is left."""
        wanted = self.scenario.boots
        while len(self.boots) < len(wanted) + EXTRA_BOOTS:
            boot = self._one_boot()
            if boot.end not in (RESET, POWER_OFF):
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
        if self.scenario.expect.quiet:
            self.complaints += written_by_others(self.original, self.pc.disk)
        self._check_log()
        self._check_variables(self.pc.store())

    def _check_boots(self, ran: list[str]) -> None:
        wanted = [as_shown(boot, self.pc.firmware)
                  for boot in self.scenario.boots]
        if ran != wanted:
            self.complaints.insert(
                0, f"the boots were {ran}, expected {wanted}")

    def _check_log(self) -> None:
        text = "\n".join(line for boot in self.boots for line in boot.lines()
                         if not line.startswith("STANDIN: "))
        expect = self.scenario.expect
        for pattern in expect.log if self.pc.firmware.has_reports else ():
            if not re.search(pattern, text):
                self.complaints.append(f"nobody said \"{pattern}\"")
        for pattern in expect.not_log:
            if re.search(pattern, text):
                self.complaints.append(f"somebody said \"{pattern}\"")

    def _check_variables(self, store: BootVariables) -> None:
        expect = self.scenario.expect
        if expect.boot_next:
            number = store.boot_next()
            options = store.boot_options()
            found = ("absent" if number is None else
                     "windows" if number in options and
                     options[number].path.lower().endswith("bootmgfw.efi")
                     else f"Boot{number:04X}")
            if found != expect.boot_next:
                self.complaints.append(f"BootNext is {found}")
        if expect.first_in_order:
            first = store.boot_options()[store.boot_order()[0]]
            if not re.search({"windows": "bootmgfw"}.get(
                    expect.first_in_order, expect.first_in_order), first.path):
                self.complaints.append(f"BootOrder begins with {first}")
        for name, wanted in (("Record", expect.record),
                             ("Failure", expect.failure)):
            variable = store.find("Loopbreaker" + name, LOOPBREAKER_GUID)
            found = "present" if variable else "absent"
            if wanted and found != wanted:
                self.complaints.append(f"Loopbreaker{name} is {found}")
        self._check_note(store.get("LoopbreakerNote", LOOPBREAKER_GUID))

    def _check_note(self, raw: bytes | None) -> None:
        expect = self.scenario.expect
        if expect.note_boot_id is None:
            return
        if raw is None:
            self.complaints.append("there is no health note")
            return
        _, boot_id, _, flags, code, _, _ = NOTE.unpack(raw)
        found = (boot_id, code if flags & NOTE_HAS_CODE else None)
        if found != (expect.note_boot_id, expect.note_code):
            self.complaints.append(f"the health note says {found}")


def run_of(scenario: Scenario) -> type[Run]:
    """The kind of run that a scenario wants."""
    from cut_run import CutRun
    from log_cuts import LogCutRun
    return {None: Run, "log": LogCutRun}.get(scenario.cut, CutRun)


class Rig:
    """What all runs share."""

    def __init__(self, base: str, arguments: argparse.Namespace):
        """@base: the directory for images and logs"""
        self.base = base
        self.arguments = arguments
        self.builds: dict[str, Builds] = {}
        self.accelerators: dict[str, str] = {}

    def prepare(self, scenario: Scenario, firmware: Firmware) -> None:
        """Make what this run shares with others.

        Raises FileNotFoundError for what has not been built or installed,
        LinuxMissing or ToolError.
        """
        if firmware.arch not in self.builds:
            self.builds[firmware.arch] = Builds(
                self.arguments.build,
                os.path.join(self.base, "programs", firmware.arch),
                firmware.arch)
        self.builds[firmware.arch].prepare(scenario)
        if firmware.name not in self.accelerators:
            self.accelerators[firmware.name] = choose_accelerator(
                self.arguments.accel, firmware)

    def run(self, scenario: Scenario, firmware: Firmware) -> Result:
        """Run one scenario; never raises."""
        started, used = time.monotonic(), processor_seconds()
        directory = os.path.join(self.base, firmware.name, scenario.name)
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        boots: list[Boot] = []
        try:
            run = run_of(scenario)(
                scenario, directory, self.builds[firmware.arch],
                self.accelerators[firmware.name], firmware=firmware)
            boots = run.boots
            run.run()
            complaints = run.complaints
        except Exception:  # a broken rig is a failed scenario, not an end
            complaints = [traceback.format_exc()]
        if not complaints and not self.arguments.keep:
            shutil.rmtree(directory)
        return Result(scenario.name, complaints, boots,
                      time.monotonic() - started,
                      processor_seconds() - used, directory, firmware.name)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="run the boot scenarios")
    parser.add_argument("--only", metavar="NAME", action="append")
    parser.add_argument("--keep", action="store_true",
                        help="keep logs and images of those that passed too")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--times", action="store_true",
                        help="at the end, what each run took")
    parser.add_argument("--deep", action="store_true",
                        default=bool(os.environ.get("LOOPBREAKER_DEEP")),
                        help="every combination of each scenario's axes, "
                        "on every firmware")
    parser.add_argument("--firmware", action="append", choices=FIRMWARES)
    parser.add_argument("--arch", choices=sorted(
        {firmware.arch for firmware in FIRMWARES.values()}))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--accel", default="auto",
                        choices=("auto", "tcg", "kvm"))
    parser.add_argument("--build", default=os.environ.get(
        "LOOPBREAKER_BUILD", os.path.join(TOP, "build")))
    parser.add_argument("--work", metavar="DIRECTORY",
                        help="for images and logs; default: BUILD/boot")
    return parser.parse_args()


def lock(directory: str):
    """Keep a second run out of @directory for as long as this one lives."""
    os.makedirs(directory, exist_ok=True)
    file = open(os.path.join(directory, "lock"), "w", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"run.py: waiting for another run in {directory}", flush=True)
        fcntl.flock(file, fcntl.LOCK_EX)
    return file


def firmwares_for(scenario: Scenario,
                  arguments: argparse.Namespace) -> list[Firmware]:
    """Where a scenario is to run."""
    is_asked = bool(arguments.firmware or arguments.arch)
    return [firmware
            for firmware in scenario.firmwares(arguments.deep or is_asked)
            if firmware.name in (arguments.firmware or FIRMWARES) and
            firmware.arch == (arguments.arch or firmware.arch)]


def expense(run: tuple[Scenario, Firmware]) -> tuple[bool, bool, int]:
    """A key that sorts long runs first, so that no core waits at the end."""
    scenario, firmware = run
    return (not scenario.cut, firmware is not OVMF, -len(scenario.boots))


def count_all_runs() -> int:
    """How many runs there are, on all firmwares."""
    return sum(len(scenario.firmwares(True))
               for path in scenario_files()
               for scenario in read_scenarios(path, True))


def run_all(runs: list[tuple[Scenario, Firmware]], rig: Rig) -> int:
    """Run the scenarios, some at a time; how many failed?

    Each in a process of its own kind, not in a thread: the judge is Python.
    """
    results = []
    with concurrent.futures.ProcessPoolExecutor(
            rig.arguments.jobs,
            multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(rig.run, scenario, firmware)
                   for scenario, firmware in sorted(runs, key=expense)]
        for future in concurrent.futures.as_completed(futures):
            results.append(future.result())
            print_result(results[-1])
    if rig.arguments.times:
        print_times(results)
    print_sums(results)
    if not (rig.arguments.deep or rig.arguments.only):
        print(f"counted: of {count_all_runs()} that check-deep makes")
    return sum(bool(result.complaints) for result in results)


def scenario_files() -> list[str]:
    """All of them."""
    return sorted(glob.glob(os.path.join(HERE, "scenarios", "*.toml")))


def find_scenarios(arguments: argparse.Namespace) -> list[Scenario]:
    """Those that were asked for, by the name of one or of its file.

    Raises ScenarioError if there is anything wrong with any of them.
    """
    scenarios = [
        scenario for path in scenario_files()
        for scenario in read_scenarios(
            path, arguments.deep or bool(arguments.only))]
    if not arguments.only:
        return scenarios
    return [scenario for scenario in scenarios
            if {scenario.name, scenario.file} & set(arguments.only)]


def main() -> int:
    """Run what was asked for."""
    arguments = parse_arguments()
    try:
        scenarios = find_scenarios(arguments)
    except ScenarioError as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    if arguments.list:
        for scenario in scenarios:
            print(f"{scenario.name}: {scenario.about}")
            for firmware in FIRMWARES.values():
                reason = scenario.why_not_on(firmware)
                if reason:
                    print(f"    not on {firmware.name}: {reason}")
        return 0
    runs = [(scenario, firmware) for scenario in scenarios
            for firmware in firmwares_for(scenario, arguments)]
    if not runs:
        print("run.py: there is no such scenario", file=sys.stderr)
        return 2
    base = arguments.work or os.path.join(arguments.build, "boot")
    with lock(base):
        rig = Rig(base, arguments)
        try:
            for scenario, firmware in runs:
                rig.prepare(scenario, firmware)
        except FileNotFoundError as error:
            print(f"run.py: {error.filename} has not been built or is not "
                  "installed; run make first", file=sys.stderr)
            return 2
        except (LinuxMissing, ToolError) as error:
            print(f"run.py: {error}", file=sys.stderr)
            return 2
        failed = run_all(runs, rig)
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
