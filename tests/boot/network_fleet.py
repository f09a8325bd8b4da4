#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Many PCs in a crash loop start from the same real servers, whose policy is for a
share of them: each inside is repaired once, none outside is written to, all report,
and what that costs on the wire is counted.

usage: network_fleet.py [--pcs N] [--at-once N] [--way pxe4] [--firmware aavmf]

Who is inside is asked of "loopbreaker policy share", as a site does.  Each PC
inside lives through the scenario network-lab-twice, each outside through
network-lab-outside, with the independent judges of all scenarios.  The last line
is "N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import copy
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
from toolbox import run_tool

INSIDE = os.path.join(HERE, "scenarios", "network-lab-twice.toml")
OUTSIDE = os.path.join(HERE, "scenarios", "network-lab-outside.toml")
MAC = bytes.fromhex("525400e00000")
SHARE = 500  # per mille
RUNS_INSIDE, RUNS_OUTSIDE = 2, 1  # of Loopbreaker, in these scenarios
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
    share_number: int
    complaints: list[str]
    boots: list[float]  # seconds of each
    bytes: list[collections.Counter]

    @property
    def is_inside(self) -> bool:
        """Is it a PC that the policy lets act?"""
        return self.share_number < SHARE


@dataclasses.dataclass
class Fleet:
    """What all PCs share."""

    inside: Scenario
    outside: Scenario
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

    def share_number(self, seat: Seat) -> int:
        """As the command draws it, for an inventory."""
        return int(run_tool(self.builds.command, "policy", "share", "--uuid",
                            str(seat.uuid), "--mac", seat.mac.hex(":")))

    def run(self, number: int) -> Outcome:
        """One PC; raises only if nobody can say what its number is."""
        directory = os.path.join(self.base, f"pc-{number}")
        os.makedirs(directory)
        seat = self.seat(number)
        outcome = Outcome(number, self.share_number(seat), [], [], seat.bytes)
        try:
            run = type("PlaceOfOne", (Place,), {"seat": seat})(
                self.inside if outcome.is_inside else self.outside, directory,
                self.builds, self.accelerator,
                firmware=FIRMWARES[self.firmware])
            run.run()
            outcome.boots = [boot.seconds for boot in run.boots]
            outcome.complaints = run.complaints
        except Exception:  # a broken rig is a failed PC, not an end
            outcome.complaints = [traceback.format_exc()]
        if not outcome.complaints:
            shutil.rmtree(directory)
        return outcome


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


def _says_share(event: dict, share_number: int) -> bool:
    """Of the event "policy": the number, and whether that is inside."""
    return (event.get("share"), event.get("number"),
            event.get("in_share")) == (SHARE, share_number,
                                       share_number < SHARE)


def check_report(messages: list[tuple[int, str]],
                 share_number: int) -> list[str]:
    """Of one PC: each run is whole and says whether it is inside the share; if
    it is, one of them repaired, otherwise nothing was written.
    """
    is_inside = share_number < SHARE
    wanted = RUNS_INSIDE if is_inside else RUNS_OUTSIDE
    numbers = [number for number, _ in messages]
    starts = [i for i, number in enumerate(numbers) if number == 1]
    runs = [numbers[start:end] for start, end in zip(
        starts, starts[1:] + [len(numbers)])]
    complaints = []
    if len(runs) != wanted or sum(map(len, runs)) != len(numbers):
        complaints.append(f"{len(runs)} runs reported")
    complaints += [f"of a run these came: {run}" for run in runs
                   if run != list(range(1, len(run) + 1))]
    events = collections.defaultdict(list)
    for _, text in messages:
        if text.startswith("{") and text.endswith("}"):
            event = json.loads(text)
            events[event.get("event")].append(event)
    repaired = sum(event.get("applied") is True for event in events["result"])
    ended = len(events["end"])
    if (repaired, ended) != (int(is_inside), wanted):
        complaints.append(f"repaired {repaired} times, ended {ended} times")
    if [_says_share(event, share_number)
            for event in events["policy"]] != [True] * wanted:
        complaints.append(f"of its number, which is {share_number}, it said: "
                          f"{events['policy']}")
    if not is_inside and [event.get("apply_writes")
                          for event in events["result"]] != [0] * wanted:
        complaints.append(f"outside, and its results: {events['result']}")
    return complaints


def check_reports(fleet: Fleet, outcomes: list[Outcome]) -> list[str]:
    """Everybody reported as who they are, and nobody else did."""
    fleet.lab.settle()
    found, complaints = read_reports(fleet.lab.reports())
    for outcome in outcomes:
        seat = fleet.seat(outcome.number)
        who = (seat.serial, str(seat.uuid), seat.mac.hex(":"))
        outcome.complaints += check_report(
            found.pop(who, []), outcome.share_number)
    return complaints + [f"nobody's report: {who}" for who in found]


def show_costs(outcomes: list[Outcome], seconds: float) -> None:
    """Per PC inside, of its first start: the repair."""
    firsts = [outcome.bytes[0] for outcome in outcomes if outcome.bytes]
    times = [outcome.boots[0] for outcome in outcomes if outcome.boots]
    if not firsts or not times:
        print("no PC came to its repair")
        return
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
    print(f"seconds from power-on to the reset behind the repair: mean "
          f"{sum(times) / len(times):.1f}, most {max(times):.1f}; "
          f"all PCs: {seconds:.0f}")


def show_share(outcomes: list[Outcome]) -> None:
    """Who was inside, and how many of them are as they have to be."""
    words = []
    for is_inside, name, what in ((True, "inside", "repaired once"),
                                  (False, "outside", "not written to")):
        group = [outcome for outcome in outcomes
                 if outcome.is_inside == is_inside]
        good = sum(not outcome.complaints for outcome in group)
        words.append(f"{len(group)} {name}, of them {good} {what} and "
                     "reported whole")
    print(f"share of {SHARE} per mille: {'; '.join(words)}")


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


def without_waiting(scenario: Scenario) -> Scenario:
    """The same with somebody who says no: a minute in which nobody answers costs
    the emulator most of a minute of a processor.  What came to the servers is
    looked at for all PCs together.
    """
    changed = copy.copy(scenario)
    changed.expect = dataclasses.replace(scenario.expect, sent=[], served=[])
    changed.keys = "n"
    return changed


def make_fleet(arguments: argparse.Namespace, base: str) -> Fleet:
    """Everything but the servers, which do not run yet."""
    firmware = FIRMWARES[arguments.firmware]
    builds = Builds(arguments.build, os.path.join(base, "programs"),
                    firmware.arch)
    policy = builds.site().make(
        SiteFile(POLICY, lines=[f"limits {{ share-per-mille = <{SHARE}>; }};"]),
        DEFAULT_CLOCK, base)[0]
    way = WAYS[arguments.way]
    lab = Lab(os.path.join(base, "network"), builds.for_images(),
              Wishes(policy, builds.site().key), way.is_proxy, way.withheld,
              is_tls=way.is_tls)
    return Fleet(read_scenario(INSIDE), without_waiting(read_scenario(OUTSIDE)),
                 lab, builds, choose_accelerator("auto", firmware),
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
    show_costs([outcome for outcome in outcomes if outcome.is_inside], seconds)
    show_share(outcomes)
    failed = sum(bool(outcome.complaints) for outcome in outcomes) + bool(
        strange)
    print(f"{len(outcomes) + 1 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
