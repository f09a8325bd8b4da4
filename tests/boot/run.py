#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the boot scenarios in QEMU; the last line is "N passed, N failed".

usage: run.py [--only NAME] [--firmware NAME | --arch ARCH | --deep]
              [--keep] [--list] [--times] [--jobs N] [--accel auto]

Each scenario runs on the firmwares that its file names; with --deep wherever it
can; with --firmware or --arch there.
"""

import argparse
import fcntl
import glob
import os
import sys

from firmware import FIRMWARES, Firmware
from initramfs import LinuxMissing
from netspace import why_not
from result import print_sums, print_times
from rig import Rig
from scenario import Scenario, ScenarioError, read_scenarios
from site_policy import write_receipt
from toolbox import ToolError

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))

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
    parser.add_argument("--policy", metavar="FILE",
                        help="run every scenario with this policy (a DTB)")
    parser.add_argument("--receipt", metavar="FILE",
                        help="with --policy: written if all have passed; what "
                        "\"loopbreaker policy sign\" asks for")
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


def scenario_files() -> list[str]:
    """All of them."""
    return sorted(glob.glob(os.path.join(HERE, "scenarios", "*.toml")))


def count_all_runs() -> int:
    """How many check-deep makes, on all firmwares."""
    return sum(len(scenario.firmwares(True))
               for path in scenario_files()
               for scenario in read_scenarios(path, True))


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


def show_list(scenarios: list[Scenario]) -> None:
    """Each with its sentence, and where it cannot run."""
    for scenario in scenarios:
        print(f"{scenario.name}: {scenario.about}")
        for firmware in FIRMWARES.values():
            reason = scenario.why_not_on(firmware)
            if reason:
                print(f"    not on {firmware.name}: {reason}")


def possible(runs: list[tuple[Scenario, Firmware]]
             ) -> list[tuple[Scenario, Firmware]]:
    """Those that can be run here; says why the others cannot."""
    reason = (why_not() if any(scenario.has_lab for scenario, _ in runs)
              else None)
    if not reason:
        return runs
    for scenario, firmware in runs:
        if scenario.has_lab:
            print(f"skipped: {scenario.name} on {firmware.name}: {reason}")
    return [run for run in runs if not run[0].has_lab]


def run_all(runs: list[tuple[Scenario, Firmware]],
            arguments: argparse.Namespace) -> int:
    """Run them and sum up; how many failed?

    Raises what Rig.prepare() does.
    """
    base = arguments.work or os.path.join(arguments.build, "boot")
    if arguments.receipt and os.path.exists(arguments.receipt):
        os.remove(arguments.receipt)  # of another time
    with lock(base):
        rig = Rig(base, arguments.build, arguments.accel, arguments.keep,
                  arguments.policy)
        for scenario, firmware in runs:
            rig.prepare(scenario, firmware)
        results = rig.run_all(runs, arguments.jobs)
    if arguments.times:
        print_times(results)
    print_sums(results)
    if not (arguments.deep or arguments.only):
        print(f"counted: of {count_all_runs()} runs that check-deep makes")
    failed = sum(bool(result.complaints) for result in results)
    if arguments.receipt and not failed:
        write_receipt(arguments.receipt, arguments.policy,
                      [f"{scenario.name} {firmware.name}"
                       for scenario, firmware in runs])
    return failed


def main() -> int:
    """Run what was asked for."""
    arguments = parse_arguments()
    if arguments.receipt and not arguments.policy:
        print("run.py: a receipt is for a --policy", file=sys.stderr)
        return 2
    try:
        scenarios = find_scenarios(arguments)
        if arguments.list:
            show_list(scenarios)
            return 0
        runs = [(scenario, firmware) for scenario in scenarios
                for firmware in firmwares_for(scenario, arguments)]
        if not runs:
            print("run.py: there is no such scenario", file=sys.stderr)
            return 2
        runs = possible(runs)
        failed = run_all(runs, arguments)
    except FileNotFoundError as error:
        print(f"run.py: {error.filename} has not been built or is not "
              "installed; run make first", file=sys.stderr)
        return 2
    except (ScenarioError, LinuxMissing, ToolError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
