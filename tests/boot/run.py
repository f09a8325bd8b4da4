#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the boot scenarios in QEMU; the last line is "N passed, N failed".

usage: run.py [--only NAME] [--deep] [--keep] [--list] [--jobs N]
"""

import argparse
import concurrent.futures
import dataclasses
import fcntl
import glob
import os
import re
import shutil
import sys
import time
import traceback

from diskimage import copy_into
from judge import Judge, digest, unchanged
from nvstore import VariableStore
from pc import LOOPBREAKER_GUID, NOTE, NOTE_HAS_CODE, Builds, Pc
from qemu import (
    FLUSHING_DEVICES, POWER_OFF, RESET, Boot, choose_accelerator)
from scenario import Scenario, ScenarioError, read_scenarios

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
STOP_AT = re.compile(r"STANDIN: (WINRE|ERROR)[^\n]*\n")
STANDIN_WORDS = (("WINRE", "winre"), ("ERROR", "error"),
                 ("BUGCHECK", "bugcheck"), ("UNPLUGGED", "unplugged"),
                 ("HEALTHY", "healthy"))
WAITING = "windows: winre"
EXTRA_BOOTS = 1  # to show what came instead of the end
LAST_LINES = 15


def who_ran(boot: Boot) -> str:
    """"loopbreaker: VERDICT", "windows: END", or both after a chain load."""
    parts = []
    events = boot.events()
    if events or any(line.startswith("Loopbreaker ") for line in boot.lines()):
        verdicts = [e.get("verdict", "") for e in events
                    if e.get("event") == "verdict"]
        parts.append("loopbreaker: " + (" ".join(verdicts) or "no verdict"))
    said = [line for line in boot.lines() if line.startswith("STANDIN: ")]
    if said:
        ends = [end for word, end in STANDIN_WORDS
                if any(line.startswith("STANDIN: " + word) for line in said)]
        parts.append("windows: " + (ends[0] if ends else "no end"))
    return ", ".join(parts) or "nobody"


@dataclasses.dataclass
class Result:
    """What came of one scenario."""

    name: str
    complaints: list[str]
    boots: list[Boot]
    seconds: float
    directory: str


class Run:
    """One scenario from power-on to its end."""

    def __init__(self, scenario: Scenario, directory: str, builds: Builds,
                 accelerator: str, on_boot=None):
        """@on_boot: called after each boot with its Boot and who ran"""
        self.on_boot = on_boot
        self.scenario = scenario
        self.directory = directory
        self.pc = Pc(scenario, directory, builds, accelerator)
        self.boots: list[Boot] = []
        self.complaints: list[str] = []
        self.original = self._path("original.img")
        self._copy(self.pc.disk, self.original)

    def _path(self, name: str) -> str:
        return os.path.join(self.directory, name)

    @staticmethod
    def _copy(source: str, target: str) -> None:
        size = os.path.getsize(source)
        with open(target, "wb") as file:
            file.truncate(size)
        copy_into(source, target, 0, size)

    def _one_boot(self) -> Boot:
        before = self._path("before.img")
        self._copy(self.pc.disk, before)
        traces = self.pc.traces()
        others = self._other_disks()
        log = self._path("writes.log")
        boot = self.pc.power_on(STOP_AT, log)
        self.boots.append(boot)
        number = len(self.boots)
        with open(self._path(f"boot-{number}.log"), "w",
                  encoding="utf-8") as file:
            file.write(boot.console)
        ran = who_ran(boot)
        if self.on_boot:
            self.on_boot(boot, ran)
        if ran.startswith("loopbreaker: "):
            self._judge(boot, ran, before, log)
            if "windows: " not in ran and self._other_disks() != others:
                self.complaints.append(
                    f"boot {number}: the other disk was written")
            if "windows: " not in ran and self.pc.traces() != traces:
                self.complaints.append(
                    f"boot {number}: Loopbreaker changed {traces} to "
                    f"{self.pc.traces()}")
        is_expected = (ran == WAITING and
                       self.scenario.boots[number - 1:number] == [WAITING])
        if boot.end not in (RESET, POWER_OFF) and not is_expected:
            self.complaints.append(
                f"boot {number} ended by {boot.end} after "
                f"{boot.seconds:.0f} s ({ran}) {boot.error}")
        return boot

    def _other_disks(self) -> list[str]:
        return [digest(disk.path) for disk in self.pc.machine.disks[1:]]

    def _judge(self, boot: Boot, ran: str, before: str, log: str) -> None:
        number = len(self.boots)
        verdict = ran.split(", ")[0].removeprefix("loopbreaker: ")
        if any(e.get("event") == "failure" for e in boot.events()):
            found = unchanged(before, self.pc.disk)
        elif verdict == "restore-and-hold":
            found = Judge(self.original, self.pc.disk, self.scenario.sector,
                          self.scenario.expect).undone()
        elif verdict == "hold":
            judge = Judge(before, self.pc.disk, self.scenario.sector,
                          self.scenario.expect,
                          self.scenario.device in FLUSHING_DEVICES)
            found = judge.repair(log)
        elif "windows: " in ran:
            found = []  # a chain load: the changes are Windows' own
        else:
            found = unchanged(before, self.pc.disk)
        self.complaints += [f"boot {number}: {text}" for text in found]

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
        ran = [who_ran(boot) for boot in self.boots]
        if ran != wanted:
            self.complaints.insert(
                0, f"the boots were {ran}, expected {wanted}")
        self._check_log()
        self._check_variables(self.pc.store())

    def _check_log(self) -> None:
        text = "\n".join(line for boot in self.boots for line in boot.lines()
                         if not line.startswith("STANDIN: "))
        expect = self.scenario.expect
        for pattern in expect.log:
            if not re.search(pattern, text):
                self.complaints.append(f"nobody said \"{pattern}\"")
        for pattern in expect.not_log:
            if re.search(pattern, text):
                self.complaints.append(f"somebody said \"{pattern}\"")

    def _check_variables(self, store: VariableStore) -> None:
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


def run_scenario(scenario: Scenario, base: str, builds: Builds,
                 accelerator: str, keep: bool) -> Result:
    """Run one scenario; never raises."""
    started = time.monotonic()
    directory = os.path.join(base, scenario.name)
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(directory)
    boots: list[Boot] = []
    try:
        run = Run(scenario, directory, builds, accelerator)
        boots = run.boots
        run.run()
        complaints = run.complaints
    except Exception:  # a broken rig is a failed scenario, not an end
        complaints = [traceback.format_exc()]
    if not complaints and not keep:
        shutil.rmtree(directory)
    return Result(scenario.name, complaints, boots,
                  time.monotonic() - started, directory)


def print_result(result: Result) -> None:
    """One line, and what one needs to know if it failed."""
    mark = "FAIL" if result.complaints else "ok"
    print(f"{mark:4}  {result.name}: {len(result.boots)} boots "
          f"({result.seconds:.0f} s)", flush=True)
    if not result.complaints:
        return
    for complaint in result.complaints:
        print(f"      {complaint}")
    print(f"      logs and images: {result.directory}")
    if result.boots:
        print("      last lines:")
        for line in result.boots[-1].lines()[-LAST_LINES:]:
            print(f"        {line[:160]}")


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="run the boot scenarios")
    parser.add_argument("--only", metavar="NAME", action="append")
    parser.add_argument("--keep", action="store_true",
                        help="keep logs and images of those that passed too")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--deep", action="store_true",
                        default=bool(os.environ.get("LOOPBREAKER_DEEP")),
                        help="every combination of each scenario's axes")
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


def run_all(scenarios: list[Scenario], base: str, builds: Builds,
            arguments: argparse.Namespace) -> int:
    """Run the scenarios, some at a time; how many failed?"""
    accelerator = choose_accelerator(arguments.accel)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        futures = [pool.submit(run_scenario, scenario, base, builds,
                               accelerator, arguments.keep)
                   for scenario in scenarios]
        for future in concurrent.futures.as_completed(futures):
            result = future.result()
            failed += bool(result.complaints)
            print_result(result)
    return failed


def find_scenarios(arguments: argparse.Namespace) -> list[Scenario]:
    """Those that were asked for, by the name of one or of its file.

    Raises ScenarioError if there is anything wrong with any of them.
    """
    scenarios = [
        scenario for path in sorted(glob.glob(
            os.path.join(HERE, "scenarios", "*.toml")))
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
        return 0
    if not scenarios:
        print("run.py: there is no such scenario", file=sys.stderr)
        return 2
    base = arguments.work or os.path.join(arguments.build, "boot")
    with lock(base):
        try:
            builds = Builds(arguments.build, os.path.join(base, "programs"))
        except FileNotFoundError as error:
            print(f"run.py: {error.filename} has not been built; "
                  "run make first", file=sys.stderr)
            return 2
        failed = run_all(scenarios, base, builds, arguments)
    print(f"{len(scenarios) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
