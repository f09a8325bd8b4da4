#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many PCs in a crash loop start from the same real servers: each is repaired once
and reports once, and what that costs on the wire is counted.

usage: network_fleet.py [--pcs N] [--at-once N] [--way pxe4] [--firmware aavmf]

Each PC lives through the scenario network-lab-twice, with the independent judges
of all scenarios.  The last line is "N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import multiprocessing
import os
import re
import shutil
import sys
import time
import traceback

from firmware import FIRMWARES
from lab_network import WAYS, Connection
from netspace import why_not
from network_lab import MARK, Lab
from packet_count import count
from pc import Builds, Pc
from product_image import Wishes
from qemu import choose_accelerator
from run import HERE, TOP, lock
from scenario import DEFAULT_CLOCK, Scenario, read_scenario
from scenario_run import Run
from site_policy import POLICY, SiteFile

SCENARIO = os.path.join(HERE, "scenarios", "network-lab-twice.toml")
MAC = bytes.fromhex("525400e00000")
RUNS = 2  # of Loopbreaker, in that scenario
SENDER = re.compile(
    r'\[meta sequenceId="(\d+)"\]\[machine@32473 serial="([^"]*)" '
    r'uuid="([^"]*)" model="[^"]*" mac="([^"]*)"( part="\d+" parts="\d+")?\] '
    r'\ufeff?(.*)$')


class Seat(Connection):
    """A connection whose reports are told from those of others, and counted."""

    def __post_init__(self):
        super().__post_init__()
        self.bytes: list[collections.Counter] = []  # of each boot

    def put(self, files: list[str]) -> None:
        """The same lie there for all already."""

    def sent(self) -> list[str]:
        self.bytes.append(count(self.packets, self.mac))
        return []  # all are looked at together, at the end

    def asked(self) -> list[str]:
        return []

    def close(self) -> None:
        """The servers live on."""


class Place(Run):
    """The scenario on a PC of the fleet."""

    seat: Seat  # set by place_of()

    def _make_pc(self, builds, accelerator, firmware):
        return Pc(self.scenario, self.directory, builds, accelerator,
                  firmware, self.seat)


@dataclasses.dataclass
class Outcome:
    """What came of one PC."""

    number: int
    complaints: list[str]
    boots: list[float]  # seconds of each
    bytes: list[collections.Counter]


@dataclasses.dataclass
class Fleet:
    """What all PCs share."""

    scenario: Scenario
    lab: Lab
    builds: Builds
    accelerator: str
    firmware: str
    base: str
    way: str

    def seat(self, number: int) -> Seat:
        """The connection of PC @number, from 1 on."""
        mac = MAC[:4] + number.to_bytes(2, "big")
        return Seat(self.lab, WAYS[self.way], f"tap{number}", mac,
                    f"FLEET-{number:04}")

    def run(self, number: int) -> Outcome:
        """One PC; never raises."""
        directory = os.path.join(self.base, f"pc-{number}")
        os.makedirs(directory)
        seat = self.seat(number)
        boots = []
        try:
            run = type("PlaceOfOne", (Place,), {"seat": seat})(
                self.scenario, directory, self.builds, self.accelerator,
                firmware=FIRMWARES[self.firmware])
            boots = run.boots
            run.run()
            complaints = run.complaints
        except Exception:  # a broken rig is a failed PC, not an end
            complaints = [traceback.format_exc()]
        if not complaints:
            shutil.rmtree(directory)
        return Outcome(number, complaints, [boot.seconds for boot in boots],
                       seat.bytes)


def read_reports(lines: list[str]) -> tuple[dict, list[str]]:
    """By (serial, uuid, mac): its (sequence, text); and what is nobody's."""
    found, strange = collections.defaultdict(list), []
    for line in lines:
        match = SENDER.search(line)
        if match:
            found[match[2], match[3], match[4]].append(
                (int(match[1]), match[6]))
        elif MARK not in line:
            strange.append(line[:200])
    return found, strange


def check_report(messages: list[tuple[int, str]]) -> list[str]:
    """Of one PC: each run is whole, and one of them repaired."""
    numbers = [number for number, _ in messages]
    starts = [i for i, number in enumerate(numbers) if number == 1]
    runs = [numbers[start:end] for start, end in zip(
        starts, starts[1:] + [len(numbers)])]
    complaints = []
    if len(runs) != RUNS or sum(map(len, runs)) != len(numbers):
        complaints.append(f"{len(runs)} runs reported")
    complaints += [f"of a run these came: {run}" for run in runs
                   if run != list(range(1, len(run) + 1))]
    events = [json.loads(text) for _, text in messages
              if text.startswith("{") and text.endswith("}")]
    repaired = sum(event.get("event") == "result" and
                   event.get("applied") is True for event in events)
    ended = sum(event.get("event") == "end" for event in events)
    if (repaired, ended) != (1, RUNS):
        complaints.append(f"repaired {repaired} times, ended {ended} times")
    return complaints


def check_reports(fleet: Fleet, outcomes: list[Outcome]) -> list[str]:
    """Everybody reported as who they are, and nobody else did."""
    fleet.lab.settle()
    found, complaints = read_reports(fleet.lab.reports())
    for outcome in outcomes:
        seat = fleet.seat(outcome.number)
        who = (seat.serial, str(seat.uuid), seat.mac.hex(":"))
        outcome.complaints += check_report(found.pop(who, []))
    return complaints + [f"nobody's report: {who}" for who in found]


def show_costs(outcomes: list[Outcome], seconds: float) -> None:
    """Per PC, of its first start: the repair."""
    firsts = [outcome.bytes[0] for outcome in outcomes if outcome.bytes]
    kinds = sorted({key for counter in firsts for key in counter})
    print("bytes of Ethernet frames per PC, of the start that repaired:")
    for key in kinds:
        values = [counter[key] for counter in firsts]
        print(f"  {key[0]:8} {key[1]:6} mean {sum(values) / len(values):9.0f}"
              f"  least {min(values):7}  most {max(values):7}")
    for direction in ("sent", "received"):
        values = [sum(size for key, size in counter.items()
                      if key[0] == direction) for counter in firsts]
        print(f"  {direction:8} all    mean {sum(values) / len(values):9.0f}"
              f"  least {min(values):7}  most {max(values):7}")
    times = [outcome.boots[0] for outcome in outcomes if outcome.boots]
    print(f"seconds from power-on to the reset behind the repair: mean "
          f"{sum(times) / len(times):.1f}, most {max(times):.1f}; "
          f"all PCs: {seconds:.0f}")


def run_fleet(fleet: Fleet, pcs: int, at_once: int) -> list[Outcome]:
    """All of them, @at_once at a time."""
    outcomes = []
    with concurrent.futures.ProcessPoolExecutor(
            at_once, multiprocessing.get_context("fork")) as pool:
        futures = [pool.submit(fleet.run, number)
                   for number in range(1, pcs + 1)]
        for future in concurrent.futures.as_completed(futures):
            outcomes.append(future.result())
    return sorted(outcomes, key=lambda outcome: outcome.number)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="many PCs, real servers")
    parser.add_argument("--pcs", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--way", choices=WAYS, default="pxe4")
    parser.add_argument("--firmware", choices=FIRMWARES, default="aavmf")
    parser.add_argument("--build", default=os.environ.get(
        "LOOPBREAKER_BUILD", os.path.join(TOP, "build")))
    parser.add_argument("--work", metavar="DIRECTORY")
    return parser.parse_args()


def make_fleet(arguments: argparse.Namespace, base: str) -> Fleet:
    """Everything but the servers, which do not run yet."""
    firmware = FIRMWARES[arguments.firmware]
    builds = Builds(arguments.build, os.path.join(base, "programs"),
                    firmware.arch)
    policy = builds.site().make(SiteFile(POLICY), DEFAULT_CLOCK, base)[0]
    way = WAYS[arguments.way]
    lab = Lab(os.path.join(base, "network"), builds.for_images(),
              Wishes(policy, builds.site().key), way.is_proxy, way.withheld)
    scenario = read_scenario(SCENARIO)
    return Fleet(scenario, lab, builds, choose_accelerator("auto", firmware),
                 arguments.firmware, base, arguments.way)


def main() -> int:
    """Run them, and sum up."""
    arguments = parse_arguments()
    reason = why_not()
    if reason:
        print(f"skipped: {reason}")
        print("0 passed, 0 failed")
        return 0
    base = arguments.work or os.path.join(arguments.build, "fleet")
    with lock(base + "-lock"):
        shutil.rmtree(base, ignore_errors=True)
        os.makedirs(base)
        fleet = make_fleet(arguments, base)
        started = time.monotonic()
        try:
            fleet.lab.start()
            outcomes = run_fleet(fleet, arguments.pcs, arguments.at_once)
            seconds = time.monotonic() - started
            strange = check_reports(fleet, outcomes)
        finally:
            fleet.lab.stop()
    for outcome in outcomes:
        for complaint in outcome.complaints:
            print(f"PC {outcome.number}: {complaint}")
    for complaint in strange:
        print(complaint)
    show_costs(outcomes, seconds)
    failed = sum(bool(outcome.complaints) for outcome in outcomes) + bool(
        strange)
    print(f"{len(outcomes) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
